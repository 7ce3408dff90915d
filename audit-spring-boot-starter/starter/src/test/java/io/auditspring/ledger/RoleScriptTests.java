package io.auditspring.ledger;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Managed databases have no superuser to run the script: it is run by the owner of the
 * database, who may create roles.
 */
class RoleScriptTests {

	private static final String OWNERS = """
			select string_agg(distinct owner::text, ',')
			from (
				select nspowner::regrole as owner from pg_namespace where nspname = 'audit'
				union all
				select relowner::regrole from pg_class where relnamespace = 'audit'::regnamespace
				union all
				select proowner::regrole from pg_proc where pronamespace = 'audit'::regnamespace
			) as all_of_it
			""";

	private static final String RIGHTS = """
			select md5(string_agg(concat(relname, relacl), ' ' order by relname))
			from pg_class
			where relnamespace = 'audit'::regnamespace
			""";

	private final DataSource superuser = TestDatabase.newDatabase();

	/** Roles are the server's: each test has its own. */
	private final String name = ((PGSimpleDataSource) this.superuser).getDatabaseName();

	private final String script = Roles.script()
		.replace("${schema}", "audit")
		.replaceAll("\\baudit_(owner|writer|reader|redactor|retention|receiver|centre)\\b", this.name + "_$1");

	private final LedgerDatabase database;

	RoleScriptTests() {
		JdbcTemplate jdbc = new JdbcTemplate(this.superuser);
		jdbc.execute("create role %s_dba login createrole".formatted(this.name));
		jdbc.execute("alter database %1$s owner to %1$s_dba".formatted(this.name));
		this.database = LedgerDatabase.as(this.superuser, this.name + "_dba").migrated();
	}

	@Test
	void whoOwnsTheDatabaseAndMayCreateRolesRunsItHoweverOften() {
		this.database.execute(this.script);
		assertThat(this.database.query(OWNERS)).isEqualTo(this.name + "_owner");
		String rights = this.database.query(RIGHTS);
		this.database.execute(this.script);
		assertThat(this.database.query(RIGHTS)).isEqualTo(rights);

		this.database.execute("create role %1$s_shop login".formatted(this.name),
				"grant %1$s_writer, %1$s_reader to %1$s_shop".formatted(this.name));
		LedgerDatabase shop = LedgerDatabase.as(this.superuser, this.name + "_shop");
		shop.append("main", Entries.entries(2));
		assertThat(new LedgerVerifier(shop.dataSource(), shop.schema()).verify().valid()).isTrue();
	}

	@Test
	void whoRunsItIsNoOwnerAfterwards() {
		this.database.execute(this.script);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.database.execute("alter table audit.audit_log disable trigger user"))
			.withMessageContaining("permission denied for schema audit");
	}

	/** As who runs later migrations may. */
	@Test
	void whoWasAMemberOfTheOwnerStaysOne() {
		this.database.execute(this.script, "grant %1$s_owner to %1$s_dba".formatted(this.name), this.script);
		this.database.execute("set role %s_owner".formatted(this.name),
				"alter table audit.audit_log disable trigger user");
	}

}
