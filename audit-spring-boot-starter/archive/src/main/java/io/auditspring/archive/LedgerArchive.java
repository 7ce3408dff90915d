/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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
import io.auditspring.ledger.checkpoint.TrustedKeys;
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

	private static final long PORTION = 10_000;

	private static final String NO_CONNECTION = "08";

	private final DataSource dataSource;

	private final Schema schema;

	private final ArchiveStore store;

	private final ArchiveOptions options;

	private final @Nullable CheckpointSigner signer;

	private final TrustPolicy evidence;

	/** Of what is rewritten: whoever signed it before, whose key leaked since, did. */
	private final TrustPolicy readBack;

	private final RecordedRanges ranges;

	private final DeclaredErasures declared;

	private final ArchiveErasure erasure;

	/** Ranges that need not be signed anew, where a key leaked. */
	private final Set<RangeName> signedByTrusted = new HashSet<>();

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
		TrustedKeys keys = evidence.keys();
		this.readBack = (keys != null) ? new TrustPolicy(keys.withRetired(), evidence.anchors(), evidence.origin(),
				evidence.witnesses(), evidence.timeStamps()) : evidence;
		this.ranges = new RecordedRanges(dataSource, schema, store);
		this.declared = new DeclaredErasures(dataSource, schema);
		this.erasure = new ArchiveErasure(dataSource, schema, store, options, signer, this.ranges,
				new ArchiveErasure.RangeCheck() {

					@Override
					public Manifest.Proof proof(Manifest kept) throws IOException, SQLException {
						return LedgerArchive.this.proof(kept);
					}

					@Override
					public void verify(RangeName range) throws IOException {
						LedgerArchive.this.verify(range);
					}

				});
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
			this.ranges.clearOthers(range);
			record(write(range), requestedBy);
		}
		else if (!renew(this.ranges.kept(range), requestedBy, true)) {
			verify(range);
		}
	}

	/**
	 * What somebody left who died meanwhile may hold what was erased since, or may be
	 * signed by nobody trusted, or damaged. If nobody recorded it, it is cleared away,
	 * and written anew: first what may change from one time to the next, then all of it.
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
			this.ranges.clearAll(range);
		}
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
		verify(range, this.evidence);
		return manifest;
	}

	/**
	 * What was erased after it was archived must not outlive that here; what is no longer
	 * in the ledger says nothing.
	 * @param sign whether to sign anew, too, what nobody signed whose key counts by now
	 */
	private boolean renew(Manifest kept, String requestedBy, boolean sign) throws IOException, SQLException {
		RangeName range = kept.range();
		Set<Long> actors = OwnTransaction.look(this.dataSource,
				(connection) -> erased(connection, range, "actor_digest"));
		Set<Long> data = OwnTransaction.look(this.dataSource, (connection) -> erased(connection, range, "data_digest"));
		boolean erased = actors.size() > kept.erasedActors() || data.size() > kept.erasedData();
		if (!erased && (!sign || this.signer == null)) {
			return false;
		}
		Manifest.Proof proof = proof(kept);
		if (!erased && isSigned(kept) && proof == kept.proof()) {
			return false;
		}
		Manifest next = new RangeWriter(this.store, this.options, this.signer).rewrite(kept, actors, data, proof);
		verify(range);
		record(next, requestedBy);
		this.store.delete(range.payload(kept.generation()));
		return true;
	}

	private boolean isSigned(Manifest kept) {
		TrustedKeys keys = this.evidence.keys();
		return keys == null || kept.isSignedBy(keys);
	}

	/**
	 * As it was kept; but where only keys signed it that do not count any more, by the
	 * first checkpoint that one signed that does, if there is one.
	 */
	private Manifest.Proof proof(Manifest kept) throws IOException, SQLException {
		TrustedKeys keys = this.evidence.keys();
		if (keys == null || kept.proof().isSignedBy(keys)) {
			return kept.proof();
		}
		Manifest.Proof better = OwnTransaction.<Manifest.@Nullable Proof, IOException>look(this.dataSource,
				(connection) -> proof(connection, kept.range()));
		return (better != null) ? better : kept.proof();
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
	public List<Redacted> redact(@Nullable String chain, Collection<UUID> ids, EntryGroup group, String reason,
			String requestedBy) throws IOException {
		return erase(new ArchiveErasure.Wanted(Map.of(group, ArchiveErasure.ids(ids, ArchiveErasure.IDS_AT_ONCE)),
				reason, requestedBy), chain);
	}

	@Override
	public List<Redacted> erase(Collection<Subject> subjects, String reason, String requestedBy) throws IOException {
		List<PersonTrace> traces = subjects.stream()
			.flatMap((subject) -> PersonTrace.of(subject.actorId(), subject.targetAsText(), subject.everything())
				.stream())
			.toList();
		return erase(new ArchiveErasure.Wanted(PersonCondition.of(traces), reason, requestedBy), null);
	}

	private List<Redacted> erase(ArchiveErasure.Wanted wanted, @Nullable String chain) throws IOException {
		List<Redacted> told = new ArrayList<>();
		if (wanted.conditions().values().stream().allMatch(List::isEmpty)) {
			return told;
		}
		try {
			Failures failures = new Failures();
			for (RangeName range : this.ranges.all().keySet()) {
				if (chain != null && !chain.equals(range.chain())) {
					continue;
				}
				failures.attempt(range, () -> {
					renew(this.ranges.kept(range), wanted.requestedBy(), false);
					this.erasure.erase(range, wanted, told);
				});
			}
			failures.throwFirst();
			return told;
		}
		catch (SQLException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	public void followLedger(String requestedBy) throws IOException {
		try {
			Set<RangeName> recorded = this.ranges.all().keySet();
			DeclaredErasures.News news = this.declared.next(recorded);
			Failures failures = new Failures();
			Set<RangeName> held = new HashSet<>();
			for (Map.Entry<RangeName, ArchiveErasure.Declared> erased : news.ranges().entrySet()) {
				RangeName range = erased.getKey();
				failures.attempt(range, () -> {
					renew(this.ranges.kept(range), requestedBy, false);
					if (!this.erasure.follow(range, erased.getValue(), requestedBy)) {
						held.add(range);
					}
				});
			}
			if (failures.first == null) {
				this.declared.done(news, held);
			}
			renewSignatures(recorded, requestedBy, failures);
			failures.throwFirst();
		}
		catch (SQLException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Since a key leaked, what it signed proves nothing any more. A checkpoint by another
	 * one may come later, as what is recorded here makes its chain grow.
	 */
	private void renewSignatures(Set<RangeName> recorded, String requestedBy, Failures failures) throws SQLException {
		TrustedKeys keys = this.evidence.keys();
		if (keys == null || keys.retired().isEmpty()) {
			return;
		}
		for (RangeName range : recorded) {
			if (!this.signedByTrusted.contains(range)) {
				failures.attempt(range, () -> {
					renew(this.ranges.kept(range), requestedBy, true);
					if (this.ranges.kept(range).proof().isSignedBy(keys)) {
						this.signedByTrusted.add(range);
					}
				});
			}
		}
	}

	/**
	 * What fails of one range must not keep others from their turn. Without the database
	 * none has one.
	 */
	private static final class Failures {

		private @Nullable IOException first;

		void attempt(RangeName range, Attempt attempt) throws SQLException {
			try {
				attempt.run();
			}
			catch (SQLException ex) {
				if (ex instanceof SQLTransientConnectionException
						|| String.valueOf(ex.getSQLState()).startsWith(NO_CONNECTION)) {
					throw ex;
				}
				add(failed(range, ex));
			}
			catch (IOException | IllegalStateException | CheckpointRefusedException | InvalidCheckpointException ex) {
				add(failed(range, ex));
			}
		}

		private static IOException failed(RangeName range, Exception failure) {
			String why = (failure instanceof FileSystemException) ? failure.toString() : failure.getMessage();
			return new IOException("%s: %s".formatted(range, why), failure);
		}

		private void add(IOException failure) {
			if (this.first == null) {
				this.first = failure;
			}
			else {
				this.first.addSuppressed(failure);
			}
		}

		void throwFirst() throws IOException {
			if (this.first != null) {
				throw this.first;
			}
		}

		private interface Attempt {

			void run() throws IOException, SQLException;

		}

	}

	private Manifest write(Connection connection, RangeName range) throws SQLException, IOException {
		EntryReader entries = new EntryReader(connection, this.schema);
		return new RangeWriter(this.store, this.options,
				this.signer)
			.write(seal(connection, range, entries), (sink) -> entries.read(range.chain(),
					"seq between %s and %s".formatted(range.first(), range.last()), sink), StoredEntry::read);
	}

	private SealedRange seal(Connection connection, RangeName range, EntryReader entries)
			throws SQLException, IOException {
		CompactRange before = new StoredTree(connection, this.schema).edgeAt(range.chain(), range.first());
		Manifest.Proof proof = proof(connection, range);
		StoredEntry.Place first = entries.place(range.chain(), range.first());
		if (proof == null || before == null || first == null) {
			throw new IOException("no signed checkpoint covers %s yet".formatted(range));
		}
		return Sql.get(connection, """
				select ledger_id, origin is not null, coalesce((select min(first_seq) from %s where chain = name), ?)
				from %s
				where name = ?
				""".formatted(this.schema.table("audit_archived"), this.schema.table("audit_chain")),
				(row) -> new SealedRange(Objects.requireNonNull(row.getObject(1, UUID.class)), range, row.getBoolean(2),
						row.getLong(3), first.prevHash(), before, proof),
				range.first(), range.chain());
	}

	private Manifest.@Nullable Proof proof(Connection connection, RangeName range) throws SQLException, IOException {
		StoredTree tree = new StoredTree(connection, this.schema);
		long end = range.last() + 1;
		Checkpoint checkpoint = first(connection, tree, range);
		CompactRange after = tree.edgeAt(range.chain(), end);
		if (checkpoint == null || after == null) {
			return null;
		}
		Checkpoint older = new Checkpoint(checkpoint.origin(), end, LeafHashes.root(after), checkpoint.note());
		return new Manifest.Proof(checkpoint.note(),
				new TreeProofs(this.schema, new TreeRows(this.schema))
					.consistency(connection, range.chain(), older, checkpoint)
					.proof()
					.path());
	}

	/**
	 * The first one that somebody trusted signed, so that it is the same one each time;
	 * where there is one, the first that enough witnesses cosigned, and of these the
	 * first that has a time stamp, if these are asked for.
	 */
	private @Nullable Checkpoint first(Connection connection, StoredTree tree, RangeName range) throws SQLException {
		long size = Sql.get(connection, "select coalesce(max(size), 0) from %s where chain = ?"
			.formatted(this.schema.table("audit_checkpoint")), (row) -> row.getLong(1), range.chain());
		Checkpoint signed = null;
		Checkpoint cosigned = null;
		// There may be one a minute, and nearly always the first ones will do.
		for (long from = range.last(), portion = PORTION; from < size; from += portion, portion *= 2) {
			for (StoredTree.Row row : tree.checkpoints(range.chain(), from, from + portion)) {
				Checkpoint checkpoint = Checkpoint.parse(row.cosigned());
				Quality quality = quality(checkpoint);
				if (quality == Quality.STAMPED) {
					return checkpoint;
				}
				cosigned = (cosigned == null && quality == Quality.COSIGNED) ? checkpoint : cosigned;
				signed = (signed == null && quality != Quality.UNTRUSTED) ? checkpoint : signed;
			}
		}
		return (cosigned != null) ? cosigned : signed;
	}

	/**
	 * Who vouches for a checkpoint, as far as that is asked for.
	 */
	private enum Quality {

		/** Nobody trusted. */
		UNTRUSTED,

		/** Somebody trusted, with too few witnesses. */
		SIGNED,

		/** Enough witnesses, too, but without a time stamp. */
		COSIGNED,

		/** All that is asked for. */
		STAMPED

	}

	private Quality quality(Checkpoint checkpoint) {
		WitnessPolicy witnesses = this.evidence.witnesses();
		TimeStampAuthority timeStamps = this.evidence.timeStamps();
		TrustedKeys keys = this.evidence.keys();
		if (keys != null && !checkpoint.isSignedBy(keys)) {
			return Quality.UNTRUSTED;
		}
		if (witnesses != null && witnesses.missing(checkpoint) != null) {
			return Quality.SIGNED;
		}
		return (timeStamps != null && timeStamps.missing(checkpoint) != null) ? Quality.COSIGNED : Quality.STAMPED;
	}

	private void verify(RangeName range) throws IOException {
		verify(range, this.readBack);
	}

	private void verify(RangeName range, TrustPolicy policy) throws IOException {
		ChainVerification found = new ArchiveVerifier(this.store, policy, this.options, VerificationProgress.NONE)
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
