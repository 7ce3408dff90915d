package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.YearMonth;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the database itself refuses, even to the owner of the tables and to superusers.
 */
class LedgerProtectionTests {

	private static final YearMonth OTHER_MONTH = YearMonth.of(2098, 7);

	private final LedgerDatabase database = LedgerDatabase.create();

	@BeforeEach
	void writeEntries() throws SQLException {
		this.database.append("main", Entries.entries(2));
		try (Connection connection = this.database.connect()) {
			LedgerDatabase.makeMonth(connection, OTHER_MONTH);
		}
	}

	static Stream<String> tables() {
		return Stream.of("audit_log", LedgerDatabase.partition(LedgerDatabase.thisMonth()),
				LedgerDatabase.partition(OTHER_MONTH));
	}

	@ParameterizedTest
	@MethodSource("tables")
	void entriesAreNotChanged(String table) {
		assertRefused("update", "update audit.%s set message = 'never happened'".formatted(table));
		assertRefused("delete", "delete from audit.%s".formatted(table));
		assertRefused("truncate", "truncate audit.%s".formatted(table));
		assertRefused("update", """
				merge into audit.%1$s as entry using (select 0 as seq) as source on entry.seq = source.seq
				when matched then update set message = 'never happened'
				""".formatted(table));
	}

	@Test
	void statementsThatWouldChangeNothingAreRefusedToo() {
		assertRefused("delete", "delete from audit.audit_log where false");
	}

	private void assertRefused(String operation, String sql) {
		for (String role : new String[] { "origin", "replica", "local" }) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> executeAs(role, sql))
				.withMessageContaining("audit entries cannot be changed: %s on audit.audit_log".formatted(operation))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42501"));
		}
		assertThat(this.database.query("select count(*) from audit.audit_log where message <> 'never happened'"))
			.isEqualTo("2");
	}

	private void executeAs(String replicationRole, String sql) throws SQLException {
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set session_replication_role = " + replicationRole);
			statement.execute(sql);
		}
	}

	@Test
	void otherRolesSeeNothing() throws SQLException {
		this.database.execute("drop role if exists stranger");
		this.database.execute("create role stranger; grant usage on schema audit to stranger");
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("set role stranger");
			for (String sql : new String[] { "select * from audit.audit_log", "select * from audit.audit_outbox",
					"select * from audit.audit_chain", "select * from audit.audit_quarantine",
					"select audit.audit_ensure_partition('2030-01-01')",
					"select * from audit." + LedgerDatabase.partition(OTHER_MONTH) }) {
				assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute(sql))
					.withMessageContaining("permission denied");
			}
		}
	}

	@Test
	void aWriterNeedsNoRightToChangeTables() throws SQLException {
		this.database.execute("""
				drop role if exists writer;
				create role writer;
				grant usage on schema audit to writer;
				grant insert on audit.audit_log to writer;
				grant execute on function audit.audit_ensure_partition(date), audit.audit_lock_chain(text) to writer;
				update audit.audit_chain set recorded_at = '2098-08-01 00:00:00+00'
				""");
		try (Connection connection = this.database.begin(); Statement statement = connection.createStatement()) {
			statement.execute("set role writer");
			new LedgerWriter(this.database.schema()).append(connection, "main", Entries.entries(2));
			new LedgerWriter(this.database.schema()).append(connection, "other", Entries.entries(2));
			connection.commit();
		}
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("rules")
	void rulesHoldInTheDatabase(String change) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insertCopyWith(change))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isIn("23514", "23502", "23505"));
	}

	static Stream<String> rules() {
		return Stream.of("seq = -1", "id = null", "occurred_at = null", "operation_id = null", "action = null",
				"actor_type = 'robot'", "severity = 'fatal'", "outcome = 'maybe'", "actor_type = 'system'",
				"actor_id = null", "actor_digest = sha256('')", "data_digest = sha256('')", "related = '{}'",
				"before_state = '[]'", "after_state = '1'", "changes = '[]'", "metadata = '\"\"'", "geolocation = '[]'",
				"ip_address = '10.0.0.0/8'", "hash_version = 2", "salt = 'short'", "hash = 'short'",
				"prev_hash = 'short'", "chain = null", "seq = seq");
	}

	private void insertCopyWith(String change) throws SQLException {
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
			statement.execute("create temporary table copy as select * from audit.audit_log where seq = 1");
			statement.execute("update copy set " + change);
			statement.execute("insert into audit.audit_log select * from copy");
		}
	}

}
