/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.PermanentFailure;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * What the ledger refused, to be looked at and, when the cause is gone, to be tried
 * again. The database user needs the privileges SELECT and DELETE on
 * {@code audit_quarantine}; without this class INSERT is enough.
 *
 * @since 0.1.0
 */
public class Quarantine {

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	/** Of how many bytes it is shown what they hold. */
	private static final long SHOWN = 16 << 20;

	private final DataSource dataSource;

	private final LedgerWriter ledger;

	private final DeliveryStatistics statistics;

	private final String table;

	private final String chain;

	private final long largest;

	/**
	 * Opens the quarantine.
	 * @param dataSource the audit database
	 * @param schema where the ledger is
	 * @param chain the chain whose entries are looked at
	 * @param ledger takes what is tried again
	 * @param statistics counts what becomes of entries
	 * @param largest the most bytes of a row that is read
	 */
	Quarantine(DataSource dataSource, Schema schema, String chain, LedgerWriter ledger, DeliveryStatistics statistics,
			long largest) {
		this.dataSource = dataSource;
		this.ledger = ledger;
		this.statistics = statistics;
		this.table = schema.table("audit_quarantine");
		this.chain = chain;
		this.largest = largest;
	}

	/**
	 * A quarantine without a ledger.
	 * @return one in which nothing is
	 */
	public static Quarantine empty() {
		return new EmptyQuarantine();
	}

	/**
	 * Counts what is in quarantine.
	 * @return how many rows; each holds one entry, or all of one transaction
	 * @throws AuditSetupException if the database user may not see it
	 */
	public long count() {
		return query("select count(*) from %s where chain = ?".formatted(this.table), (row) -> row.getLong(1)).get(0);
	}

	/**
	 * Lists what is in quarantine, oldest first.
	 * @param limit the most rows to give
	 * @return the rows
	 * @throws AuditSetupException if the database user may not see it
	 */
	public List<QuarantinedEntries> list(int limit) {
		return query("""
				select id, reason, quarantined_at,
					case when sum(octet_length(entries)) over (order by id) <= %s then entries end
				from (select * from %s where chain = ? order by id limit ?) as oldest
				order by id
				""".formatted(SHOWN, this.table), QuarantinedEntries::of, limit);
	}

	/**
	 * Lists what came into quarantine after a row.
	 * @param row the row's id, or 0 to begin
	 * @param limit the most rows to give
	 * @return the rows
	 * @throws AuditSetupException if the database user may not see it
	 */
	List<QuarantinedEntries> after(long row, int limit) {
		return query("""
				select id, reason, quarantined_at, entries
				from %s
				where chain = ?
				and id > ?
				order by id
				limit ?
				""".formatted(this.table), QuarantinedEntries::of, row, limit);
	}

	/**
	 * Tries a row again: its entries are appended to the ledger and leave the quarantine
	 * in the same transaction, or they stay where they are.
	 * @param id the row's id
	 * @return what became of it
	 * @throws AuditSetupException if the database user may not take it out
	 */
	public Retry retry(long id) {
		return with((connection) -> retry(connection, id));
	}

	/**
	 * Tries each row once, oldest first.
	 * @return what became of each, by its id
	 * @throws AuditSetupException if the database user may not take it out
	 */
	public Map<Long, Retry> retryAll() {
		return with((connection) -> {
			Map<Long, Retry> retries = new LinkedHashMap<>();
			for (Long id : ids(connection)) {
				retries.put(id, retry(connection, id));
			}
			return retries;
		});
	}

	private Retry retry(Connection connection, long id) throws SQLException {
		try {
			List<Entry> entries = Transactions.run(connection, TimeLimits.PATIENT, (own) -> append(own, id));
			if (entries == null) {
				return unread(connection, id);
			}
			this.statistics.delivered(entries);
			return Retry.stored(entries.size());
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			return Retry.refused(PermanentFailure.reason(ex));
		}
	}

	private @Nullable List<Entry> append(Connection connection, long id) throws SQLException {
		String row = take(connection, id);
		if (row == null) {
			return null;
		}
		List<Entry> entries = Outbox.read(row);
		this.ledger.append(connection, this.chain, entries);
		return entries;
	}

	private Retry unread(Connection connection, long id) throws SQLException {
		Long bytes = Transactions.run(connection, TimeLimits.PATIENT,
				(own) -> Sql.<Long>find(own,
						"select octet_length(entries) from %s where chain = ? and id = ?".formatted(this.table),
						(row) -> row.getLong(1), this.chain, id));
		return (bytes == null) ? Retry.GONE : Retry
			.refused("The row has %s bytes, and one of more than %s is not read".formatted(bytes, this.largest));
	}

	// Whoever deletes a row has it: another one that tries it waits here, and then finds
	// nothing.
	private @Nullable String take(Connection connection, long id) throws SQLException {
		return Sql.find(connection, """
				delete from %s
				where chain = ? and id = ? and octet_length(entries) <= ?
				returning entries
				""".formatted(this.table), (row) -> row.getString(1), this.chain, id, this.largest);
	}

	private List<Long> ids(Connection connection) throws SQLException {
		return Sql.list(connection, "select id from %s where chain = ? order by id".formatted(this.table),
				(row) -> row.getLong(1), this.chain);
	}

	private <T> List<T> query(String sql, Sql.RowReader<T> reader, Object... parameters) {
		Object[] withChain = Stream.concat(Stream.of(this.chain), Stream.of(parameters)).toArray();
		return with((connection) -> Transactions.run(connection, TimeLimits.PATIENT,
				(own) -> Sql.list(own, sql, reader, withChain)));
	}

	private <T> T with(OwnTransaction.Work<T, RuntimeException> work) {
		try (Connection connection = this.dataSource.getConnection()) {
			return work.run(connection);
		}
		catch (SQLException ex) {
			if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw new AuditSetupException("The database user may not list or empty the quarantine",
						"Grant it SELECT and DELETE on %s.".formatted(this.table), ex);
			}
			throw new DataAccessResourceFailureException("The quarantine could not be read", ex);
		}
	}

	/**
	 * What became of a row that was tried again.
	 *
	 * @param outcome what
	 * @param entries how many entries are in the ledger now
	 * @param reason why it was refused again, else {@code null}
	 */
	public record Retry(Outcome outcome, int entries, @Nullable String reason) {

		static final Retry GONE = new Retry(Outcome.GONE, 0, null);

		static Retry stored(int entries) {
			return new Retry(Outcome.STORED, entries, null);
		}

		static Retry refused(String reason) {
			return new Retry(Outcome.REFUSED, 0, reason);
		}

		/**
		 * What may become of a row.
		 */
		public enum Outcome {

			/** Its entries are in the ledger. */
			STORED,

			/** The ledger refused it again; it stays in quarantine. */
			REFUSED,

			/** There is no such row, or not any more. */
			GONE

		}

	}

}
