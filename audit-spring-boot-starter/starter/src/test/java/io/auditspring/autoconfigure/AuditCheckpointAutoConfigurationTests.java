package io.auditspring.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.CheckpointAnchor;
import io.auditspring.CheckpointSigner;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.DirectoryAnchor;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.checkpoint.WitnessKey;
import io.auditspring.signing.CheckpointWorker;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checkpoints in an application: with which settings, and what they are told to.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuditCheckpointAutoConfigurationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final String PEM = Ed25519Signer.newPem();

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	private Path directory;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditDisabledAutoConfiguration.class,
				AuditCheckpointAutoConfiguration.class, AuditCheckpointActuatorAutoConfiguration.class))
		.withBean(DataSource.class, () -> this.database)
		.withPropertyValues("spring.application.name=shop", "audit.checkpoint.interval=50ms");

	private ApplicationContextRunner withKey() {
		return this.runner.withPropertyValues("audit.checkpoint.private-key=" + PEM,
				"audit.checkpoint.memory=" + this.directory.resolve("memory"));
	}

	@BeforeEach
	void tellEverything() {
		level(LogLevel.INFO);
	}

	@AfterEach
	void tellWarnings() {
		level(null);
	}

	private static void level(@Nullable LogLevel level) {
		LoggingSystem.get(AuditCheckpointAutoConfigurationTests.class.getClassLoader())
			.setLogLevel("io.auditspring", level);
	}

	private void record(ApplicationContext context) {
		long before = this.log.count();
		context.getBean(AuditRecorder.class).record(AuditRecord.action("order.pay").build());
		this.log.await((int) before + 1);
	}

	private static void await(AtomicBoolean condition) {
		Awaitility.await().atMost(PATIENCE).untilTrue(condition);
	}

	private static Checkpoint awaitCheckpoint(ApplicationContext context, long size) {
		Checkpoints checkpoints = context.getBean(Checkpoints.class);
		return Awaitility.await()
			.atMost(PATIENCE)
			.until(() -> checkpoints.latest("main"), (latest) -> latest.filter((it) -> it.size() == size).isPresent())
			.orElseThrow();
	}

	private static HealthIndicator health(ApplicationContext context) {
		return context.getBean("auditCheckpointHealthIndicator", HealthIndicator.class);
	}

	@Test
	void withoutKeyNothingIsSigned(CapturedOutput output) {
		this.runner.withPropertyValues("spring.application.name=My Shop")
			.run((context) -> assertThat(context).hasSingleBean(Checkpoints.class)
				.doesNotHaveBean(CheckpointWorker.class)
				.doesNotHaveBean("auditCheckpointHealthIndicator"));
		assertThat(output).containsOnlyOnce("No audit checkpoints are signed");
	}

	@Test
	void aPolicyWithoutEnoughWitnessesIsLoud(CapturedOutput output) throws IOException {
		CheckpointSigner witness = Ed25519Signer.ofPem("w.example", Ed25519Signer.newPem());
		Path policy = Files.writeString(this.directory.resolve("policy"), """
				witness w %s http://127.0.0.1:1/
				quorum w
				""".formatted(new WitnessKey(witness.name(), witness.publicKey())));
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		withKey().withConfiguration(AutoConfigurations.of(AuditVerificationAutoConfiguration.class))
			.withPropertyValues("audit.checkpoint.policy=file:" + policy)
			.run((context) -> {
				record(context);
				awaitCheckpoint(context, 1);
				Awaitility.await()
					.atMost(PATIENCE)
					.until(() -> health(context).health().getStatus(), Status.OUT_OF_SERVICE::equals);
				assertThat(health(context).health().getDetails().get("witnesses").toString())
					.contains("of [w] only []");
				context.getBeanProvider(MeterBinder.class).forEach((binder) -> binder.bindTo(meters));
				Awaitility.await()
					.atMost(PATIENCE)
					.until(() -> meters.get("audit.checkpoint.unwitnessed").functionCounter().count(),
							(count) -> count > 1);
				assertThat(meters.get("audit.checkpoint.witnessed").gauge().value()).isZero();
				assertThat(meters.get("audit.checkpoint.failed").functionCounter().count()).isZero();
				assertThat(context.getBean(LedgerVerifier.class).verify("main").counts())
					.containsOnlyKeys(Problem.Kind.QUORUM);
				Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
					assertThat(output).contains("of audit chain 'root' the quorum 'w' is missing");
					assertThat(output).contains("did not cosign audit chain 'root'");
				});
			});
		assertThat(output).containsOnlyOnce("of audit chain 'main' the quorum 'w' is missing")
			.containsOnlyOnce("of audit chain 'root' the quorum 'w' is missing")
			.containsOnlyOnce("did not cosign audit chain 'main'")
			.containsOnlyOnce("did not cosign audit chain 'root'");
	}

	@Test
	void aPolicyThatIsNoneStopsTheStart() throws IOException {
		Path policy = Files.writeString(this.directory.resolve("policy"), "quorum w\n");
		withKey().withPropertyValues("audit.checkpoint.policy=file:" + policy)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("line 1: no line before it defines 'w'"));
	}

	@Test
	void timeStampsNeedToKnowWhoseCount() throws IOException {
		withKey().withPropertyValues("audit.checkpoint.time-stamp-url=https://tsa.example.com/")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("needs audit.checkpoint.time-stamp-certificates"));
		Path nothing = Files.writeString(this.directory.resolve("tsa.pem"), "nothing\n");
		ApplicationContextRunner stamped = withKey()
			.withPropertyValues("audit.checkpoint.time-stamp-certificates=file:" + nothing);
		stamped.run((context) -> assertThat(context).getFailure()
			.hasStackTraceContaining("'audit.checkpoint.time-stamp-certificates' names cannot be used"));
		stamped.withClassLoader(new FilteredClassLoader("org.bouncycastle"))
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("nothing here can read time stamps"));
	}

	@Test
	void switchedOffNothingIsSigned() {
		withKey().withPropertyValues("audit.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(CheckpointWorker.class);
			assertThat(context.getBean(Checkpoints.class).create("main")).isEmpty();
		});
	}

	@Test
	void withAKeyCheckpointsAreSignedInTheBackground(CapturedOutput output) {
		withKey().run((context) -> {
			record(context);
			Checkpoint checkpoint = awaitCheckpoint(context, 1);
			VerifierKey key = VerifierKey.of(Ed25519Signer.ofPem("shop", PEM));
			assertThat(Checkpoint.open(checkpoint.note(), TrustedKeys.of(key)).origin()).isEqualTo("shop/main");
			assertThat(output).contains("the key to verify them with is " + key)
				.doesNotContain(PEM.lines().toList().get(1));
		});
	}

	@Test
	void namesCanBeChosen() {
		withKey()
			.withPropertyValues("audit.checkpoint.origin=example.com/audit", "audit.checkpoint.key-name=hsm-1",
					"audit.chain=orders")
			.run((context) -> {
				record(context);
				Checkpoint checkpoint = context.getBean(Checkpoints.class).create("orders").orElseThrow();
				assertThat(checkpoint.note()).startsWith("example.com/audit/orders\n1\n").contains("\n\u2014 hsm-1 ");
			});
	}

	@Test
	void theKeyMayBeInAFileAndTheMemoryIsNextToIt() throws IOException {
		Path key = Files.writeString(this.directory.resolve("key.pem"), PEM);
		this.runner.withPropertyValues("audit.checkpoint.private-key-location=file:" + key).run((context) -> {
			record(context);
			awaitCheckpoint(context, 1);
			assertThat(this.directory.resolve("audit-checkpoints/shop%2fmain.note")).exists();
		});
	}

	@Test
	void aKeyIsCreatedOnlyWhereThatIsWanted(CapturedOutput output) {
		Path key = this.directory.resolve("new/key.pem");
		ApplicationContextRunner located = this.runner
			.withPropertyValues("audit.checkpoint.private-key-location=file:" + key);
		assertFails(located, "audit.checkpoint.private-key-location", "cannot be read", key.toString(),
				"openssl genpkey -algorithm ed25519", "audit.checkpoint.generate-key=true");
		ApplicationContextRunner generating = located.withPropertyValues("audit.checkpoint.generate-key=true");
		generating.run((context) -> {
			record(context);
			awaitCheckpoint(context, 1);
			assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key))).isEqualTo("rw-------");
		});
		assertThat(output).containsOnlyOnce("A NEW KEY");
		generating.run((context) -> {
			record(context);
			awaitCheckpoint(context, 2);
		});
		assertThat(output).containsOnlyOnce("A NEW KEY");
	}

	@Test
	void aBeanMaySignInstead() {
		CheckpointSigner signer = Ed25519Signer.ofPem("hsm", PEM);
		this.runner.withBean(CheckpointSigner.class, () -> signer)
			.withPropertyValues("audit.checkpoint.memory=" + this.directory)
			.run((context) -> {
				record(context);
				assertThat(awaitCheckpoint(context, 1).note()).contains("\u2014 hsm ");
			});
		assertFails(this.runner.withBean(CheckpointSigner.class, () -> signer),
				"where to remember which checkpoints were signed", "audit.checkpoint.memory");
	}

	@Test
	void checkpointsOfAReplacedKeyCountWhileItIsTrusted() {
		withKey().run((context) -> {
			record(context);
			awaitCheckpoint(context, 1);
		});
		ApplicationContextRunner rotated = this.runner.withPropertyValues(
				"audit.checkpoint.private-key=" + Ed25519Signer.newPem(),
				"audit.checkpoint.memory=" + this.directory.resolve("memory"));
		rotated.run((context) -> {
			record(context);
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> context.getBean(CheckpointWorker.class).problem().orElse(""),
						(problem) -> problem.contains("Only unknown or retired keys signed it: [shop+"));
			Awaitility.await().atMost(PATIENCE).until(() -> health(context).health().getStatus() == Status.DOWN);
		});
		rotated.withPropertyValues("audit.checkpoint.trusted-keys=" + VerifierKey.of(Ed25519Signer.ofPem("shop", PEM)))
			.run((context) -> {
				awaitCheckpoint(context, 2);
				assertThat(context.getBean(Checkpoints.class).consistency("main", 1, 2).orElseThrow().holds()).isTrue();
			});
	}

	@Test
	void anchorsGetEachCheckpoint(CapturedOutput output) {
		List<String> published = new CopyOnWriteArrayList<>();
		withKey().withBean(CheckpointAnchor.class, () -> (chain, size, note) -> published.add(note))
			.withPropertyValues("audit.checkpoint.anchor-log=true",
					"audit.checkpoint.anchor-directory=" + this.directory.resolve("anchor"))
			.run((context) -> {
				record(context);
				Checkpoint first = awaitCheckpoint(context, 1);
				Awaitility.await().atMost(PATIENCE).until(() -> published.contains(first.note()));
				record(context);
				Checkpoint second = awaitCheckpoint(context, 2);
				Awaitility.await().atMost(PATIENCE).until(() -> published.contains(second.note()));
				DirectoryAnchor anchor = context.getBean(DirectoryAnchor.class);
				Awaitility.await().atMost(PATIENCE).until(() -> anchor.notes("main").size() == 2);
				assertThat(anchor.notes("main")).containsExactly(first.note(), second.note());
				assertThat(anchor.latest("main")).contains(second.note());
				String logged = "Audit checkpoint: " + second.note().replace("\n", "\\n");
				Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(output).contains(logged));
				assertThat(published).filteredOn((note) -> note.contains("/main\n"))
					.containsExactly(first.note(), second.note());
				Awaitility.await()
					.atMost(PATIENCE)
					.until(() -> published.stream().anyMatch((note) -> note.startsWith("shop/root\n")));
			});
	}

	@Test
	void anAnchorThatFailsIsTriedAgainAndStopsNothing(CapturedOutput output) {
		AtomicBoolean failed = new AtomicBoolean();
		AtomicBoolean repaired = new AtomicBoolean();
		AtomicBoolean taken = new AtomicBoolean();
		withKey().withBean(CheckpointAnchor.class, () -> (chain, size, note) -> {
			if (!repaired.get()) {
				failed.set(true);
				throw new IOException("tape is full");
			}
			taken.set(true);
		}).run((context) -> {
			record(context);
			awaitCheckpoint(context, 1);
			await(failed);
			HealthIndicator health = health(context);
			Awaitility.await().atMost(PATIENCE).until(() -> health.health().getStatus() == Status.DOWN);
			record(context);
			awaitCheckpoint(context, 2);
			repaired.set(true);
			await(taken);
			Awaitility.await().atMost(PATIENCE).until(() -> health.health().getStatus() == Status.UP);
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean("auditCheckpointMeters", MeterBinder.class).bindTo(registry);
			assertThat(registry.get("audit.checkpoint.size").gauge().value()).isEqualTo(2);
			assertThat(registry.get("audit.checkpoint.failed").functionCounter().count()).isPositive();
			assertThat(registry.get("audit.checkpoint.refused").functionCounter().count()).isZero();
		});
		assertThat(output).contains("did not take the newest checkpoint of audit chain 'main'", "tape is full");
	}

	@Test
	void aLedgerThatWasTamperedWithIsLoud(CapturedOutput output) {
		withKey().withPropertyValues("audit.checkpoint.interval=1h").run((context) -> {
			record(context);
			this.log.jdbc().execute("alter table audit.audit_log disable trigger all");
			this.log.jdbc().execute("update audit.audit_log set action = 'forged'");
			assertThat(context).hasNotFailed();
		});
		withKey().run((context) -> {
			CheckpointWorker worker = context.getBean(CheckpointWorker.class);
			Awaitility.await().atMost(PATIENCE).until(() -> worker.refusals() > 0);
			Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
				String problem = String.valueOf(health(context).health().getDetails().get("problem"));
				assertThat(problem)
					.contains("Entry 0 of chain 'main' is not as it was written: hash differs from the one computed");
			});
			assertThat(context.getBean(Checkpoints.class).latest("main")).isEmpty();
		});
		assertThat(output).contains("THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE");
	}

	@Test
	void whoIsStoppedBeforeItsFirstCheckpointLeavesOne() {
		withKey().withPropertyValues("audit.checkpoint.interval=1h").run((context) -> {
			context.getBean(AuditRecorder.class).record(AuditRecord.action("order.pay").build());
			assertThat(context.getBean(CheckpointWorker.class).getPhase())
				.as("what is delivered at the stop is there before")
				.isLessThan(context.getBean(Relay.class).getPhase())
				.isLessThan(context.getBean(Receipts.class).getPhase());
		});
		assertThat(this.log.jdbc()
			.queryForList("select size from audit.audit_checkpoint where chain = 'main'", Long.class))
			.containsExactly(1L);
	}

	@Test
	void whereNothingWasAppendedAStopDoesNotAskTheDatabase(CapturedOutput output) {
		withKey().withPropertyValues("audit.checkpoint.interval=1h").run((context) -> TestDatabase.drop(this.database));
		assertThat(output).contains("Audit checkpoints are signed").doesNotContain("could be made");
	}

	@Test
	void aMemoryThatCannotBeWrittenStopsTheStart() throws IOException {
		Path file = Files.writeString(this.directory.resolve("file"), "");
		assertFails(withKey().withPropertyValues("audit.checkpoint.memory=" + file.resolve("memory")),
				"Which checkpoints were signed cannot be remembered in '" + file.resolve("memory"),
				"Set 'audit.checkpoint.memory' to a directory that survives restarts");
	}

	@Test
	void wrongSettingsStopTheStart() throws IOException {
		assertFails(this.runner.withPropertyValues("audit.checkpoint.interval=0s"),
				"audit.checkpoint.interval takes a duration");
		assertFails(this.runner.withPropertyValues("audit.checkpoint.private-key=secret"),
				"The key of 'audit.checkpoint.private-key' cannot sign", "openssl genpkey");
		assertFails(this.runner.withPropertyValues("audit.checkpoint.generate-key=true"),
				"audit.checkpoint.generate-key needs audit.checkpoint.private-key-location");
		assertFails(withKey().withPropertyValues("audit.checkpoint.private-key-location=file:" + this.directory),
				"exclude each other");
		assertFails(this.runner.withPropertyValues("audit.checkpoint.trusted-keys=name+00000000+AAAA"),
				"audit.checkpoint.trusted-keys takes Ed25519 keys written name+id+key, not 'name+00000000+AAAA'");
		assertFails(withKey().withPropertyValues("spring.application.name=My Shop"),
				"Checkpoints cannot be of origin 'My Shop'", "Set 'audit.checkpoint.origin'");
		assertFails(withKey().withPropertyValues("spring.application.name="), "Checkpoints cannot be of origin ''");
		assertFails(withKey().withPropertyValues("audit.checkpoint.key-name=a b"),
				"audit.checkpoint.key-name takes a name without white space and plus signs, not 'a b'");
		Path other = Files.writeString(this.directory.resolve("other.pem"), "-----BEGIN CERTIFICATE-----");
		assertFails(this.runner.withPropertyValues("audit.checkpoint.private-key-location=file:" + other),
				"audit.checkpoint.private-key-location", "it is not a single unencrypted private key in PEM");
	}

	@Test
	void needsNoActuator() {
		withKey().withClassLoader(new FilteredClassLoader(MeterBinder.class, HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(CheckpointWorker.class));
	}

	private void assertFails(ApplicationContextRunner runner, String... words) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			StringBuilder told = new StringBuilder();
			FailureAnalysis analysis = new AuditSetupFailureAnalyzer().analyze(context.getStartupFailure());
			if (analysis != null) {
				told.append(analysis.getDescription()).append(analysis.getAction());
			}
			for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
				told.append(cause.getMessage()).append('\n');
			}
			assertThat(told.toString()).contains(words);
		});
	}

}
