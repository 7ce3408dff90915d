/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.state.CaptureDatabase;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Partitions;
import io.auditspring.ledger.internal.table.SchemaMigrations;
import io.auditspring.ledger.internal.table.SchemaStatus;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.util.ClassUtils;

/**
 * The database of the audit trail. It brings the audit schema up to date and makes sure,
 * before the first call is audited, that this application may use it.
 */
public final class AuditDatabase implements CaptureDatabase, InitializingBean, DisposableBean {

	private static final boolean HIKARI_PRESENT = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			AuditDatabase.class.getClassLoader());

	private static final String LEDGER = """
			('audit_log', 'SELECT'), ('audit_log', 'INSERT'), ('audit_quarantine', 'INSERT'),
			('audit_lock_chain(text)', 'EXECUTE'), ('audit_ledger_id(text)', 'EXECUTE'),
			('audit_ensure_partition(date)', 'EXECUTE')
			""";

	private static final String OUTBOX = """
			('audit_outbox', 'SELECT'), ('audit_outbox', 'INSERT'), ('audit_outbox', 'DELETE'), ('audit_outbox', 'UPDATE')
			""";

	private static final String MASKING_KEY = "('audit_masking_key', 'SELECT')";

	private static final String REQUIRED = """
			select object, privilege
			from (values %s) as required (object, privilege), format('%%I.', ?::text) as schema (prefix)
			where case
				when not coalesce(has_schema_privilege(to_regnamespace(rtrim(prefix, '.')), 'USAGE'), false) then true
				when privilege = 'EXECUTE' then coalesce(
					not has_function_privilege(to_regprocedure(prefix || object), privilege), true)
				when privilege = 'DELETE' then coalesce(
					not has_table_privilege(to_regclass(prefix || object), privilege), true)
				-- Some columns of a table may be enough.
				else coalesce(not has_any_column_privilege(to_regclass(prefix || object), privilege), true)
			end
			""";

	/** Where the ledger shall be if not beside the business data. */
	private final @Nullable DataSource marked;

	private final DataSource businessDataSource;

	private final Schema schema;

	private final String chain;

	private final boolean migrate;

	private final AuditMigrations migrations;

	/** How many connections may be opened beside those of each pool. */
	private final int reserve;

	/** Each data source with its reserve. */
	private final Map<DataSource, DataSource> reserved = new IdentityHashMap<>();

	private final List<AutoCloseable> reserves = new ArrayList<>(1);

	private DataSource dataSource;

	private byte @Nullable [] maskingKey;

	private OutboxDatabases outboxes;

	AuditDatabase(@Nullable DataSource marked, DataSource businessDataSource, DatabaseProperties properties,
			DataSourcePoolMetadataProvider pools) {
		this.reserve = properties.datasource().reserve();
		this.marked = marked;
		this.businessDataSource = businessDataSource;
		this.dataSource = (marked != null) ? marked : businessDataSource;
		this.outboxes = new OutboxDatabases(new OutboxDatabase(null, reserved(businessDataSource), !isApart()));
		this.schema = new Schema(properties.schema());
		this.chain = properties.chain();
		this.migrate = properties.flyway().enabled();
		String maskingKey = properties.masking().key();
		this.maskingKey = (maskingKey != null) ? maskingKey.getBytes(StandardCharsets.UTF_8) : null;
		this.migrations = new AuditMigrations(schema, pools);
	}

	/**
	 * The database that holds the ledger.
	 * @return connections to it
	 */
	public DataSource dataSource() {
		return this.dataSource;
	}

	/**
	 * The same, for what must come through while the application uses its whole pool.
	 * @return connections to it
	 */
	public DataSource workDataSource() {
		return reserved(this.dataSource);
	}

	private synchronized DataSource reserved(DataSource database) {
		return this.reserved.computeIfAbsent(database, (key) -> {
			boolean wanted = this.reserve > 0 && HIKARI_PRESENT && !RoutingTargets.areRoutedBy(database);
			ReservePool reserve = wanted ? ReservePool.of(database, this.reserve) : null;
			if (reserve == null) {
				return database;
			}
			this.reserves.add(reserve);
			return reserve;
		});
	}

	/**
	 * The database whose transactions are audited, which holds the outbox. Usually the
	 * same. It may be several, between which the data source routes.
	 * @return connections to it
	 */
	@Override
	public DataSource businessDataSource() {
		return this.businessDataSource;
	}

	/**
	 * Whether the ledger is reached by other connections than the business data.
	 * @return whether it is
	 */
	boolean isApart() {
		return this.dataSource != this.businessDataSource;
	}

	/**
	 * Whether the application may map the ledger in its own persistence unit for a data
	 * source.
	 * @param candidate the data source
	 * @return whether the ledger is where that leads to, if only by default
	 */
	public boolean isBehind(@Nullable DataSource candidate) {
		return BoundConnections.areSame(candidate, this.dataSource)
				|| (this.marked == null && BoundConnections.areSame(candidate, this.businessDataSource));
	}

	/**
	 * The databases in which entries are staged.
	 * @return all that are known
	 */
	public OutboxDatabases outboxes() {
		return this.outboxes;
	}

	public Schema schema() {
		return this.schema;
	}

	/**
	 * The chain that entries are appended to.
	 * @return its name
	 */
	public String chain() {
		return this.chain;
	}

	@Override
	public boolean isRouted() {
		return RoutingTargets.areRoutedBy(this.businessDataSource);
	}

	@Override
	public void afterPropertiesSet() {
		if (isRouted()) {
			prepareRouted(new RoutingTargets(this.businessDataSource));
		}
		else {
			prepareOne();
		}
	}

	private void prepareRouted(RoutingTargets targets) {
		RoutedDatabases routed = new RoutedDatabases(this.marked, targets, this::holdsLedger, this::reserved);
		if (routed.areSeveral()) {
			this.dataSource = routed.ledger();
			this.outboxes = routed.prepare(this::prepareLedger, this::prepareOutbox);
			return;
		}
		DataSource primary = routed.primary();
		if (primary != null) {
			this.reserved.put(this.businessDataSource,
					new PrimaryDataSource(this.businessDataSource, reserved(primary)));
			this.outboxes = new OutboxDatabases(
					new OutboxDatabase(null, reserved(this.businessDataSource), !isApart()));
		}
		prepareOne();
		if (targets.all().isEmpty()) {
			requireItsOwnConnections();
		}
	}

	// An application may have a table audit_log of its own.
	private boolean holdsLedger(Connection connection) throws SQLException {
		return Sql.is(connection, "select to_regclass(?) is not null", this.schema.table("audit_chain"));
	}

	private void prepareOne() {
		prepareLedger(this.dataSource, !isApart());
		if (isApart()) {
			prepareOutbox(this.businessDataSource);
		}
	}

	private void prepareOutbox(DataSource database) {
		DatabaseProduct.require(database);
		if (this.migrate) {
			this.migrations.run(database, "outbox", "audit_outbox_history");
		}
		check(database, (connection) -> {
			requirePrivileges(connection, OUTBOX);
			return true;
		});
	}

	private void prepareLedger(DataSource database, boolean withOutbox) {
		DatabaseProduct.require(database);
		if (this.migrate) {
			this.migrations.run(database, SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY);
		}
		check(database, (connection) -> {
			String required = withOutbox ? LEDGER + ", " + OUTBOX : LEDGER;
			requirePrivileges(connection, (this.maskingKey != null) ? required : required + ", " + MASKING_KEY);
			if (this.maskingKey == null) {
				this.maskingKey = storedMaskingKey(connection);
			}
			new Partitions(this.schema).ensureUpcoming(connection, Partitions.MONTHS_AHEAD);
			return true;
		});
	}

	/**
	 * Says that Hibernate takes connections from somewhere else than the data source. As
	 * long as they lead to the same database, whatever the schema, all is well.
	 */
	public void requireItsOwnConnections() {
		check(this.businessDataSource,
				(connection) -> this.outboxes.add(OutboxDatabases.Place.of(connection), this.outboxes.main()));
	}

	private <T> T check(DataSource database, OwnTransaction.Work<T, RuntimeException> check) {
		try (Connection connection = database.getConnection()) {
			T result = check.run(connection);
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return result;
		}
		catch (SQLException ex) {
			throw new AuditSetupException(
					"The audit schema '%s' cannot be used: %s".formatted(this.schema.name(), ex.getMessage()),
					DruidWall.refused(ex) ? DruidWall.REMEDY
							: "Make sure that the database can be reached and that its user may use the schema.",
					ex);
		}
	}

	/**
	 * Whether the user may do what only some are granted.
	 * @param function the function's name and types
	 * @return whether it may be executed
	 */
	public boolean mayExecute(String function) {
		try (Connection connection = this.dataSource.getConnection()) {
			return Sql.is(connection, "select has_function_privilege(to_regprocedure(?), 'EXECUTE')",
					this.schema.table(function));
		}
		catch (SQLException ex) {
			throw new AuditSetupException("The rights on the audit schema '%s' cannot be read: %s"
				.formatted(this.schema.name(), ex.getMessage()), "Make sure that the database can be reached.", ex);
		}
	}

	/**
	 * Finds out which ledger a chain is of.
	 * @param ledger knows
	 * @param chain the chain; it is begun if there is none
	 * @return its id
	 */
	public UUID ledgerId(LedgerWriter ledger, String chain) {
		return check(this.dataSource, (connection) -> ledger.ledgerId(connection, chain));
	}

	/**
	 * The secret key of the digests that stand for secret identifiers: the configured
	 * one, else the one that the migrations made.
	 * @return the key
	 */
	@Override
	public byte[] maskingKey() {
		return Objects.requireNonNull(this.maskingKey, "Known before the first call is audited");
	}

	private byte[] storedMaskingKey(Connection connection) throws SQLException {
		String table = this.schema.table("audit_masking_key");
		byte[] key = Sql.find(connection, "select value from " + table, (row) -> row.getBytes(1));
		if (key == null) {
			throw new SQLException("%s is empty".formatted(table));
		}
		return key;
	}

	/**
	 * Which migrations of the ledger have been run.
	 * @return what their table says
	 * @throws AuditSetupException if it cannot be read
	 */
	public SchemaStatus schemaStatus() {
		try (Connection connection = this.dataSource.getConnection()) {
			SchemaStatus status = SchemaStatus.read(connection, this.schema, SchemaMigrations.LEDGER_HISTORY,
					AuditMigrations.scripts(SchemaMigrations.LEDGER));
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
			return status;
		}
		catch (SQLException | IOException ex) {
			throw new AuditSetupException(
					"It cannot be found out which migrations of the audit schema '%s' have been run: %s"
						.formatted(this.schema.name(), ex.getMessage()),
					"Make sure that the database can be reached, and grant its user SELECT on %s."
						.formatted(this.schema.table(SchemaMigrations.LEDGER_HISTORY)),
					ex);
		}
	}

	@Override
	public synchronized void destroy() throws Exception {
		for (AutoCloseable reserve : this.reserves) {
			reserve.close();
		}
	}

	private void requirePrivileges(Connection connection, String required) throws SQLException {
		List<String> missing = Sql.list(connection, REQUIRED.formatted(required),
				(row) -> "%s on %s".formatted(row.getString(2), this.schema.table(row.getString(1))),
				this.schema.name());
		if (!missing.isEmpty()) {
			throw new AuditSetupException(
					"The database user may not use the audit schema '%s', or its tables do not exist; missing: %s"
						.formatted(this.schema.name(), String.join(", ", missing)),
					"Grant what is missing together with USAGE on the schema, as classpath:io/auditspring/db/roles.sql does, "
							+ "or set audit.flyway.enabled=true to let the application create the tables. Where a table of that name "
							+ "is the application's own, set audit.schema to a schema for the trail alone.");
		}
	}

}
