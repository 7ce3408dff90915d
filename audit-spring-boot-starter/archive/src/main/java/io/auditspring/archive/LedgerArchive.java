/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.StoredTree;
import io.auditspring.ledger.internal.tree.TreeProofs;
import io.auditspring.ledger.internal.tree.TreeRows;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.retention.MonthArchive;
import io.auditspring.retention.RedactableArchive;
import io.auditspring.retention.Subject;
import io.auditspring.retention.internal.PersonTrace;
import org.jspecify.annotations.Nullable;

/**
 * Moves entries of a ledger into the archive. Each range is written, read back and
 * verified, and then recorded in its chain; whoever dies in between can do it again.
 * Recording takes the role {@code audit_retention}.
 *
 * @since 0.1.0
 */
public final class LedgerArchive implements MonthArchive, RedactableArchive {

	private static final int IDS_AT_ONCE = 5_000;

	private final DataSource dataSource;

	private final Schema schema;

	private final ArchiveStore store;

	private final ArchiveOptions options;

	private final @Nullable CheckpointSigner signer;

	private final TrustPolicy evidence;

	private final RecordedRanges ranges;

	private final ArchiveErasure erasure;

	/**
	 * Creates the archive of a ledger.
	 * @param dataSource connections of a user that may archive
	 * @param schema where the ledger is
	 * @param store where to
	 * @param options what DuckDB may take
	 * @param signer signs manifests, or {@code null} if nobody does
	 * @param evidence whose signatures count when a range is read back
	 */
	public LedgerArchive(DataSource dataSource, Schema schema, ArchiveStore store, ArchiveOptions options,
			@Nullable CheckpointSigner signer, TrustPolicy evidence) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.store = store;
		this.options = options;
		this.signer = signer;
		this.evidence = evidence;
		this.ranges = new RecordedRanges(dataSource, schema, store);
		this.erasure = new ArchiveErasure(dataSource, schema, store, options, signer, this.ranges, this::verify);
	}

	@Override
	public void archive(String chain, long firstSeq, long lastSeq, String requestedBy) throws IOException {
		try {
			for (long first = firstSeq; first <= lastSeq;) {
				RangeName range = this.ranges.next(chain, first, lastSeq);
				archive(range, requestedBy);
				first = range.last() + 1;
			}
		}
		catch (SQLException | IllegalStateException | CheckpointRefusedException | InvalidCheckpointException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private void archive(RangeName range, String requestedBy) throws IOException, SQLException {
		if (this.ranges.at(range.chain(), range.first()) == null) {
			record(write(range), requestedBy);
		}
		else if (!eraseWhatIsErasedInTheLedger(this.ranges.kept(range), requestedBy)) {
			verify(range);
		}
	}

	/**
	 * What somebody left who died meanwhile may hold what was erased since, or may be
	 * signed by nobody trusted. If nobody recorded it, it is cleared away, and written
	 * anew once.
	 */
	private Manifest write(RangeName range) throws IOException, SQLException {
		try {
			return writeAndVerify(range);
		}
		catch (ArchiveConflictException | UnverifiedException ex) {
			if (this.ranges.clear(range) != null) {
				throw ex;
			}
			return writeAnew(range, ex);
		}
	}

	private Manifest writeAnew(RangeName range, IOException cause) throws IOException, SQLException {
		try {
			return writeAndVerify(range);
		}
		catch (ArchiveConflictException | UnverifiedException ex) {
			cause.addSuppressed(ex);
			throw cause;
		}
	}

	private Manifest writeAndVerify(RangeName range) throws IOException, SQLException {
		Manifest manifest = OwnTransaction.look(this.dataSource, (connection) -> write(connection, range));
		verify(range);
		return manifest;
	}

	/**
	 * What was erased after it was archived must not outlive that here. What is no longer
	 * in the ledger says nothing.
	 */
	private boolean eraseWhatIsErasedInTheLedger(Manifest kept, String requestedBy) throws IOException, SQLException {
		RangeName range = kept.range();
		Set<Long> actors = OwnTransaction.look(this.dataSource,
				(connection) -> erased(connection, range, "actor_digest"));
		Set<Long> data = OwnTransaction.look(this.dataSource, (connection) -> erased(connection, range, "data_digest"));
		if (actors.size() <= kept.erasedActors() && data.size() <= kept.erasedData()) {
			return false;
		}
		Manifest next = new RangeWriter(this.store, this.options, this.signer).rewrite(kept, actors, data);
		verify(range);
		record(next, requestedBy);
		this.store.delete(range.payload(kept.generation()));
		return true;
	}

	private Set<Long> erased(Connection connection, RangeName range, String column) throws SQLException {
		return Set.copyOf(Sql.list(connection, """
				select seq
				from %s
				where chain = ? and seq between ? and ? and %s is not null
				""".formatted(this.schema.table("audit_log"), column), (row) -> row.getLong(1), range.chain(),
				range.first(), range.last()));
	}

	@Override
	public List<Redacted> redact(Collection<UUID> ids, EntryGroup group, String reason, String requestedBy)
			throws IOException {
		return erase(
				new ArchiveErasure.Wanted(Map.of(group, ArchiveErasure.ids(ids, IDS_AT_ONCE)), reason, requestedBy));
	}

	@Override
	public List<Redacted> erase(Subject subject, String reason, String requestedBy) throws IOException {
		return erase(new ArchiveErasure.Wanted(
				PersonCondition.of(PersonTrace.of(subject.actorId(), subject.target(), subject.everything())), reason,
				requestedBy));
	}

	private List<Redacted> erase(ArchiveErasure.Wanted wanted) throws IOException {
		List<Redacted> told = new ArrayList<>();
		if (wanted.conditions().values().stream().allMatch(List::isEmpty)) {
			return told;
		}
		try {
			for (RangeName range : this.ranges.all().keySet()) {
				eraseWhatIsErasedInTheLedger(this.ranges.kept(range), wanted.requestedBy());
				this.erasure.erase(range, wanted, told);
			}
			return told;
		}
		catch (SQLException | IllegalStateException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private Manifest write(Connection connection, RangeName range) throws SQLException, IOException {
		EntryReader entries = new EntryReader(connection, this.schema);
		return new RangeWriter(this.store, this.options,
				this.signer)
			.write(seal(connection, range, entries), (sink) -> entries.read(range.chain(),
					"seq between %d and %d".formatted(range.first(), range.last()), sink), StoredEntry::read);
	}

	/**
	 * By the first checkpoint that covers it, so that it is the same one each time; where
	 * there is one, the first that enough witnesses cosigned, and of these the first that
	 * has a time stamp, if these are asked for.
	 */
	private SealedRange seal(Connection connection, RangeName range, EntryReader entries)
			throws SQLException, IOException {
		StoredTree tree = new StoredTree(connection, this.schema);
		long end = range.last() + 1;
		List<StoredTree.Row> checkpoints = tree.checkpoints(range.chain(), range.last(), Long.MAX_VALUE);
		CompactRange before = tree.edgeAt(range.chain(), range.first());
		CompactRange after = tree.edgeAt(range.chain(), end);
		StoredEntry.Place first = entries.place(range.chain(), range.first());
		if (checkpoints.isEmpty() || before == null || after == null || first == null) {
			throw new IOException("no signed checkpoint covers %s yet".formatted(range));
		}
		Checkpoint checkpoint = first(checkpoints);
		Checkpoint older = new Checkpoint(checkpoint.origin(), end, LeafHashes.root(after), checkpoint.note());
		List<byte[]> consistency = new TreeProofs(this.schema, new TreeRows(this.schema))
			.consistency(connection, range.chain(), older, checkpoint)
			.proof()
			.path();
		return Sql
			.get(connection, """
					select ledger_id, coalesce((select min(first_seq) from %s where chain = name), ?)
					from %s
					where name = ?
					""".formatted(this.schema.table("audit_archived"), this.schema.table("audit_chain")),
					(row) -> new SealedRange(Objects.requireNonNull(row.getObject(1, UUID.class)), range,
							row.getLong(2), first.prevHash(), before, checkpoint, consistency),
					range.first(), range.chain());
	}

	private Checkpoint first(List<StoredTree.Row> checkpoints) throws IOException {
		WitnessPolicy witnesses = this.evidence.witnesses();
		TimeStampAuthority timeStamps = this.evidence.timeStamps();
		Checkpoint cosigned = null;
		for (StoredTree.Row row : checkpoints) {
			Checkpoint checkpoint = Checkpoint.parse(row.cosigned());
			if (witnesses == null || witnesses.missing(checkpoint) == null) {
				if (timeStamps == null || timeStamps.missing(checkpoint) == null) {
					return checkpoint;
				}
				cosigned = (cosigned != null) ? cosigned : checkpoint;
			}
		}
		return (cosigned != null) ? cosigned : Checkpoint.parse(checkpoints.get(0).cosigned());
	}

	private void verify(RangeName range) throws IOException {
		ChainVerification found = new ArchiveVerifier(this.store, this.evidence, this.options,
				VerificationProgress.NONE)
			.verify(range.chain(), range.first(), range.last());
		if (!found.valid() || found.entries() != range.entries()) {
			throw new UnverifiedException(
					"what was read back of %s does not verify: %s".formatted(range, found.problems()));
		}
	}

	private void record(Manifest manifest, String requestedBy) throws IOException, SQLException {
		RangeName range = manifest.range();
		this.ranges.record(manifest,
				(connection) -> Sql.is(connection,
						"select %s(?, ?, ?, ?, ?, ?, ?, ?::jsonb -> 0)".formatted(this.schema.table("audit_archive")),
						range.chain(), range.first(), range.last(), manifest.generation(), manifest.digest(),
						manifest.firstRecordedAt(), manifest.lastRecordedAt(), requestedBy));
	}

	/**
	 * Says that what was read back of a range does not verify.
	 */
	private static final class UnverifiedException extends IOException {

		UnverifiedException(String message) {
			super(message);
		}

	}

}
