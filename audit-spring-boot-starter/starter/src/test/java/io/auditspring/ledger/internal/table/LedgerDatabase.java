package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database with an empty ledger in it.
 */
public final class LedgerDatabase {

	/** Switches all protection on again. */
	private static final String GUARD = """
			do $$
			declare
				guard record;
			begin
				for guard in
					select tgrelid::regclass as relation, tgname as name
					from pg_trigger
					where tgrelid in (select relid from pg_partition_tree('audit.audit_log'))
					or tgrelid in (to_regclass('audit.audit_tile'), to_regclass('audit.audit_tree'),
						to_regclass('audit.audit_checkpoint'), to_regclass('audit.audit_root_head'))
				loop
					execute format('alter table %s enable always trigger %I', guard.relation, guard.name);
				end loop;
			end
			$$
			""";

	private final Schema schema;

	private final DataSource dataSource;

	private LedgerDatabase(Schema schema, DataSource dataSource) {
		this.schema = schema;
		this.dataSource = dataSource;
	}

	public static LedgerDatabase create() {
		return new LedgerDatabase(new Schema("audit"), TestDatabase.migrated());
	}

	/**
	 * Makes one with the roles of least privilege, which are set up once for all that are
	 * copied.
	 * @return the ledger, empty
	 */
	public static LedgerDatabase withRoles() {
		return Prepared.WITH_ROLES.copy();
	}

	public static LedgerDatabase create(String schema) {
		return new LedgerDatabase(new Schema(schema), TestDatabase.newDatabase()).migrated();
	}

	/**
	 * Takes a database of another server.
	 * @param url where it is, with user and password
	 * @return it, with what is in it
	 */
	public static LedgerDatabase at(String url) {
		return new LedgerDatabase(new Schema("audit"), TestDatabase.at(url, null));
	}

	/**
	 * Makes an empty ledger in a database of another server.
	 * @param url where it is, with user and password
	 * @return the ledger
	 */
	public static LedgerDatabase empty(String url) {
		return at(url).migrated();
	}

	/**
	 * Takes the same database as another user.
	 * @param dataSource connections to the database
	 * @param user who connects
	 * @return it, with what is in it
	 */
	public static LedgerDatabase as(DataSource dataSource, String user) {
		String url = ((PGSimpleDataSource) dataSource).getUrl();
		return new LedgerDatabase(new Schema("audit"), TestDatabase.at(url, user));
	}

	/**
	 * Copies a ledger with all that is in it, also as somebody steals or restores one.
	 */
	public LedgerDatabase copy() {
		String name = Objects.requireNonNull(((PGSimpleDataSource) this.dataSource).getDatabaseName());
		return new LedgerDatabase(this.schema, TestDatabase.copyOf(name));
	}

