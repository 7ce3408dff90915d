package io.auditspring.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.CheckpointSigner;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.cli.Commands;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The database is set back to a backup while the application runs. Nobody signs another
 * history in silence, whoever asks is told, and it goes on as RECIPES.md says.
 */
@ExtendWith(OutputCaptureExtension.class)
class RestoreDrillTests {

	private final PGSimpleDataSource database = connecting();

	private final String name = String.valueOf(this.database.getDatabaseName());

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	private Path directory;

	private ConfigurableApplicationContext context;

	private OrderDesk desk;

	/** None is kept, as the server ends them. */
	private static PGSimpleDataSource connecting() {
		PGSimpleDataSource migrated = (PGSimpleDataSource) TestDatabase.migrated();
		PGSimpleDataSource connecting = new PGSimpleDataSource();
		connecting.setUrl(migrated.getUrl());
		connecting.setUser(migrated.getUser());
		return connecting;
	}

	@BeforeEach
	void start() throws IOException {
		start("main");
		Files.writeString(this.directory.resolve("key.pub"),
				VerifierKey.of(this.context.getBean(CheckpointSigner.class)).toString());
	}

	private void start(String chain) {
		this.context = FaultyApplication.start(this.database.getUrl(), "spring.application.name=shop",
				"audit.chain=" + chain, "audit.checkpoint.origin=shop", "audit.checkpoint.interval=100ms",
				"audit.checkpoint.generate-key=true",
				"audit.checkpoint.private-key-location=file:" + this.directory.resolve("key.pem"),
				"audit.checkpoint.memory=" + this.directory.resolve("memory"),
				"audit.checkpoint.anchor-directory=" + anchors(), "audit.verification.interval=1s",
				"spring.datasource.hikari.connection-timeout=500");
		this.desk = this.context.getBean(OrderDesk.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	private Path anchors() {
		return this.directory.resolve("anchors");
	}

	@Test
	void aLedgerThatWasSetBackIsNotSignedUntilItGoesOnUnderAnotherName(CapturedOutput output) throws Exception {
		this.desk.sync("signed");
		awaitAnchored("main", 1);
		backUpWithOneStaged();
		UUID staged = (UUID) this.log.await(2).get(1).get("id");
		this.desk.sync("lost");
		awaitAnchored("main", 3);
		offline("drop database " + this.name, "create database %s template %1$s_backup".formatted(this.name));
		// What was staged comes once more, as its row came back with its business data.
		assertThat(this.log.await(2)).extracting("target_name").containsExactly("signed", "staged");
		assertThat(this.log.entries().get(1)).containsEntry("id", staged);
		assertRefused("Chain 'main' went back");
		assertThat(output).contains("THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE", "Chain 'main' went back",
				"Known before:\nshop/main\n3\n");
		Commands.Result told = verify("--anchor", anchors().toString());
		assertThat(told.out()).contains("CUT at entry 2: the anchored checkpoint of size 3", "TAMPERED");
		assertThat(told.status()).isOne();
		// Business goes on, but nothing of it is signed.
		this.desk.sync("anew");
		this.desk.sync("anew too");
		this.log.await(4);
		assertRefused("Chain 'main' went another way");
		assertThat(verify("--anchor", anchors().toString()).out()).contains("ROOT: the anchored checkpoint of size 3",
				"TAMPERED");
		assertThat(verify().out()).contains("no --anchor was given", "VALID");
		this.context.close();
		assertThat(notes("main")).allMatch((note) -> note.getFileName().toString().matches("0*[123].note"));
		goOn();
	}

	/** As it is while the head of the chain is held, so that nobody moves the row. */
	private void backUpWithOneStaged() throws SQLException {
		try (Connection holder = this.database.getConnection(); Statement statement = holder.createStatement()) {
			holder.setAutoCommit(false);
			statement.execute("select from audit.audit_chain for update");
			this.desk.transactional("staged");
			offline("create database %s_backup template %1$s".formatted(this.name));
		}
	}

	/** Does something while nobody can connect; who was connected is not any more. */
	private void offline(String... deeds) {
		List<String> all = new ArrayList<>(List.of("alter database %s allow_connections false".formatted(this.name),
				"select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'".formatted(this.name)));
		all.addAll(List.of(deeds));
		all.add("alter database %s allow_connections true".formatted(this.name));
		JdbcTemplate jdbc = new JdbcTemplate(
				TestDatabase.at(this.database.getUrl().replace("/" + this.name, "/postgres"), "postgres"));
		all.forEach(jdbc::execute);
	}

	private void assertRefused(String problem) {
		Awaitility.await().untilAsserted(() -> {
			Health signing = health("auditCheckpoint");
			assertThat(signing.getStatus()).isEqualTo(Status.DOWN);
			assertThat(signing.getDetails().get("problem").toString()).contains(problem, "the signer's memory");
		});
		Awaitility.await().untilAsserted(() -> assertThat(health("auditLedger").getStatus()).isEqualTo(Status.DOWN));
		assertThat(health("audit").getStatus()).isEqualTo(Status.UP);
		MeterRegistry meters = this.context.getBean(MeterRegistry.class);
		assertThat(meters.get("audit.checkpoint.refused").functionCounter().count()).isPositive();
		assertThat(meters.get("audit.checkpoint.size").gauge().value()).isEqualTo(3);
		assertThat(meters.get("audit.verification.valid").gauge().value()).isZero();
		assertThat(meters.get("audit.entries.quarantined").functionCounter().count()).isZero();
		assertThat(this.log.jdbc()
			.queryForObject("select max(size) from audit.audit_checkpoint where chain = 'main'", Long.class)).isOne();
	}

	private void goOn() throws IOException {
		setNotesAside("root");
		Files.move(this.directory.resolve("memory").resolve("shop%2froot.note"),
				this.directory.resolve("case").resolve("memory of root"));
		start("main-2");
		this.context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("ledger.restored").metadata("case", 7).delivery(Delivery.SYNC).build());
		awaitAnchored("main-2", 1);
		Awaitility.await().untilAsserted(() -> {
			assertThat(notes("root")).isNotEmpty();
			assertThat(health("auditCheckpoint").getStatus()).isEqualTo(Status.UP);
			assertThat(health("auditLedger").getStatus()).isEqualTo(Status.DOWN);
		});
		assertThat(verify("--anchor", anchors().toString()).out()).contains("Chain main-2: 1 entries",
				"ROOT: the anchored checkpoint of size 3", "TAMPERED");
		setNotesAside("main");
		Awaitility.await().untilAsserted(() -> assertThat(health("auditLedger").getStatus()).isEqualTo(Status.UP));
		assertThat(verify("--anchor", anchors().toString()).out()).contains("VALID");
		assertThat(this.log.entries()).extracting("target_name")
			.containsExactly("signed", "staged", "anew", "anew too", null);
	}

	/** Kept as a record, where neither signer nor verifier looks. */
	private void setNotesAside(String chain) throws IOException {
		Path notes = anchors().resolve("shop").resolve(chain);
		FileSystemUtils.copyRecursively(notes, this.directory.resolve("case").resolve(chain));
		FileSystemUtils.deleteRecursively(notes);
	}

	private void awaitAnchored(String chain, int size) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(notes(chain)).last()
				.satisfies((note) -> assertThat(note.toString()).endsWith("0" + size + ".note")));
	}

	private List<Path> notes(String chain) {
		Path notes = anchors().resolve("shop").resolve(chain);
		if (!Files.exists(notes)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(notes)) {
			return files.filter(Files::isRegularFile).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Health health(String name) {
		Health health = this.context.getBean(name + "HealthIndicator", HealthIndicator.class).health();
		assertThat(health).isNotNull();
		return health;
	}

	private Commands.Result verify(String... options) {
		return Commands.run(Stream
			.concat(Stream.of("verify", "--url", this.database.getUrl() + "&user=postgres", "--origin", "shop",
					"--public-key", this.directory.resolve("key.pub").toString()), Stream.of(options))
			.toArray(String[]::new));
	}

}
