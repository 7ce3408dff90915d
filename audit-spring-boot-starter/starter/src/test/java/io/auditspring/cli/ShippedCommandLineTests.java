package io.auditspring.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.LedgerCommandLab;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar as it is shipped, started as users start it: with nothing on the class path but
 * itself.
 */
@Tag("shipped")
@Execution(ExecutionMode.CONCURRENT)
class ShippedCommandLineTests {

	private static final LedgerCommandLab LAB = LedgerCommandLab.create();

	@TempDir
	private Path directory;

	private Path anchor;

	private Path key;

	/**
	 * How a process ended.
	 *
	 * @param status its status
	 * @param out what it wrote
	 * @param err what it complained about
	 */
	private record Ended(int status, String out, String err) {

	}

	@BeforeEach
	void keepCheckpoints() throws IOException {
		this.anchor = Files.createDirectory(this.directory.resolve("anchor"));
		for (int i = 0; i < LAB.anchored().size(); i++) {
			Files.writeString(this.anchor.resolve(i + ".note"), LAB.anchored().get(i));
		}
		this.key = Files.writeString(this.directory.resolve("key.pub"), LAB.publicKey() + "\n");
	}

	@Test
	void anUntouchedLedgerEndsWithStatusZero() {
		Ended ended = verify(LAB.url(), "--json");
		assertThat(ended.err()).isEmpty();
		assertThat(ended.status()).isZero();
		JsonNode json = JsonMapper.shared().readTree(ended.out());
		assertThat(json.path("valid").booleanValue()).isTrue();
		assertThat(json.at("/chains/0/entries").intValue()).isEqualTo(600);
		assertThat(json.at("/chains/0/checkpoints").intValue()).isEqualTo(4);
	}

	@Test
	void onlyWhatCameAfterACheckpointCanBeVerified() {
		Ended ended = verify(LAB.url(), "--json", "--chain", "main", "--from-checkpoint", "300");
		assertThat(ended.status()).isZero();
		assertThat(JsonMapper.shared().readTree(ended.out()).at("/chains/0/from").intValue()).isEqualTo(300);
	}

	@Test
	void aTamperedLedgerEndsWithStatusOneAndNamesThePlace() {
		Ended ended = verify(LAB.tamperedUrl());
		assertThat(ended.status()).isEqualTo(1);
		assertThat(ended.out()).contains("HASH at entry 250", "TAMPERED");
	}

	@Test
	void aLedgerThatIsGoneIsMissedByWhoKeptItsCheckpoints() {
		for (String[] further : new String[][] { {}, { "--chain", "main" }, { "--origin", "shop" } }) {
			Ended ended = verify(LAB.emptyUrl(), further);
			assertThat(ended.status()).isEqualTo(1);
			assertThat(ended.out()).contains("CUT at entry 0", "there were 600 entries");
		}
	}

	@Test
	void whatCannotBeCheckedEndsWithStatusTwo() {
		assertThat(verify("jdbc:postgresql://localhost:1/none").status()).isEqualTo(2);
		assertThat(verify(LAB.url(), "--schema", "nowhere").err()).contains("nowhere");
		assertThat(verify(LAB.url(), "--schema", "nowhere").status()).isEqualTo(2);
		assertThat(verify(LAB.url(), "--chain", "nowhere").status()).isEqualTo(2);
		assertThat(verify(LAB.url(), "--public-key", "nonsense").status()).isEqualTo(2);
		assertThat(run("verify", "--url", LAB.url(), "--user", "postgres", "--public-key", "").status()).isEqualTo(2);
		assertThat(run("verify").status()).isEqualTo(2);
		assertThat(run("nonsense").status()).isEqualTo(2);
	}

	@Test
	void anExportVerifiesWithoutTheDatabase() throws IOException {
		Path export = this.directory.resolve("main.ndjson");
		assertThat(run("export", "--url", LAB.url(), "--user", "postgres", export.toString()).status()).isZero();
		String key = this.key.toString();
		assertThat(run("verify-export", "--public-key", key, "--anchor", this.anchor.toString(), export.toString()))
			.satisfies((ended) -> assertThat(ended.status()).isZero())
			.satisfies((ended) -> assertThat(ended.out()).contains("VALID"));
		Files.writeString(export, Files.readString(export).replace("order.pay.7\"", "order.pay.8\""));
		assertThat(run("verify-export", "--public-key", key, export.toString()).status()).isEqualTo(1);
		assertThat(run("verify-export", this.key.toString()).status()).isEqualTo(2);
	}

	@Test
	void migrationsAreRunAndToldOf() throws SQLException {
		DataSource database = TestDatabase.newDatabase();
		JdbcTemplate jdbc = new JdbcTemplate(database);
		String url = url(database);
		assertThat(run("status", "--url", url, "--user", "postgres").status()).isEqualTo(StatusCommand.PENDING);
		jdbc.execute("create schema audit; create table audit.audit_quarantine (mine text)");
		Ended failed = run("migrate", "--url", url, "--user", "postgres");
		assertThat(failed.status()).isEqualTo(2);
		assertThat(failed.out()).contains("A migration failed, and left nothing behind", "pending");
		assertThat(failed.err()).contains("relation \"audit_quarantine\" already exists").doesNotContain("\tat ");
		assertThat(jdbc.queryForList("select relname::text from pg_class where relnamespace = 'audit'::regnamespace "
				+ "and relname not like 'audit_schema_history%' and relkind <> 't'", String.class))
			.containsExactly("audit_quarantine");
		jdbc.execute("drop table audit.audit_quarantine");
		Ended migrated = run("migrate", "--url", url, "--user", "postgres");
		assertThat(migrated.err()).isEmpty();
		assertThat(migrated.status()).isZero();
		assertThat(migrated.out()).contains("Schema audit: version", "success").doesNotContain("pending");
		Ended told = run("status", "--url", url, "--user", "postgres");
		assertThat(told.status()).isZero();
		assertThat(told.out()).contains("success").doesNotContain("pending");
		assertThat(run("verify", "--url", url, "--user", "postgres", "--public-key", this.key.toString()).status())
			.isZero();
		assertThat(run("migrate", "--url", "jdbc:postgresql://localhost:1/none").err()).contains("localhost:1");
	}

	private static String url(DataSource database) throws SQLException {
		try (Connection connection = database.getConnection()) {
			return connection.getMetaData().getURL();
		}
	}

	private Ended verify(String url, String... further) {
		List<String> arguments = new ArrayList<>(List.of("verify", "--url", url, "--user", "postgres", "--public-key",
				this.key.toString(), "--anchor", this.anchor.toString()));
		arguments.addAll(List.of(further));
		return run(arguments.toArray(String[]::new));
	}

	private Ended run(String... arguments) {
		try {
			Path out = this.directory.resolve("out");
			Path err = this.directory.resolve("err");
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
							// Starts, does one thing and ends.
							"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-jar",
							System.getProperty("audit.cli.jar")));
			command.addAll(List.of(arguments));
			Process process = new ProcessBuilder(command).redirectOutput(out.toFile())
				.redirectError(err.toFile())
				.start();
			return new Ended(process.waitFor(), Files.readString(out), Files.readString(err));
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