	public LedgerDatabase migrated() {
		SchemaMigrations.configure(this.schema, SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
			.dataSource(this.dataSource)
			.load()
			.migrate();
		return this;
	}

	public DataSource dataSource() {
		return this.dataSource;
	}

	public Schema schema() {
		return this.schema;
	}

	public Connection connect() throws SQLException {
		return this.dataSource.getConnection();
	}

	public Connection begin() throws SQLException {
		Connection connection = connect();
		connection.setAutoCommit(false);
		return connection;
	}

	public void append(String chain, Entry... entries) {
		append(chain, List.of(entries));
	}

	public void append(String chain, List<Entry> entries) {
		try (Connection connection = begin()) {
			new LedgerWriter(this.schema).append(connection, chain, entries);
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Appends entries of which the ledger itself would refuse some.
	 */
	public void forge(String chain, Entry... entries) {
		execute("alter table audit.audit_log disable trigger audit_log_refuse_forged_entries");
		append(chain, entries);
		guard();
	}

	/**
	 * Appends entries as if it were another time.
	 */
	public void appendAt(Instant time, String chain, Entry... entries) {
		execute("alter table audit.audit_log disable trigger user");
		try (Connection connection = begin(); Statement statement = connection.createStatement()) {
			makeMonth(connection, YearMonth.from(time.atOffset(ZoneOffset.UTC)));
			ChainHead head = new ChainHeads(this.schema).lock(connection, chain);
			new EntryRows(this.schema).append(connection,
					new ChainHead(chain, head.ledgerId(), head.size(), head.hash(), time), List.of(entries));
			statement.execute("""
					update audit.audit_chain
					set (size, head, recorded_at) = (
						select seq + 1, hash, recorded_at
						from audit.audit_log
						where chain = name
						order by seq desc
						limit 1
					)
					where name = '%s'
					""".formatted(chain));
			connection.commit();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		guard();
	}

	/**
	 * Lets the ledger record what it does by itself at another time.
	 * @param time the time, or {@code null} for the database's own
	 */
	public void setClock(@Nullable Instant time) {
		if (time != null) {
			execute("create schema if not exists clock", "grant usage on schema clock to public",
					"select audit.audit_make_partition('%s')".formatted(time.atOffset(ZoneOffset.UTC).toLocalDate()));
			for (String name : List.of("now", "clock_timestamp")) {
				execute("""
						create or replace function clock.%s() returns timestamptz
						language sql
						as $$ select timestamptz '%s' $$
						""".formatted(name, time));
			}
		}
		for (String function : List.of("audit_lock_chain(text)", "audit_take_entries()")) {
			execute("alter function audit.%s set search_path = %spg_catalog, pg_temp".formatted(function,
					(time != null) ? "clock, " : ""));
		}
	}

	/**
	 * Executes statements one after the other, over one connection.
	 */
	public void execute(String... statements) {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Does what only the owner of the tables can: changes them behind their protection.
	 */
	public void tamper(String sql) {
		StringBuilder unguard = new StringBuilder();
		for (String table : new String[] { "audit_log", "audit_tile", "audit_tree", "audit_checkpoint",
				"audit_root_head" }) {
			unguard.append("alter table audit.%s disable trigger all;\n".formatted(table));
		}
		execute(unguard.toString(), sql, GUARD);
	}

	public void guard() {
		execute(GUARD);
	}

	/**
	 * Drops the indexes that only searching needs; they are most of what filling costs.
	 * @return the statements that create them again
	 */
	public List<String> withoutSearchIndexes() {
		String found = query("""
				select string_agg(concat(pg_get_indexdef(indexrelid), '|', indexrelid::regclass), ';')
				from pg_index
				where indrelid = 'audit.audit_log'::regclass and not indisprimary
				""");
		List<String> indexes = List.of(Objects.requireNonNull(found).split(";"));
		indexes.forEach((index) -> execute("drop index " + index.replaceAll(".*[|]", "")));
		return indexes.stream()
			.map((index) -> index.replaceAll("[|].*", "").replaceFirst(" ON ONLY ", " ON "))
			.toList();
	}

	public List<CheckedEntry> entries() {
		List<CheckedEntry> entries = new ArrayList<>();
		try (Connection connection = connect()) {
			EntryColumns columns = EntryColumns.of(connection, this.schema);
			EntryReader reader = new EntryReader(connection, this.schema, columns);
			for (String chain : new LedgerTables(connection, this.schema, columns).chains()) {
				reader.read(chain, "true", (row) -> entries.add(CheckedEntry.of(row)));
			}
			return entries;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public @Nullable String query(String sql) {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getString(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Makes a month of any time, which only the owner may do. */
	static void makeMonth(Connection connection, YearMonth month) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("select audit.audit_make_partition('%s')".formatted(month.atDay(1)));
		}
	}

	public static String partition(YearMonth month) {
		return "audit_log_%d_%02d".formatted(month.getYear(), month.getMonthValue());
	}

	public static YearMonth thisMonth() {
		return YearMonth.now(ZoneOffset.UTC);
	}

	private static final class Prepared {

		static final LedgerDatabase WITH_ROLES = prepare();

		private static LedgerDatabase prepare() {
			LedgerDatabase database = create();
			Roles.apply(database.dataSource, database.schema);
			return database;
		}

	}

}
