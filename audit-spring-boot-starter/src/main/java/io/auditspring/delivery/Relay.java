package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.capture.FailureText;
import io.auditspring.ledger.Entry;
import io.auditspring.ledger.LedgerWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Moves entries from the outbox to the ledger. A batch leaves the one and enters the
 * other in the same transaction, so each entry arrives exactly once, whatever dies when
 * and however many instances do this at the same time.
 */
public final class Relay implements SmartLifecycle {

	/** Starts before everything that may be audited, and stops after it. */
	static final int PHASE = Integer.MIN_VALUE + 1000;

	private static final Logger logger = LoggerFactory.getLogger(Relay.class);

	private final DataSource dataSource;

	private final Outbox outbox;

	private final LedgerWriter ledger;

	private final String chain;

	private final int batchSize;

	private final Worker worker;

	private final DeliveryStatistics statistics;

	/**
	 * Creates the relay.
	 * @param dataSource the audit database
	 * @param outbox where entries are taken from
	 * @param ledger where they go
	 * @param chain the chain they are for
	 * @param batchSize the most transactions to move at once
	 * @param pollInterval how often to look for what instances that died left behind
	 * @param statistics counts what becomes of entries
	 */
	public Relay(DataSource dataSource, Outbox outbox, LedgerWriter ledger, String chain, int batchSize,
			Duration pollInterval, DeliveryStatistics statistics) {
		this.dataSource = dataSource;
		this.outbox = outbox;
		this.ledger = ledger;
		this.chain = chain;
		this.batchSize = batchSize;
		this.statistics = statistics;
		this.worker = new Worker("audit-relay", pollInterval, this::drain);
	}

	/**
	 * Says that something was staged.
	 */
	void wake() {
		this.worker.wake();
	}

	private void drain() throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			boolean more = true;
			while (more) {
				more = move(connection);
				this.worker.status().progressed();
				this.outbox.backlog().refresh(connection);
			}
		}
	}

	/**
	 * Moves one row; when this returns it is in the ledger, whoever moved it.
	 * @param connection a connection on which no transaction is open
	 * @param row the row's id
	 * @throws SQLException when the database refuses
	 */
	void move(Connection connection, long row) throws SQLException {
		List<Entry> entries = new ArrayList<>();
		Transactions.run(connection, () -> entries.addAll(append(connection, this.outbox.takeOne(connection, row))));
		this.statistics.delivered(entries);
	}

	private boolean move(Connection connection) throws SQLException {
		try {
			return move(connection, this.batchSize) == this.batchSize;
		}
		catch (SQLException | RuntimeException ex) {
			if (!Refusal.isFinal(ex)) {
				throw ex;
			}
			moveOne(connection);
			return true;
		}
	}

	private int move(Connection connection, int limit) throws SQLException {
		List<Outbox.Row> rows = new ArrayList<>();
		List<Entry> entries = new ArrayList<>();
		Transactions.run(connection, () -> {
			rows.addAll(this.outbox.take(connection, limit));
			entries.addAll(append(connection, rows));
		});
		this.statistics.delivered(entries);
		return rows.size();
	}

	private List<Entry> append(Connection connection, List<Outbox.Row> rows) throws SQLException {
		List<Entry> entries = new ArrayList<>(rows.size());
		rows.forEach((row) -> entries.addAll(this.outbox.read(row)));
		this.ledger.append(connection, this.chain, entries);
		return entries;
	}

	// One bad row must not stop the others: go on one by one until it is set aside.
	private void moveOne(Connection connection) throws SQLException {
		List<Entry> entries = new ArrayList<>();
		int[] refused = new int[1];
		Transactions.run(connection, () -> {
			for (Outbox.Row row : this.outbox.take(connection, 1)) {
				Savepoint untouched = connection.setSavepoint();
				try {
					entries.addAll(append(connection, List.of(row)));
				}
				catch (SQLException | RuntimeException ex) {
					if (!Refusal.isFinal(ex)) {
						throw ex;
					}
					connection.rollback(untouched);
					quarantine(connection, row, ex);
					refused[0] = row.count();
				}
			}
		});
		this.statistics.delivered(entries);
		this.statistics.quarantined(refused[0]);
	}

	private void quarantine(Connection connection, Outbox.Row row, Exception refusal) throws SQLException {
		this.outbox.quarantine(connection, row.entries(), FailureText.of(refusal));
		logger.error("Staged entries were refused by the ledger and are now in audit_quarantine", refusal);
	}

	@Override
	public void start() {
		this.worker.start();
	}

	@Override
	public void stop() {
		this.worker.stop();
	}

	/**
	 * How the worker is doing.
	 * @return its live status
	 */
	public WorkerStatus status() {
		return this.worker.status();
	}

	@Override
	public boolean isRunning() {
		return this.worker.isRunning();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
