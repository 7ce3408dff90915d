/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a chain go on under another name where the ledger that receives it has other
 * entries of it than are here, or where others were signed, as after a backup was
 * restored. It looks before the application appends anything, and all the time after
 * that. Who can write receipts into the database can write any: one counts if a key
 * signed it that is known here, for this chain.
 */
final class ChainContinuation extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(ChainContinuation.class);

	private static final Duration INTERVAL = Duration.ofSeconds(1);

	private final DataSource dataSource;

	private final @Nullable Checkpoints checkpoints;

	private final TrustedKeys keys;

	private final Supplier<Entry> requestedBy;

	private final String receipts;

	private final String size;

	private final String goOn;

	private final String chain;

	private final String uncovered;

	/** What keeps a chain from going on that should. */
	private volatile Map<String, String> behind = Map.of();

	/** Since when the oldest entry without a receipt has been waiting for one. */
	private volatile @Nullable Instant waitingSince;

	/** Under which name the application's chain goes on. */
	private volatile String current;

	/** The receipts of which it is known that they are of the entries here. */
	private final Map<String, Receipt> compared = new ConcurrentHashMap<>();

	/** The checkpoint of the signer of which the same is known. */
	private @Nullable String comparedSigned;

	private boolean failing;

	ChainContinuation(DataSource dataSource, Schema schema, String chain, @Nullable Checkpoints checkpoints,
			TrustedKeys keys, Supplier<Entry> requestedBy) {
		super("audit-chain-continuation", INTERVAL, INTERVAL);
		this.dataSource = dataSource;
		this.chain = chain;
		this.current = chain;
		this.uncovered = "select recorded_at from %s where chain = ? and seq = ?".formatted(schema.table("audit_log"));
		this.checkpoints = checkpoints;
		this.keys = keys;
		this.requestedBy = requestedBy;
		// In one statement, so of one moment: a receipt comes after the entries it is of.
		this.receipts = """
				select receipt.chain, receipt.note, chain.size, entry.hash, chain.successor is not null
				from %s as receipt join %s as chain on chain.name = receipt.chain
				left join %s as entry on entry.chain = receipt.chain and entry.seq = receipt.size - 1
				where receipt.kind = 'stored' and chain.origin is null
				""".formatted(schema.table("audit_receipt"), schema.table("audit_chain"), schema.table("audit_log"));
		this.size = "select size from %s where name = ?".formatted(schema.table("audit_chain"));
		this.goOn = "select %s(?, ?, ?, ?, ?::jsonb -> 0)".formatted(schema.table("audit_continue_behind"));
	}

	/**
	 * A receipt, whoever wrote it.
	 *
	 * @param chain the chain that it is kept for
	 * @param note what it says
	 * @param size how many entries the chain has here
	 * @param last the hash of the last entry that it is of, or {@code null} if that is
	 * not here
	 * @param over whether the chain goes on under another name
	 */
	private record Receipt(String chain, String note, long size, byte @Nullable [] last, boolean over) {

		/** A database that becomes another one under the application may lack entries. */
		private boolean isAsIn(@Nullable Receipt before) {
			return before != null && before.note().equals(this.note) && this.last != null
					&& Arrays.equals(this.last, before.last());
		}

	}

	@Override
	public boolean isAutoStartup() {
		return this.checkpoints != null && !this.keys.keys().isEmpty();
	}

	/** Looks once, before anything is appended. */
	void lookBeforeTheStart() {
		if (isAutoStartup()) {
			run();
		}
	}

	@Override
	protected void run() {
		try {
			List<Receipt> receipts = OwnTransaction.look(this.dataSource,
					(connection) -> Sql.list(connection, this.receipts, (row) -> new Receipt(row.getString(1),
							row.getString(2), row.getLong(3), row.getBytes(4), row.getBoolean(5))));
			Checkpoints checkpoints = Objects.requireNonNull(this.checkpoints);
			Map<String, String> behind = new TreeMap<>();
			for (Receipt receipt : receipts.stream().filter((each) -> !each.over()).toList()) {
				compare(checkpoints, receipt, behind);
			}
			this.current = checkpoints.current(this.chain);
			compareWithMemory(checkpoints, receipts, behind);
			this.behind = behind;
			this.waitingSince = waitingSince(checkpoints, receipts);
			this.failing = false;
		}
		catch (SQLException | RuntimeException ex) {
			if (!this.failing && isRunning()) {
				logger
					.warn("It cannot be found out whether the audit ledger has the entries that were received from it; "
							+ "it is tried again: {}", LoggedFailure.text(ex));
			}
			this.failing = true;
		}
	}

	/** When the first entry was recorded of which no receipt is here. */
	private @Nullable Instant waitingSince(Checkpoints checkpoints, List<Receipt> receipts) throws SQLException {
		long stored = receipts.stream()
			.filter((receipt) -> receipt.chain().equals(this.current))
			.findFirst()
			.flatMap((receipt) -> open(checkpoints, receipt))
			.map(Checkpoint::size)
			.orElse(0L);
		return OwnTransaction.look(this.dataSource, (connection) -> Sql.find(connection, this.uncovered,
				(row) -> row.getObject(1, OffsetDateTime.class).toInstant(), this.current, stored));
	}

	private Optional<Checkpoint> open(Checkpoints checkpoints, Receipt receipt) {
		return ReceiptNote.STORED.open(receipt.note(), checkpoints.log(receipt.chain()), this.keys);
	}

	/**
	 * What keeps chains from going on that are behind their receipts.
	 * @return a sentence for each, by name
	 */
	Map<String, String> behind() {
		return this.behind;
	}

	/**
	 * For how long the oldest entry has been waiting for a receipt.
	 * @param now the time
	 * @return how long; zero if none waits
	 */
	Duration waiting(Instant now) {
		Instant since = this.waitingSince;
		return (since == null || since.isAfter(now)) ? Duration.ZERO : Duration.between(since, now);
	}

	/**
	 * Under which other name the application's chain goes on.
	 * @return the name, or {@code null} if it does not
	 */
	@Nullable String successor() {
		String current = this.current;
		return current.equals(this.chain) ? null : current;
	}

	private void compare(Checkpoints checkpoints, Receipt receipt, Map<String, String> behind) throws SQLException {
		if (receipt.isAsIn(this.compared.get(receipt.chain()))) {
			return;
		}
		this.comparedSigned = null;
		Checkpoint stored = open(checkpoints, receipt).orElse(null);
		if (stored == null
				|| stored.size() <= receipt.size() && isOfTheEntriesHere(checkpoints, receipt.chain(), stored)) {
			this.compared.put(receipt.chain(), receipt);
			return;
		}
		String successor = goOn(checkpoints, receipt.chain(), receipt.note(), null, behind,
				"%s entries were received elsewhere".formatted(stored.size()));
		logger.error(
				"THE AUDIT LEDGER LACKS ENTRIES: of chain '{}' {} were received elsewhere, and not all of them are here, "
						+ "where it has {}, as if a backup had been restored. It goes on as '{}'",
				receipt.chain(), stored.size(), receipt.size(), successor);
	}

	/**
	 * What was signed and not received could not be signed again, and so never be
	 * received.
	 */
	private void compareWithMemory(Checkpoints checkpoints, List<Receipt> receipts, Map<String, String> behind)
			throws SQLException {
		String chain = this.current;
		Checkpoint signed = checkpoints.remembered(chain).orElse(null);
		if (signed == null || signed.note().equals(this.comparedSigned)) {
			return;
		}
		// After the memory: an entry is here before it is signed.
		Long size = OwnTransaction.<@Nullable Long, RuntimeException>look(this.dataSource,
				(connection) -> Sql.find(connection, this.size, (row) -> row.getLong(1), chain));
		if (size != null && signed.size() <= size && isOfTheEntriesHere(checkpoints, chain, signed)) {
			this.comparedSigned = signed.note();
			return;
		}
		Receipt evidence = evidence(checkpoints, chain, receipts);
		if (size == null || evidence == null) {
			// Nobody receives it: it stays with the signer to refuse.
			return;
		}
		String successor = goOn(checkpoints, chain, evidence.note(), signed.note(), behind,
				"%s entries were signed".formatted(signed.size()));
		this.current = successor;
		logger.error(
				"THE AUDIT LEDGER LACKS ENTRIES: of chain '{}' {} were signed, and not all of them are here, "
						+ "where it has {}, as if a backup had been restored. It goes on as '{}'",
				chain, signed.size(), size, successor);
	}

	/** The receipt of the chain itself, or of the last one in whose place it goes on. */
	private @Nullable Receipt evidence(Checkpoints checkpoints, String chain, List<Receipt> receipts) {
		return receipts.stream()
			.filter((receipt) -> receipt.chain().equals(chain) || ChainNames.goesOn(chain, receipt.chain()))
			.filter((receipt) -> open(checkpoints, receipt).isPresent())
			.reduce((one, other) -> ChainNames.goesOn(one.chain(), other.chain()) ? one : other)
			.orElse(null);
	}

	/** Where a checkpoint was signed of so many entries, it is what counts. */
	private static boolean isOfTheEntriesHere(Checkpoints checkpoints, String chain, Checkpoint stored) {
		byte[] root = checkpoints.find(chain, stored.size())
			.map(Checkpoint::root)
			.orElseGet(() -> checkpoints.root(chain, stored.size()));
		return Arrays.equals(stored.root(), root);
	}

	private String goOn(Checkpoints checkpoints, String chain, String receipt, @Nullable String signed,
			Map<String, String> behind, String why) throws SQLException {
		// Under a name that was signed before by a database that is lost, nothing could
		// be.
		String successor = ChainNames.next(chain);
		while (checkpoints.wasSigned(successor)) {
			successor = ChainNames.next(successor);
		}
		String name = successor;
		try {
			return OwnTransaction.run(this.dataSource,
					(connection) -> Sql.get(connection, this.goOn, (row) -> row.getString(1), chain, receipt, signed,
							name, EntryCodec.write(List.of(this.requestedBy.get()))));
		}
		catch (SQLException ex) {
			behind.put(chain, "%s, and it cannot go on under another name: %s".formatted(why, LoggedFailure.text(ex)));
			this.behind = behind;
			throw ex;
		}
	}

}
