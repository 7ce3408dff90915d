package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.database.TimeLimits;
import io.auditspring.database.Transactions;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.PermanentFailure;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.LedgerWriter;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * What the ledger refused, to be looked at and, when the cause is gone, to be tried
 * again. The database user needs the privileges SELECT and DELETE on
 * {@code audit_quarantine}; without this class INSERT is enough.
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
		return query("select count(*) from %s where chain = ?".formatted(this.table), null, (row) -> row.getLong(1))
			.get(0);
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
					case when sum(octet_length(entries)) over (order by id) <= %d then entries end
				from (select * from %s where chain = ? order by id limit ?) as oldest
				order by id
				""".formatted(SHOWN, this.table), (long) limit, QuarantinedEntries::of);
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
				limit %d
				""".formatted(this.table, limit), row, QuarantinedEntries::of);
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
		List<Entry> entries = new ArrayList<>();
		try {
			boolean[] found = new boolean[1];
			Transactions.run(connection, TimeLimits.PATIENT, () -> {
				for (String text : take(connection, id)) {
					found[0] = true;
					entries.addAll(EntryCodec.read(text));
				}
				this.ledger.append(connection, this.chain, entries);
			});
			this.statistics.delivered(entries);
			return found[0] ? Retry.stored(entries.size()) : unread(connection, id);
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			return Retry.refused(PermanentFailure.reason(ex));
		}
	}

	private Retry unread(Connection connection, long id) throws SQLException {
		List<Long> bytes = new ArrayList<>();
		Transactions.run(connection, TimeLimits.PATIENT,
				() -> bytes.addAll(query(connection,
						"select octet_length(entries) from %s where chain = ? and id = ?".formatted(this.table), id,
						(row) -> row.getLong(1))));
		return bytes.isEmpty() ? Retry.GONE : Retry
			.refused("The row has %d bytes, and one of more than %d is not read".formatted(bytes.get(0), this.largest));
	}

	// Whoever deletes a row has it: another one that tries it waits here, and then finds
	// nothing.
	private List<String> take(Connection connection, long id) throws SQLException {
		return query(connection, """
				delete from %s
				where chain = ? and id = ? and octet_length(entries) <= %d
				returning entries
				""".formatted(this.table, this.largest), id, (row) -> row.getString(1));
	}

	private List<Long> ids(Connection connection) throws SQLException {
		return query(connection, "select id from %s where chain = ? order by id".formatted(this.table), null,
				(row) -> row.getLong(1));
	}

	private <T> List<T> query(String sql, @Nullable Long parameter, Mapping<T> mapping) {
		return with((connection) -> {
			List<T> rows = new ArrayList<>();
			Transactions.run(connection, TimeLimits.PATIENT,
					() -> rows.addAll(query(connection, sql, parameter, mapping)));
			return rows;
		});
	}

	private <T> List<T> query(Connection connection, String sql, @Nullable Long parameter, Mapping<T> mapping)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, this.chain);
			if (parameter != null) {
				statement.setLong(2, parameter);
			}
			List<T> rows = new ArrayList<>();
			try (ResultSet result = statement.executeQuery()) {
				while (result.next()) {
					rows.add(mapping.map(result));
				}
			}
			return rows;
		}
	}

	private <T> T with(Use<T> use) {
		try (Connection connection = this.dataSource.getConnection()) {
			return use.with(connection);
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

	@FunctionalInterface
	private interface Mapping<T> {

		T map(ResultSet row) throws SQLException;

	}

	@FunctionalInterface
	private interface Use<T> {

		T with(Connection connection) throws SQLException;

	}

}
