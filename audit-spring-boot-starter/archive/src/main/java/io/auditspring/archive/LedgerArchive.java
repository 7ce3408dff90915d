/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
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
import org.jspecify.annotations.Nullable;

/**
 * Moves entries of a ledger into the archive. Each range is written, read back and
 * verified, and then recorded in its chain; whoever dies in between can do it again.
 * Recording takes the role {@code audit_retention}.
 *
 * @since 0.1.0
 */
public final class LedgerArchive implements MonthArchive {

	private final DataSource dataSource;

	private final Schema schema;

	private final ArchiveStore store;

	private final ArchiveOptions options;

	private final @Nullable CheckpointSigner signer;

	private final TrustPolicy evidence;

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
	}

	/**
	 * What is recorded of a range.
	 *
	 * @param lastSeq where it ends
	 * @param generation how often it was written
	 * @param manifest the digest of its manifest
	 */
	private record Recorded(long lastSeq, int generation, String manifest) {

	}

	@Override
	public void archive(String chain, long firstSeq, long lastSeq, String requestedBy) throws IOException {
		try {
			for (long first = firstSeq; first <= lastSeq; first += RangeName.MOST) {
				archive(new RangeName(chain, first, Math.min(first + RangeName.MOST - 1, lastSeq)), requestedBy);
			}
		}
		catch (SQLException | IllegalStateException | CheckpointRefusedException | InvalidCheckpointException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private void archive(RangeName range, String requestedBy) throws IOException, SQLException {
		Recorded recorded = OwnTransaction.look(this.dataSource, (connection) -> recorded(connection, range));
		if (recorded == null) {
			Manifest manifest = OwnTransaction.look(this.dataSource, (connection) -> write(connection, range));
			verify(range);
			record(manifest, requestedBy);
			return;
		}
		String kept = Manifests.read(this.store, range.manifest(recorded.generation())).digest();
		if (recorded.lastSeq() != range.last() || !recorded.manifest().equals(kept)) {
			throw new IOException("what is in the archive of %s is not what the ledger says".formatted(range));
		}
		verify(range);
	}

	private @Nullable Recorded recorded(Connection connection, RangeName range) throws SQLException {
		return Sql.find(connection, """
				select last_seq, generation, manifest
				from %s
				where chain = ? and first_seq = ?
				order by generation desc
				limit 1
				""".formatted(this.schema.table("audit_archived")),
				(row) -> new Recorded(row.getLong(1), row.getInt(2), row.getString(3)), range.chain(), range.first());
	}

	private Manifest write(Connection connection, RangeName range) throws SQLException, IOException {
		EntryReader entries = new EntryReader(connection, this.schema);
		return new RangeWriter(this.store, this.options,
				this.signer)
			.write(seal(connection, range, entries), (sink) -> entries.read(range.chain(),
					"seq between %d and %d".formatted(range.first(), range.last()), sink), StoredEntry::read);
	}

	/** By the first checkpoint that covers it, so that it is the same one each time. */
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
		Checkpoint checkpoint = Checkpoint.parse(checkpoints.get(0).note());
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

	private void verify(RangeName range) throws IOException {
		ChainVerification found = new ArchiveVerifier(this.store, this.evidence, this.options,
				VerificationProgress.NONE)
			.verify(range.chain(), range.first(), range.last());
		if (!found.valid() || found.entries() != range.entries()) {
			throw new IOException("what was read back of %s does not verify: %s".formatted(range, found.problems()));
		}
	}

	private void record(Manifest manifest, String requestedBy) throws SQLException {
		RangeName range = manifest.range();
		OwnTransaction.run(this.dataSource,
				(connection) -> Sql.is(connection,
						"select %s(?, ?, ?, ?, ?, ?, ?, ?::jsonb -> 0)".formatted(this.schema.table("audit_archive")),
						range.chain(), range.first(), range.last(), manifest.generation(), manifest.digest(),
						manifest.firstRecordedAt(), manifest.lastRecordedAt(), requestedBy));
	}

}
