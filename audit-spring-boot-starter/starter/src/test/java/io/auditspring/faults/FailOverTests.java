package io.auditspring.faults;

import java.nio.file.Path;

import io.auditspring.AuditLog;
import io.auditspring.signing.CheckpointWorker;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The primary is killed under load, and the standby that commits waited for is promoted.
 * The application, which knows both addresses, goes on by itself.
 */
class FailOverTests {

	private final PostgresServer primary = PostgresServer.create("synchronous_standby_names=*", "fsync=off");

	private final PostgresServer standby = this.primary.replica();

	private final Answers answers = new Answers();

	@TempDir
	private Path directory;

	@AfterEach
	void stop() {
		this.primary.close();
		this.standby.close();
	}

	// The driver believes for ten seconds what it saw of a server, if not told otherwise.
	private ConfigurableApplicationContext start() {
		return FaultyApplication.start(
				"jdbc:postgresql://localhost:%d,localhost:%d/postgres?targetServerType=primary&hostRecheckSeconds=1"
					.formatted(this.primary.port(), this.standby.port()),
				"spring.datasource.hikari.connection-timeout=500", "audit.checkpoint.origin=shop",
				"audit.checkpoint.interval=100ms", "audit.checkpoint.generate-key=true",
				"audit.checkpoint.private-key-location=file:" + this.directory.resolve("key.pem"),
				"audit.checkpoint.anchor-directory=" + this.directory.resolve("anchors"));
	}

	@Test
	void aPromotedStandbyHasWhateverWasAcknowledged() {
		FaultAssertions faultAssertions = new FaultAssertions("primary killed, synchronous standby promoted",
				this.answers, this.standby.dataSource());
		try (ConfigurableApplicationContext context = start()) {
			Load load = Load.ofEach(context.getBean(OrderDesk.class), this.answers, "here", Work.values());
			this.answers.awaitFurther(20, Work.values());
			this.primary.kill();
			this.answers.awaitFailures(5);
			this.standby.promote();
			this.answers.awaitFurther(20, Work.values());
			load.stop();
			faultAssertions.awaitRelay();
			CheckpointWorker signer = context.getBean(CheckpointWorker.class);
			long stored = new AuditLog(this.standby.dataSource()).count();
			Awaitility.await()
				.until(() -> signer.problem().isEmpty() && signer.latest().orElseThrow().size() == stored);
			assertThat(signer.refusals()).isZero();
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		}
		faultAssertions.settle(0, Work.values());
	}

}
