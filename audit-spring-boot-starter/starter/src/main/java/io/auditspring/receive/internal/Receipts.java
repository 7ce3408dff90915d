/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.jspecify.annotations.Nullable;

/**
 * What this ledger signs for the sources of its received chains: how many entries are
 * stored here, and how many of these are safe, as they would survive the loss of this
 * database: they are in the archive, on a synchronous standby, or have been here for
 * longer than from one backup to the next. Sources retire no others.
 */
public final class Receipts {

	/** What becomes safe with time need not be looked up each second. */
	private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);

	/** Whether a standby has written so much to its disk, and how much there is here. */
	private static final String STANDBY = """
			select current_setting('synchronous_standby_names') <> '' and exists (
				select from pg_stat_replication where sync_state in ('sync', 'quorum') and flush_lsn >= ?::pg_lsn
			), pg_current_wal_insert_lsn()::text
			""";

	private final DataSource dataSource;

	private final CheckpointSigner signer;

	private final TrustedKeys own;

	private final @Nullable Duration backupInterval;

	private final boolean synchronousStandby;

	private final Frontiers frontiers;

	private final ReceivedTables tables;

	private final Map<String, Receipt> last = new ConcurrentHashMap<>();

	private final Map<String, Look> looks = new ConcurrentHashMap<>();

	private final Map<String, Mark> marks = new ConcurrentHashMap<>();

	private final Map<String, Long> onStandby = new ConcurrentHashMap<>();

	/** The request that was looked at last, where more of its chain follow. */
	private final Map<String, RedactionRequest> askedLast = new ConcurrentHashMap<>();

	private final String received;

	private final String archived;

	private final String recorded;

	/**
	 * Creates the receipts of a ledger.
	 * @param dataSource connections of a user with the roles {@code audit_receiver} and
	 * {@code audit_reader}
	 * @param schema where the ledger is
	 * @param signer signs receipts
	 * @param backupInterval how long it takes at most until what is stored is in a
	 * backup, or {@code null} if backups do not count. It takes the root log
	 * @param synchronousStandby whether what a standby has on its disk is safe, if
	 * commits wait for that standby; the user must see pg_stat_replication
	 */
	public Receipts(DataSource dataSource, Schema schema, CheckpointSigner signer, @Nullable Duration backupInterval,
			boolean synchronousStandby) {
		this.dataSource = dataSource;
		this.signer = signer;
		this.own = TrustedKeys.of(VerifierKey.of(signer));
		this.backupInterval = backupInterval;
		this.synchronousStandby = synchronousStandby;
		this.tables = new ReceivedTables(schema);
		this.frontiers = new Frontiers(schema);
		this.received = """
				select chain.origin, received.note
				from %s as received join %s as chain on chain.name = received.chain
				where received.chain = ? and received.note is not null
				""".formatted(schema.table("audit_received"), schema.table("audit_chain"));
		// From the first entry on, without a gap.
		this.archived = """
				select coalesce(max(last_seq) + 1, 0)
				from (
					select last_seq, bool_or(first_seq > coalesce(before, -1) + 1) over (order by first_seq) as broken
					from (
						select first_seq, max(last_seq) as last_seq, max(max(last_seq)) over (
							order by first_seq rows between unbounded preceding and 1 preceding) as before
						from %s
						where chain = ?
						group by first_seq
					) as ranges
				) as checked
				where not broken
				""".formatted(schema.table("audit_archived"));
		this.recorded = """
				select coalesce(max(said.size), 0)
				from %s as said
				where said.chain = ? and said.root_seq <= (
					select max(seq)
					from %s
					where chain = 'root' and recorded_at <= clock_timestamp() - ? * interval '1 millisecond'
				)
				""".formatted(schema.table("audit_root_head"), schema.table("audit_log"));
	}

	/** How much of a chain was safe when it was looked up, by the JVM's clock. */
	private record Look(long size, long nanos) {

	}

	/**
	 * Where the write-ahead log was when a chain had a size.
	 *
	 * @param size the size
	 * @param position the position behind all of these entries
	 */
	private record Mark(long size, String position) {

	}

	/**
	 * What a standby has.
	 *
	 * @param reached whether one that commits wait for has what was asked about
	 * @param position where the write-ahead log is here
	 */
	private record Standby(boolean reached, String position) {

	}

	/**
	 * What a source is told.
	 *
	 * @param stored the signed note of all that is stored
	 * @param safe the signed note of what is safe, or {@code null} if nothing is yet
	 */
	public record Receipt(Checkpoint stored, @Nullable Checkpoint safe) {

		long safeSize() {
			return (this.safe != null) ? this.safe.size() : 0;
		}

	}

	/**
	 * A chain that is received.
	 *
	 * @param name its name
	 * @param log the chain, as its own checkpoints name it: {@code <origin>/<chain>}
	 * @param size how many entries of it are here
	 * @param parked whether it is parked
	 */
	public record ReceivedChain(String name, String log, long size, boolean parked) {

	}

	/**
	 * The chains that are registered.
	 * @return them, by name
	 * @throws SQLException if the database fails
	 */
	public List<ReceivedChain> chains() throws SQLException {
		return OwnTransaction.look(this.dataSource, this.tables::chains)
			.stream()
			.map((chain) -> new ReceivedChain(chain.name(), chain.origin() + "/" + chain.name(), chain.size(),
					chain.parkedFor() != null))
			.toList();
	}

	/**
	 * Says what is here of a chain.
	 * @param chain the chain's name
	 * @return the receipt, or {@code null} if nothing of it is here yet
	 * @throws SQLException if the database fails
	 */
	public @Nullable Receipt of(String chain) throws SQLException {
		return OwnTransaction.<@Nullable Receipt, RuntimeException>look(this.dataSource, (connection) -> {
			String log = Sql.find(connection, this.received, (row) -> row.getString(1) + "/" + chain, chain);
			Checkpoint note = Sql.find(connection, this.received, (row) -> Checkpoint.parse(row.getString(2)), chain);
			return (log != null && note != null) ? of(connection, chain, log, note) : null;
		});
	}

	/**
	 * The same, for who knows how many entries are here: nothing is looked up where
	 * nothing can have changed.
	 */
	@Nullable Receipt of(String chain, long size) throws SQLException {
		Receipt before = this.last.get(chain);
		Look look = this.looks.get(chain);
		boolean same = before != null && before.stored().size() == size
				&& (before.safeSize() == size || (!this.synchronousStandby && look != null && isFresh(look)));
		return same ? before : of(chain);
	}

	private static boolean isFresh(Look look) {
		return System.nanoTime() - look.nanos() <= BETWEEN_LOOKS.toNanos();
	}

	private Receipt of(Connection connection, String chain, String log, Checkpoint note) throws SQLException {
		long safe = safe(connection, chain, note.size());
		Receipt before = this.last.get(chain);
		if (before != null && before.stored().size() == note.size() && before.safeSize() == safe) {
			return before;
		}
		Receipt receipt = new Receipt(ReceiptNote.STORED.sign(log, note.size(), note.root(), this.signer),
				(safe == 0) ? null : ReceiptNote.SAFE.sign(log, safe,
						LeafHashes.root(this.frontiers.at(connection, chain, safe)), this.signer));
		this.last.put(chain, receipt);
		return receipt;
	}

	private long safe(Connection connection, String chain, long size) throws SQLException {
		long onStandby = this.synchronousStandby ? onStandby(connection, chain, size) : 0;
		if (onStandby == size) {
			return size;
		}
		Look look = this.looks.get(chain);
		if (look == null || !isFresh(look)) {
			look = new Look(lookUp(connection, chain), System.nanoTime());
			this.looks.put(chain, look);
		}
		return Math.max(onStandby, Math.min(look.size(), size));
	}

	/**
	 * How much of a chain a standby has on its disk that commits wait for. That they wait
	 * says nothing: not all do (synchronous_commit), and a wait can be cancelled.
	 */
	private long onStandby(Connection connection, String chain, long size) throws SQLException {
		Mark mark = this.marks.get(chain);
		Standby standby = Sql.get(connection, STANDBY, (row) -> new Standby(row.getBoolean(1), row.getString(2)),
				(mark != null) ? mark.position() : "FFFFFFFF/FFFFFFFF");
		if (mark != null && standby.reached()) {
			this.onStandby.put(chain, mark.size());
			this.marks.remove(chain);
			mark = null;
		}
		long safe = Math.min(this.onStandby.getOrDefault(chain, 0L), size);
		if (mark == null && safe < size) {
			this.marks.put(chain, new Mark(size, standby.position()));
		}
		return safe;
	}

	private long lookUp(Connection connection, String chain) throws SQLException {
		long safe = Sql.get(connection, this.archived, (row) -> row.getLong(1), chain);
		Duration interval = this.backupInterval;
		if (interval != null) {
			safe = Math.max(safe,
					Sql.get(connection, this.recorded, (row) -> row.getLong(1), chain, interval.toMillis()));
		}
		return safe;
	}

	/**
	 * What the source of a chain is asked to erase, and has not yet: of many some, and
	 * the next ones next time, so that those that it leaves keep no others from it.
	 * @param chain the chain
	 * @param log the chain, as its own checkpoints name it: {@code <origin>/<chain>}
	 * @return the requests; each is to be signed
	 * @throws SQLException if the database fails
	 */
	public List<RedactionRequest> requests(String chain, String log) throws SQLException {
		List<RedactionRequest> requests = OwnTransaction.look(this.dataSource,
				(connection) -> this.tables.requests(connection, chain, log, this.askedLast.get(chain)));
		if (areLast(requests)) {
			this.askedLast.remove(chain);
		}
		else {
			this.askedLast.put(chain, requests.get(requests.size() - 1));
		}
		return requests;
	}

	/**
	 * Whether these are the last ones of all that there are, after which the first ones
	 * come again.
	 * @param requests what {@link #requests} gave
	 * @return whether they are
	 */
	public static boolean areLast(List<RedactionRequest> requests) {
		return requests.size() < ReceivedTables.REQUESTS;
	}

	/** The chains whose sources are asked for something. */
	Set<String> asked() throws SQLException {
		return OwnTransaction.look(this.dataSource, this.tables::asked);
	}

	/**
	 * The legal holds that were placed here, which sources keep to.
	 * @return them, as {@code audit_take_holds} takes them
	 * @throws SQLException if the database fails
	 */
	public String holds() throws SQLException {
		return OwnTransaction.look(this.dataSource, this.tables::holds);
	}

	/**
	 * Signs a request.
	 * @param request what is asked for
	 * @return the signed note
	 */
	public String sign(RedactionRequest request) {
		return request.sign(this.signer);
	}

	/**
	 * Whose signature is on all that is signed here.
	 * @return the key
	 */
	public TrustedKeys keys() {
		return this.own;
	}

	/**
	 * Whose key it is that signs here.
	 * @return the signer
	 */
	public CheckpointSigner signer() {
		return this.signer;
	}

	boolean isSigned(RedactionRequest request, String note) {
		return request.isSigned(note, this.own);
	}

	/**
	 * What this ledger signed of a chain: the note itself, or {@code null} if it did not.
	 */
	@Nullable Checkpoint ours(@Nullable String note, ReceiptNote kind, ReceivedTables.Chain chain) {
		return (note != null) ? kind.open(note, chain.origin() + "/" + chain.name(), this.own).orElse(null) : null;
	}

}
