package io.auditspring.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.Schema;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Migrations that somebody runs by hand, and what is left of one that fails.
 */
class SchemaCommandTests {

	private final DataSource database = TestDatabase.newDatabase();

	private final JdbcTemplate jdbc = new JdbcTemplate(this.database);

	private final StringWriter out = new StringWriter();

	private int run(String command) throws SQLException {
		this.out.getBuffer().setLength(0);
		try (Connection connection = this.database.getConnection()) {
			CommandLine commandLine = AuditCommand.commandLine();
			commandLine.setOut(new PrintWriter(this.out));
			commandLine.setErr(new PrintWriter(this.out));
			return commandLine.execute(command, "--url", connection.getMetaData().getURL(), "--user",
					connection.getMetaData().getUserName());
		}
	}

	/** All that there is in the schema. */
	private List<Map<String, Object>> objects() {
		List<Map<String, Object>> objects = new ArrayList<>(this.jdbc.queryForList(
				"""
						select 'relation' as kind, relname::text as name from pg_class where relnamespace = to_regnamespace('audit')
						union all
						select 'function', oid::regprocedure::text from pg_proc where pronamespace = to_regnamespace('audit')
						union all
						select 'type', typname::text from pg_type where typnamespace = to_regnamespace('audit')
						union all
						select 'trigger', tgname::text from pg_trigger join pg_class on pg_class.oid = tgrelid
						where relnamespace = to_regnamespace('audit')
						order by 1, 2
						"""));
		if (this.jdbc.queryForObject("select to_regclass('audit.audit_schema_history') is not null", Boolean.class)) {
			objects.addAll(this.jdbc
				.queryForList("select version, script, success from audit.audit_schema_history order by 1"));
		}
		return objects;
	}

	@Test
	void theSchemaIsMigratedAndItsStateIsTold() throws SQLException {
		assertThat(run("status")).isEqualTo(StatusCommand.PENDING);
		assertThat(this.out.toString()).contains("no migration has been run", "pending").doesNotContain("success");
		assertThat(objects()).isEmpty();
		assertThat(run("migrate")).isZero();
		assertThat(this.out.toString()).contains("Schema audit: version", "success").doesNotContain("pending");
		assertThat(run("status")).isZero();
		assertThat(run("migrate")).isZero();
		assertThat(this.out.toString()).contains("0 migrations have been run");
	}

	@Test
	void aMigrationThatFailsLeavesNothingBehind() throws SQLException {
		this.jdbc.execute("create schema audit; create table audit.audit_quarantine (mine text)");
		assertThat(run("migrate")).isEqualTo(2);
		assertThat(this.out.toString()).contains("A migration failed, and left nothing behind",
				"relation \"audit_quarantine\" already exists", "pending");
		assertThat(objects()).filteredOn((object) -> object.containsKey("name"))
			.extracting((object) -> object.get("name").toString())
			.noneMatch((name) -> name.matches("audit_(log|chain|outbox).*|.*\\(.*"));
		assertThat(run("status")).isEqualTo(StatusCommand.PENDING);
		this.jdbc.execute("drop table audit.audit_quarantine");
		assertThat(run("migrate")).isZero();
	}

	@Test
	void oneThatFailsLaterLeavesWhatWasThere() throws SQLException, IOException {
		run("migrate");
		this.jdbc.execute("delete from audit.audit_schema_history where version = '4'");
		List<Map<String, Object>> before = objects();
		assertThat(run("migrate")).isEqualTo(2);
		assertThat(objects()).isEqualTo(before);
		assertThat(run("status")).isEqualTo(StatusCommand.PENDING);
		assertThat(this.out.toString()).containsPattern("pending\\s+4\\s+received");
		undoReceived();
		this.jdbc.execute("select audit.audit_make_partition('2020-01-01')");
		this.out.getBuffer().setLength(0);
		assertThat(run("migrate")).as(this.out::toString).isZero();
		assertThat(this.jdbc.queryForList("""
				select array_to_string(reloptions, ' ') from pg_class
				where oid = 'audit.audit_log_2020_01'::regclass
				""", String.class))
			.containsExactly("autovacuum_vacuum_threshold=0 autovacuum_vacuum_scale_factor=0 vacuum_index_cleanup=on");
	}

	/** Drops what the fourth migration creates, so that it can be run once more. */
	private void undoReceived() throws IOException {
		String sql;
		try (InputStream file = Schema.class.getResourceAsStream("/io/auditspring/db/migration/V4__received.sql")) {
			sql = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
		}
		Matcher created = Pattern.compile("(?m)^create (function|table) \"[$][{]schema}\"[.](\\w+)").matcher(sql);
		while (created.find()) {
			if (!sql.contains("drop function \"${schema}\"." + created.group(2) + "(")) {
				this.jdbc.execute("drop %s audit.%s".formatted(created.group(1), created.group(2)));
			}
		}
		this.jdbc.execute("""
				alter function audit.audit_create_partition(date) rename to audit_make_partition;
				alter function audit.audit_retire_month(date, boolean, jsonb, jsonb) rename to audit_retire;
				alter table audit.audit_legal_hold drop column centre_hold, drop column placed_with;
				alter table audit.audit_upkeep drop column kept;
				alter table audit.audit_chain drop column successor;
				alter table audit.audit_approval drop column tenant, drop column delegation;
				""");
	}

	@Test
	void aDatabaseThatCannotBeReachedIsNamed() {
		CommandLine commandLine = AuditCommand.commandLine();
		commandLine.setErr(new PrintWriter(this.out));
		assertThat(commandLine.execute("status", "--url", "jdbc:postgresql://127.0.0.1:1/none")).isEqualTo(2);
		assertThat(this.out.toString()).contains("It could not be checked");
	}

}
