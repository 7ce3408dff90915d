package io.auditspring.archive;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.archive.internal.range.SealedRange;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.ControlActions;
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
		Manifest kept = kept(range, recorded);
		if (!eraseWhatIsErasedInTheLedger(kept, requestedBy)) {
			verify(range);
		}
	}

	/** What was erased after it was archived must not outlive that here. */
	private boolean eraseWhatIsErasedInTheLedger(Manifest kept, String requestedBy) throws IOException, SQLException {
		RangeName range = kept.range();
		Set<Long> actors = OwnTransaction.look(this.dataSource,
				(connection) -> erased(connection, range, "actor_digest"));
		Set<Long> data = OwnTransaction.look(this.dataSource, (connection) -> erased(connection, range, "data_digest"));
		if (actors.size() == kept.erasedActors() && data.size() == kept.erasedData()) {
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

	/**
	 * Erases a group of entries that are in the archive only: writes what is left of each
	 * range as its next generation, reads it back and verifies it, records that, and
	 * deletes what was there before. Whoever dies in between does it again.
	 * @param ids the entries; those that are not in the archive, still are in the ledger,
	 * have lost the group before, or are control entries whose data is asked for, are
	 * left
	 * @param group what to erase
	 * @param reason why, without what is erased
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @return how many entries lost the group
	 * @throws IOException if the archive cannot be read or written, or a legal hold is on
	 * one of the entries; what was erased of other ranges is erased
	 */
	public int redact(Collection<UUID> ids, EntryGroup group, String reason, String requestedBy) throws IOException {
		Set<UUID> wanted = Set.copyOf(ids);
		int erased = 0;
		try {
			for (Map.Entry<RangeName, Recorded> each : OwnTransaction
				.look(this.dataSource, (connection) -> recorded(connection))
				.entrySet()) {
				erased += redact(kept(each.getKey(), each.getValue()), wanted, group, reason, requestedBy);
			}
			return erased;
		}
		catch (SQLException | IllegalStateException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private int redact(Manifest kept, Set<UUID> wanted, EntryGroup group, String reason, String requestedBy)
			throws IOException, SQLException {
		RangeName range = kept.range();
		Set<Long> live = OwnTransaction.look(this.dataSource,
				(connection) -> Set.copyOf(Sql.list(connection,
						"select seq from %s where chain = ? and seq between ? and ?"
							.formatted(this.schema.table("audit_log")),
						(row) -> row.getLong(1), range.chain(), range.first(), range.last())));
		RangeWriter writer = new RangeWriter(this.store, this.options, this.signer);
		Map<Long, String> found = new TreeMap<>();
		writer.read(kept, wanted, (entry) -> {
			long seq = Objects.requireNonNull(entry.place().seq());
			boolean erased = ((group == EntryGroup.ACTOR) ? entry.actorDigest() : entry.dataDigest()) != null;
			boolean control = group == EntryGroup.DATA && ControlActions.include(entry.core().action());
			if (!erased && !control && !live.contains(seq)) {
				found.put(seq, held(entry));
			}
		});
		if (found.isEmpty()) {
			return 0;
		}
		requireNoHold(found.values());
		Manifest next = writer.rewrite(kept, (group == EntryGroup.ACTOR) ? found.keySet() : Set.of(),
				(group == EntryGroup.DATA) ? found.keySet() : Set.of());
		verify(range);
		OwnTransaction.run(this.dataSource, (connection) -> {
			Sql.execute(connection,
					"select %s(?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?::jsonb -> 0)"
						.formatted(this.schema.table("audit_redact_archived")),
					range.chain(), range.first(), range.last(), next.generation(), next.digest(),
					next.firstRecordedAt(), next.lastRecordedAt(), array(found.values()),
					group.name().toLowerCase(Locale.ROOT), reason, requestedBy);
			return true;
		});
		this.store.delete(range.payload(kept.generation()));
		return found.size();
	}

	private static String array(Collection<String> entries) {
		return "[" + String.join(",", entries) + "]";
	}

	/** By what a hold can be on it. */
	private static String held(StoredEntry entry) {
		CanonicalJson related = entry.data().related();
		CanonicalObject object = new CanonicalObject().text("action", entry.core().action())
			.text("actor_id", entry.actor().id())
			.text("id", entry.core().id())
			.text("impersonator_id", entry.actor().impersonator());
		if (related != null) {
			object.raw("related", related.toString());
		}
		return object.number("seq", entry.place().seq())
			.text("target_id", entry.core().targetId())
			.text("target_type", entry.core().targetType())
			.toString();
	}

	/** Before anything is written; the database looks again when it is recorded. */
	private void requireNoHold(Collection<String> entries) throws SQLException, IOException {
		boolean held = OwnTransaction.look(this.dataSource, (connection) -> Sql.is(connection, """
				select exists (
					select from jsonb_populate_recordset(null::%s, ?::jsonb) as entry where %s(entry)
				)
				""".formatted(this.schema.table("audit_log"), this.schema.table("audit_is_held")), array(entries)));
		if (held) {
			throw new IOException("a legal hold is on one of the entries");
		}
	}

	/**
	 * What is recorded of a range, as it is in the archive. What somebody left who died
	 * before it was recorded, or before the generation before was deleted, goes first.
	 */
	private Manifest kept(RangeName range, Recorded recorded) throws IOException {
		for (String name : this.store.list()) {
			RangeName.File file = RangeName.parse(name);
			boolean unfinished = file != null && file.range().equals(range)
					&& (file.generation() > recorded.generation()
							|| (file.kind().equals("payload") && file.generation() < recorded.generation()));
			if (unfinished) {
				this.store.delete(name);
			}
		}
		Manifest manifest = Manifests.read(this.store, range.manifest(recorded.generation()));
		if (recorded.lastSeq() != range.last() || !recorded.manifest().equals(manifest.digest())) {
			throw new IOException("what is in the archive of %s is not what the ledger says".formatted(range));
		}
		return manifest;
	}

	private Map<RangeName, Recorded> recorded(Connection connection) throws SQLException {
		Map<RangeName, Recorded> ranges = new LinkedHashMap<>();
		Sql.each(connection, """
				select distinct on (chain, first_seq) chain, first_seq, last_seq, generation, manifest
				from %s
				order by chain, first_seq, generation desc
				""".formatted(this.schema.table("audit_archived")),
				(row) -> ranges.put(new RangeName(row.getString(1), row.getLong(2), row.getLong(3)),
						new Recorded(row.getLong(3), row.getInt(4), row.getString(5))));
		return ranges;
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
