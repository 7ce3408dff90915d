/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The databases in which transactions stage their entries: one, or, behind a data source
 * that routes, several. Which one a connection leads to is told by its JDBC URL, which
 * costs nothing to ask for. What a database is not known by here, nobody relays from, so
 * nothing may be staged there.
 */
public final class OutboxDatabases {

	/** PostgreSQL manual, appendix A: undefined_table, invalid_schema_name. */
	private static final Set<String> NO_OUTBOX = Set.of("42P01", "3F000");

	/** PostgreSQL manual, appendix A: feature_not_supported. */
	private static final String UNSUPPORTED = "0A000";

	private static final String REMEDY = "List it among the targets of the routing data source "
			+ "(an AbstractRoutingDataSource) before the application starts; each gets its outbox then";

	private final OutboxDatabase main;

	private final Map<String, OutboxDatabase> named = new ConcurrentSkipListMap<>();

	private final Map<String, OutboxDatabase> byUrl = new ConcurrentHashMap<>();

	private final Map<String, OutboxDatabase> byServer = new ConcurrentHashMap<>();

	private final Map<String, Absent> absent = new ConcurrentSkipListMap<>();

	private volatile boolean asked;

	/**
	 * Begins with one database.
	 * @param main where entries are stored that belong to no transaction
	 */
	OutboxDatabases(OutboxDatabase main) {
		this.main = main;
		if (main.name() != null) {
			this.named.put(main.name(), main);
		}
	}

	/**
	 * Where entries are stored that belong to no transaction.
	 * @return the database
	 */
	public OutboxDatabase main() {
		return this.main;
	}

	public Collection<OutboxDatabase> all() {
		return this.named.isEmpty() ? Set.of(this.main) : this.named.values();
	}

	/**
	 * Whether there may be more than one.
	 * @return {@code true} also where one of them cannot be reached yet
	 */
	public boolean areSeveral() {
		return all().size() > 1 || !this.absent.isEmpty();
	}

	/**
	 * Adds a database, or a further way to one that is known already.
	 * @param place what the way leads to
	 * @param database the database, with a name
	 * @return the database, as it is known
	 */
	public OutboxDatabase add(Place place, OutboxDatabase database) {
		OutboxDatabase known = this.byServer.getOrDefault(place.server(), database);
		OutboxDatabase other = this.byUrl.putIfAbsent(place.url(), known);
		if (other != null && !other.equals(known)) {
			throw new AuditSetupException(
					"The targets '%s' and '%s' of the routing data source are two databases with the same JDBC URL, %s"
						.formatted(other.name(), known.name(), shown(place.url())),
					"Put what tells them apart into their URLs.");
		}
		this.byServer.put(place.server(), known);
		if (known.name() != null) {
			this.named.putIfAbsent(known.name(), known);
		}
		this.asked = true;
		return known;
	}

	/**
	 * Remembers a database that cannot be reached yet.
	 * @param name what it is called
	 * @param database prepares it when it can
	 */
	public void addAbsent(String name, Absent database) {
		this.absent.put(name, database);
		this.asked = true;
	}

	public Map<String, Absent> absent() {
		return this.absent;
	}

	/**
	 * Whether there is a database that is known by now.
	 * @param place what a data source leads to
	 * @return whether it is one of these
	 */
	public boolean knows(Place place) {
		return this.byServer.containsKey(place.server());
	}

	/**
	 * Finds the database that a connection leads to.
	 * @param connection a connection, in whose transaction a statement may be run
	 * @return its name, or {@code null} where there is one only
	 * @throws SQLException if it is none of these
	 */
	public @Nullable String nameOf(Connection connection) throws SQLException {
		return this.asked ? of(connection).name() : null;
	}

	/**
	 * Whether a connection leads to the database of a row.
	 * @param connection a connection
	 * @param row the row
	 * @return whether it does
	 * @throws SQLException if that cannot be found out
	 */
	public boolean leadsTo(Connection connection, StagedRow row) throws SQLException {
		return !this.asked || this.byUrl.get(urlOf(connection)) == of(row);
	}

