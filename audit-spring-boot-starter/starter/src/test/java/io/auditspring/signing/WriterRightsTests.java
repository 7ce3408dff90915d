package io.auditspring.signing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What somebody with the rights of the application may not do to the ledger: anything but
 * append.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WriterRightsTests {

	private static final String THIS_MONTH = LedgerDatabase.partition(LedgerDatabase.thisMonth());

	private final LedgerDatabase database = LedgerDatabase.create();

	private final DataSource writer;

	WriterRightsTests() {
		this.database.append("main", Entries.entries(3));
		Roles.apply(this.database.dataSource(), this.database.schema());
		this.writer = Roles.user(this.database.dataSource(), "audit_writer", "audit_reader");
	}

	static Stream<String> forbidden() {
		Stream<String> tables = Stream.of("audit_log", THIS_MONTH)
			.flatMap((table) -> Stream.of("update audit.%s set message = 'never happened'", "delete from audit.%s",
					"truncate audit.%s", "alter table audit.%s disable trigger all",
					"alter table audit.%s disable trigger audit_log_append_only",
					"alter table audit.%s alter column message type varchar(10)",
					"alter table audit.%s add column note text", "alter table audit.%s drop column message",
					"alter table audit.%s rename to gone", "drop table audit.%s",
					"create trigger mine before insert on audit.%s for each statement execute function suppress_redundant_updates_trigger()",
					"create rule mine as on insert to audit.%s do instead nothing", "begin; lock table audit.%s", """
							create table public.out (chain text, seq bigint, recorded_at timestamptz,
								foreign key (chain, seq, recorded_at) references audit.%s on delete cascade)
							""")
				.map((sql) -> sql.formatted(table)));
		Stream<String> others = Stream.of("alter table audit.audit_log detach partition audit." + THIS_MONTH,
				"insert into audit.%1$s select * from audit.%1$s where seq = 2".formatted(THIS_MONTH),
				"copy audit.%s from stdin".formatted(THIS_MONTH),
				"insert into audit.audit_log select * from audit.audit_log where seq = 2 on conflict (chain, seq, recorded_at) do update set message = 'x'",
				"update audit.audit_chain set size = 0", "update audit.audit_chain set name = name",
				"delete from audit.audit_chain", "truncate audit.audit_chain",
				"select * from audit.audit_chain for update",
				"insert into audit.audit_chain values ('mine', gen_random_uuid(), 0, sha256(''), null, null)",
				"update audit.audit_checkpoint set root = sha256('')", "delete from audit.audit_checkpoint",
				"truncate audit.audit_checkpoint", "update audit.audit_tile set hashes = ''",
				"delete from audit.audit_tile", "truncate audit.audit_tile", "delete from audit.audit_tree",
				"set session_replication_role = replica", "set role audit_owner", "set role audit_redactor",
				"create table audit.mine ()", "drop schema audit cascade",
				"update audit.audit_outbox set entries = '[]'", "update audit.audit_schema_history set success = false",
				"create or replace function audit.audit_take_entries() returns trigger language plpgsql as 'begin return null; end'",
				"alter function audit.audit_take_entries() reset all",
				"drop trigger audit_log_take_entries on audit.audit_log");
		return Stream.concat(tables, others);
	}

	@ParameterizedTest
	@MethodSource("forbidden")
	void nothingIsChanged(String sql) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(sql))
			.satisfies((ex) -> assertThat(ex.getSQLState()).as(ex.getMessage()).isEqualTo("42501"));
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
		assertThat(this.database.query("select count(*) from audit.audit_log where chain = 'main'")).isEqualTo("3");
	}

	/** Temporary tables come first wherever names are looked up without a schema. */
	@Test
	void temporaryTablesAndFunctionsOfTheSameNamesChangeNothing() throws SQLException {
		try (Connection connection = this.writer.getConnection(); Statement statement = connection.createStatement()) {
			List<String> names = new ArrayList<>();
			try (ResultSet tables = this.database.connect()
				.createStatement()
				.executeQuery("select tablename from pg_tables where schemaname = 'audit'")) {
				while (tables.next()) {
					names.add(tables.getString(1));
				}
			}
			assertThat(names).contains("audit_log", "audit_chain", "audit_upkeep");
			for (String name : names) {
				statement.execute(
						"create temporary table %s (name text, size bigint, chain text, seq bigint)".formatted(name));
				statement.execute("create rule mine as on insert to pg_temp.%s do instead nothing".formatted(name));
			}
			statement.execute("""
					create function pg_temp.audit_is_control(text) returns boolean language sql as 'select true';
					create function pg_temp.sha256(bytea) returns bytea language sql as 'select ''forged''::bytea';
					create function pg_temp.audit_lock_chain(text) returns bigint language sql as 'select 0::bigint';
					create function pg_temp.same(bytea, bytea) returns boolean language sql as 'select true';
					create operator pg_temp.<> (leftarg = bytea, rightarg = bytea, function = pg_temp.same);
					create operator pg_temp.= (leftarg = bytea, rightarg = bytea, function = pg_temp.same);
					set search_path = pg_temp, audit, pg_catalog
					""");
			connection.setAutoCommit(false);
			new LedgerWriter(this.database.schema()).append(connection, "temporary", Entries.entries(2));
			connection.commit();
		}
		assertThat(this.database.query("select size from audit.audit_chain where name = 'temporary'")).isEqualTo("2");
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
	}

	/** They take room, as everything does that users of a database may write. */
	@Test
	void largeObjectsAreNoPartOfTheLedgerAndNobodyElseReadsThem() throws SQLException {
		DataSource reader = Roles.user(this.database.dataSource(), "audit_reader");
		try (Connection connection = this.writer.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("select lo_from_bytea(424242, decode(repeat('00', 1000000), 'hex'))");
			statement.execute("comment on large object 424242 is 'audit.audit_log'");
		}
		try (Connection connection = reader.getConnection(); Statement statement = connection.createStatement()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("select lo_get(424242)"))
				.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42501"));
		}
		for (String sql : List.of("select lo_import('/etc/passwd')", "select lo_export(424242, '/tmp/out')",
				"grant select on large object 424242 to audit_owner; set role audit_owner")) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(sql)).as(sql);
		}
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
	}

	private void execute(String sql) throws SQLException {
		try (Connection connection = this.writer.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
