package io.auditspring.signing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ledger.GuardAttackTests;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * None of the roles can put anything between the ledger and those who verify it. What the
 * owner can is in {@link GuardAttackTests}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoleRightsTests {

	private static final String THIS_MONTH = LedgerDatabase.partition(LedgerDatabase.thisMonth());

	private final LedgerDatabase database = LedgerDatabase.create();

	private final Map<String, DataSource> users;

	RoleRightsTests() {
		this.database.append("main", Entries.entries(3));
		Roles.apply(this.database.dataSource(), this.database.schema());
		this.users = Stream
			.of("audit_writer", "audit_reader", "audit_redactor", "audit_retention", "audit_receiver", "audit_centre")
			.collect(Collectors.toMap(Function.identity(), (role) -> Roles.user(this.database.dataSource(), role)));
	}

	Stream<Arguments> forbidden() {
		return this.users.keySet()
			.stream()
			.flatMap((role) -> Stream.of("create policy hide on audit.audit_log using (false)",
					"alter table audit.audit_log enable row level security",
					"alter table audit.audit_chain force row level security",
					"create rule quiet as on insert to audit.audit_log do instead nothing",
					"create rule quiet as on update to audit.audit_checkpoint do instead nothing",
					"create view audit.audit_view as select 1", "create table audit.audit_log_1999_01 ()",
					"create temporary table more () inherits (audit.audit_chain)",
					"alter table audit.audit_log detach partition audit." + THIS_MONTH,
					"alter table audit.audit_log alter column message set default 'never said'",
					"alter table audit.audit_log alter column chain type text collate \"C\"",
					"alter table audit.audit_chain alter column ledger_id set default gen_random_uuid()",
					"create index mine on audit.audit_log (message)", "comment on table audit.audit_log is ''",
					"create event trigger mine on ddl_command_end execute function pg_catalog.suppress_redundant_updates_trigger()",
					"create publication mine for table audit.audit_log",
					"create subscription mine connection '' publication other with (connect = false)",
					"alter database postgres set search_path = evil", "alter role audit_writer set search_path = evil",
					"alter function audit.audit_take_entries() set search_path = evil",
					"alter function audit.audit_take_entries() owner to current_user",
					"create or replace function audit.audit_refuse_change() returns trigger language plpgsql as 'begin return null; end'",
					"grant audit_owner to current_user", "reassign owned by audit_owner to current_user",
					"alter schema audit owner to current_user", "alter schema audit rename to gone",
					"merge into audit.audit_log using (select 1) as one on seq = 0 when matched then delete",
					"update audit.audit_chain set ledger_id = gen_random_uuid()",
					"select audit.audit_make_partition('2099-01-01')",
					"select audit.audit_append_own('main', 'audit.release', '', '', '{}', '{}')",
					"select pg_logical_emit_message(true, '', '') from pg_create_logical_replication_slot('mine', 'pgoutput')")
				.map((sql) -> Arguments.of(role, sql)));
	}

	@ParameterizedTest
	@MethodSource
	void forbidden(String role, String sql) {
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(role, sql))
			.satisfies((ex) -> assertThat(ex.getSQLState()).as(ex.getMessage()).isEqualTo("42501"));
		assertThat(new LedgerVerifier(this.database.dataSource(), this.database.schema()).verify().valid()).isTrue();
	}

	@Test
	void onlyWhoWritesDigestsOfSecretsReadsTheirKey() throws SQLException {
		String key = "select value from audit.audit_masking_key";
		execute("audit_writer", key);
		for (String role : this.users.keySet()) {
			if (!role.equals("audit_writer")) {
				forbidden(role, key);
			}
			forbidden(role, "update audit.audit_masking_key set value = sha256('')");
			forbidden(role, "delete from audit.audit_masking_key");
		}
	}

	private void execute(String role, String sql) throws SQLException {
		try (Connection connection = this.users.get(role).getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

}