	/**
	 * Finds the database of a row.
	 * @param row the row
	 * @return the database, or {@code null} where it is not among these, or not yet
	 */
	public @Nullable OutboxDatabase of(StagedRow row) {
		return (row.database() != null && !this.named.isEmpty()) ? this.named.get(row.database()) : this.main;
	}

	private OutboxDatabase of(Connection connection) throws SQLException {
		String url = urlOf(connection);
		OutboxDatabase known = this.byUrl.get(url);
		if (known == null) {
			// Several ways may lead to one database.
			known = this.byServer.get(Place.of(connection).server());
			if (known == null) {
				throw new SQLException(unknown(url), UNSUPPORTED);
			}
			this.byUrl.put(url, known);
		}
		return known;
	}

	private String unknown(String url) {
		String away = this.absent.isEmpty() ? "" : "; those of " + this.absent.keySet()
				+ " could not be reached yet, and are usable a moment after they can be";
		return "The database %s was not found when the application started, so nothing would move audit entries from it to the ledger%s. %s"
			.formatted(shown(url), away, REMEDY);
	}

	/**
	 * Says what to do about a database that has no outbox.
	 * @param connection leads to the database
	 * @param failure what it says
	 * @return what to throw
	 */
	public SQLException explained(Connection connection, SQLException failure) {
		if (failure.getSQLState() == null || !NO_OUTBOX.contains(failure.getSQLState())) {
			return failure;
		}
		try {
			return new SQLException("The database %s has no audit outbox: %s. %s".formatted(shown(urlOf(connection)),
					failure.getMessage(), REMEDY), failure.getSQLState(), failure);
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
			return failure;
		}
	}

	/**
	 * Connections to a database, each of which tells by what it is known from then on:
	 * after a fail-over or a restart that is something else.
	 * @param database the database
	 * @return connections to it
	 */
	public DataSource connections(OutboxDatabase database) {
		return new DelegatingDataSource(database.dataSource()) {

			@Override
			public Connection getConnection() throws SQLException {
				Connection connection = super.getConnection();
				try {
					learn(connection, database);
					return connection;
				}
				catch (SQLException | RuntimeException ex) {
					connection.close();
					throw ex;
				}
			}

		};
	}

	private void learn(Connection connection, OutboxDatabase database) throws SQLException {
		if (this.asked) {
			Place place = Place.of(connection);
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			this.byServer.putIfAbsent(place.server(), database);
			this.byUrl.putIfAbsent(place.url(), database);
		}
	}

	private static String urlOf(Connection connection) throws SQLException {
		return String.valueOf(connection.getMetaData().getURL());
	}

	// What follows may be a password.
	private static String shown(String url) {
		return url.replaceAll("\\?.*", "");
	}

	/**
	 * What a connection leads to.
	 *
	 * @param url by which it was reached
	 * @param server tells the running server and the database in it from all others; a
	 * copy of its files is another one
	 * @param readOnly whether it is a replica
	 */
	public record Place(String url, String server, boolean readOnly) {

		/**
		 * Asks where a connection leads to.
		 * @param connection the connection
		 * @return the place
		 * @throws SQLException if the database does not answer
		 */
		public static Place of(Connection connection) throws SQLException {
			return Sql.get(connection, """
					select extract(epoch from pg_postmaster_start_time())::text || '/' || oid, pg_is_in_recovery()
					from pg_database
					where datname = current_database()
					""", (row) -> new Place(urlOf(connection), row.getString(1), row.getBoolean(2)));
		}

	}

	/**
	 * A database that could not be reached when the application started.
	 */
	@FunctionalInterface
	public interface Absent {

		/**
		 * Prepares it for staging, and adds it.
		 * @throws SQLException if it still cannot be reached
		 */
		void prepare() throws SQLException;

	}

}
