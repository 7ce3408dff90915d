package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.ledger.Entry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Hands entries over in the way each {@link Delivery} mode promises, and lets the
 * business call feel a failure as the {@link FailurePolicy} says.
 */
public final class EntryDelivery {

	private static final Logger logger = LoggerFactory.getLogger(EntryDelivery.class);

	/** Pooled connections that the server has closed show only when they are used. */
	private static final int ATTEMPTS = 3;

	private static final int VALIDATION_SECONDS = 2;

	private final DataSource dataSource;

	private final Outbox outbox;

	private final Relay relay;

	private final AsyncBuffer buffer;

	private final DirectWriter writer;

	private final FailurePolicy policy;

	private final DeliveryStatistics statistics;

	public EntryDelivery(DataSource dataSource, Outbox outbox, Relay relay, AsyncBuffer buffer, DirectWriter writer,
			FailurePolicy policy, DeliveryStatistics statistics) {
		this.dataSource = dataSource;
		this.outbox = outbox;
		this.relay = relay;
		this.buffer = buffer;
		this.writer = writer;
		this.policy = policy;
		this.statistics = statistics;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * Stages entries in a business transaction that is about to commit.
	 * @param connection the transaction's connection
	 * @param entries the entries, at least one
	 * @return the id of their row, or {@code null} if they could not be staged and the
	 * transaction may go on without them
	 */
	@Nullable Long stage(Connection connection, List<Entry> entries) {
		try {
			return (this.policy == FailurePolicy.PROPAGATE) ? (Long) this.outbox.stage(connection, entries)
					: stageWithSavepoint(connection, entries);
		}
		catch (SQLException | RuntimeException ex) {
			this.statistics.recorded(Delivery.TRANSACTIONAL, entries.size());
			failed(entries, ex);
			return null;
		}
	}

	// A failed statement would take the business transaction with it.
	private Long stageWithSavepoint(Connection connection, List<Entry> entries) throws SQLException {
		Savepoint savepoint = connection.setSavepoint();
		try {
			Long row = this.outbox.stage(connection, entries);
			connection.releaseSavepoint(savepoint);
			return row;
		}
		catch (SQLException | RuntimeException ex) {
			connection.rollback(savepoint);
			throw ex;
		}
	}

	/**
	 * Says that a business transaction with staged entries has committed.
	 * @param transactional how many of them need only be staged
	 * @param chained how many of them must reach the ledger before the call returns
	 */
	void committed(int transactional, int chained) {
		this.statistics.recorded(Delivery.TRANSACTIONAL, transactional);
		this.statistics.recorded(Delivery.SYNC, chained);
		this.statistics.staged(transactional + chained);
		this.relay.wake();
	}

	/**
	 * Delivers entries that no transaction carries.
	 * @param mode how
	 * @param entries the entries
	 */
	void deliver(Delivery mode, List<Entry> entries) {
		List<Entry> left = new ArrayList<>(entries);
		this.statistics.recorded(mode, entries.size());
		try {
			withIdleConnection((connection) -> deliver(mode, left, connection));
		}
		catch (SQLException | RuntimeException ex) {
			failed(left, ex);
		}
	}

	private void deliver(Delivery mode, List<Entry> left, @Nullable Connection connection) throws SQLException {
		switch (mode) {
			case ASYNC -> {
				while (!left.isEmpty()) {
					this.buffer.add(left.get(0), connection);
					left.remove(0);
				}
			}
			case SYNC -> this.writer.write(left, connection);
			case TRANSACTIONAL, DEFAULT -> {
				store(left, connection);
				this.statistics.staged(left.size());
				this.relay.wake();
			}
		}
	}

	/**
	 * Moves staged entries to the ledger, and returns when they are there.
	 * @param row the id of their row
	 */
	void relayNow(long row) {
		try {
			withIdleConnection((connection) -> withConnection(connection, (own) -> this.relay.move(own, row)));
		}
		catch (SQLException | RuntimeException ex) {
			// Staged and committed they are not lost; only the promise to have them
			// chained by now is broken.
			failed(List.of(), ex);
		}
	}

	/**
	 * Whether staged entries were committed, as far as that can be known. Over the
	 * connection of their own transaction it can: what that answers, it has finished.
	 * @param row the id of their row
	 * @param entry one of them
	 * @return whether they are there, or {@code null} if it cannot be known
	 */
	@Nullable Boolean isKept(long row, UUID entry) {
		boolean[] kept = new boolean[1];
		boolean[] known = new boolean[1];
		try {
			withIdleConnection((connection) -> {
				if (connection != null) {
					Transactions.run(connection, () -> kept[0] = this.outbox.isKept(connection, row, entry));
					known[0] = true;
				}
			});
		}
		catch (SQLException | RuntimeException ex) {
			logger.warn("It could not be found out whether a transaction was committed", ex);
		}
		return known[0] ? kept[0] : null;
	}

	private void store(List<Entry> entries, @Nullable Connection connection) throws SQLException {
		for (int attempt = 1; !entries.isEmpty(); attempt++) {
			try {
				withConnection((attempt == 1) ? connection : null,
						(own) -> Transactions.run(own, () -> this.outbox.stage(own, entries)));
				return;
			}
			catch (UnknownOutcomeException ex) {
				throw ex;
			}
			catch (SQLException ex) {
				if (attempt == ATTEMPTS || Refusal.isFinal(ex)) {
					throw ex;
				}
			}
		}
	}

	private void withConnection(@Nullable Connection connection, Use<Connection> use) throws SQLException {
		if (connection != null) {
			use.with(connection);
			return;
		}
		try (Connection own = this.dataSource.getConnection()) {
			use.with(own);
		}
	}

	// While callbacks of a finished transaction run, its connection is still held and
	// idle. To take another one could wait for ever where every thread of a pool does so.
	private void withIdleConnection(Use<@Nullable Connection> use) throws SQLException {
		if (TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()
				|| !TransactionSynchronizationManager.hasResource(this.dataSource)) {
			use.with(null);
			return;
		}
		Connection held = DataSourceUtils.getConnection(this.dataSource);
		try {
			use.with(isUsable(held) ? held : null);
		}
		finally {
			DataSourceUtils.releaseConnection(held, this.dataSource);
		}
	}

	private static boolean isUsable(Connection connection) {
		try {
			return connection.isValid(VALIDATION_SECONDS);
		}
		catch (SQLException ex) {
			logger.debug("A connection could not be checked and is not used", ex);
			return false;
		}
	}

	private void failed(List<Entry> entries, Exception failure) {
		this.statistics.failed(entries.size(), failure);
		logger.error("Audit entries could not be delivered: {}",
				entries.stream().map((entry) -> entry.action() + ' ' + entry.outcome() + ' ' + entry.id()).toList(),
				failure);
		if (this.policy == FailurePolicy.PROPAGATE) {
			throw new AuditDeliveryException("The audit trail could not be kept", failure);
		}
	}

	/**
	 * Something to do with a connection.
	 *
	 * @param <C> a connection, or one that may be missing
	 */
	@FunctionalInterface
	private interface Use<C extends @Nullable Connection> {

		void with(C connection) throws SQLException;

	}

}
