package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.ledger.Entry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands entries over in the way each {@link Delivery} mode promises, and lets the
 * business call feel a failure as the {@link FailurePolicy} says.
 */
public final class EntryDelivery {

	private static final Logger logger = LoggerFactory.getLogger(EntryDelivery.class);

	private final DataSource dataSource;

	private final Outbox outbox;

	private final Relay relay;

	private final AsyncBuffer buffer;

	private final FailurePolicy policy;

	public EntryDelivery(DataSource dataSource, Outbox outbox, Relay relay, AsyncBuffer buffer, FailurePolicy policy) {
		this.dataSource = dataSource;
		this.outbox = outbox;
		this.relay = relay;
		this.buffer = buffer;
		this.policy = policy;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * Stages entries in a business transaction that is about to commit.
	 * @param connection the transaction's connection
	 * @param entries the entries
	 */
	void stage(Connection connection, List<Entry> entries) {
		if (entries.isEmpty()) {
			return;
		}
		try {
			if (this.policy == FailurePolicy.PROPAGATE) {
				this.outbox.stage(connection, entries);
			}
			else {
				stageWithSavepoint(connection, entries);
			}
		}
		catch (SQLException | RuntimeException ex) {
			failed(entries.size(), ex);
		}
	}

	// A failed statement would take the business transaction with it.
	private void stageWithSavepoint(Connection connection, List<Entry> entries) throws SQLException {
		Savepoint savepoint = connection.setSavepoint();
		try {
			this.outbox.stage(connection, entries);
			connection.releaseSavepoint(savepoint);
		}
		catch (SQLException | RuntimeException ex) {
			connection.rollback(savepoint);
			throw ex;
		}
	}

	/**
	 * Says that a business transaction with staged entries has committed.
	 */
	void committed() {
		this.relay.wake();
	}

	/**
	 * Delivers entries that no transaction carries.
	 * @param mode how
	 * @param entries the entries
	 * @param connection a connection to use, with no transaction open on it; with
	 * {@code null} one is taken from the data source
	 */
	void deliver(Delivery mode, List<Entry> entries, @Nullable Connection connection) {
		try {
			switch (mode) {
				case ASYNC -> buffer(entries);
				case SYNC -> {
					store(entries, connection);
					relay(connection);
				}
				case TRANSACTIONAL, DEFAULT -> {
					store(entries, connection);
					this.relay.wake();
				}
			}
		}
		catch (SQLException | RuntimeException ex) {
			failed(entries.size(), ex);
		}
	}

	/**
	 * Moves what is staged to the ledger, and returns when it is there.
	 * @param connection as above
	 */
	void relayNow(@Nullable Connection connection) {
		try {
			relay(connection);
		}
		catch (SQLException | RuntimeException ex) {
			// It is staged and committed, so it is not lost; only the promise to have it
			// chained by now is broken.
			failed(0, ex);
		}
	}

	private void buffer(List<Entry> entries) throws SQLException {
		for (Entry entry : entries) {
			this.buffer.add(entry);
		}
	}

	private void store(List<Entry> entries, @Nullable Connection connection) throws SQLException {
		if (entries.isEmpty()) {
			return;
		}
		if (connection != null) {
			Transactions.run(connection, () -> this.outbox.stage(connection, entries));
			return;
		}
		try (Connection own = this.dataSource.getConnection()) {
			Transactions.run(own, () -> this.outbox.stage(own, entries));
		}
	}

	private void relay(@Nullable Connection connection) throws SQLException {
		if (connection != null) {
			this.relay.drain(connection);
		}
		else {
			this.relay.drain();
		}
	}

	private void failed(int count, Exception failure) {
		logger.error("{} audit entries could not be delivered", count, failure);
		if (this.policy == FailurePolicy.PROPAGATE) {
			throw new AuditDeliveryException("The audit trail could not be kept", failure);
		}
	}

}
