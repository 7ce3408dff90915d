package io.auditspring.delivery.internal.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.FailureReason;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application stops without its database, and the disk of its spool is small: what is
 * kept is not called lost, and what is lost is told.
 */
@ExtendWith(OutputCaptureExtension.class)
class FullSpoolTests {

	private static final String MESSAGE = "x".repeat(9_000);

	private final DataSource database = TestDatabase.migrated();

	private final FaultyDataSource faulty = new FaultyDataSource(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	private Path spool;

	@BeforeEach
	void mount() throws Exception {
		Assumptions.assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", this.spool.toString()),
				"Only root may mount a file system");
	}

	@AfterEach
	void unmount() throws Exception {
		run("umount", "--lazy", this.spool.toString());
	}

	private static boolean run(String... command) throws IOException, InterruptedException {
		return new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor() == 0;
	}

	private ApplicationContextRunner runner() {
		return Recorders.runner(this.faulty, this.spool, "audit.delivery=async");
	}

	/** Stops while the database is down. */
	private DeliveryStatistics leave(int entries) {
		DeliveryStatistics[] statistics = new DeliveryStatistics[1];
		runner().run((context) -> {
			statistics[0] = context.getBean(DeliveryStatistics.class);
			record(context, 1);
			this.log.await(1);
			this.faulty.goDown();
			record(context, entries);
		});
		this.faulty.comeBack();
		return statistics[0];
	}

	private static void record(ApplicationContext context, int entries) {
		for (int i = 0; i < entries; i++) {
			context.getBean(AuditRecorder.class).record(AuditRecord.action("large").message(MESSAGE).build());
		}
	}

	private List<Path> files() throws IOException {
		try (Stream<Path> files = Files.walk(this.spool)) {
			return files.filter(Files::isRegularFile).toList();
		}
	}

	@Test
	void whatFitsIsKeptAndNotCalledLost(CapturedOutput output) throws IOException {
		DeliveryStatistics statistics = leave(70);
		assertThat(files()).hasSize(1);
		assertThat(output).contains("the spool keeps").doesNotContain("are lost");
		assertThat(statistics.failed(FailureReason.STOPPED)).isZero();
		runner().run((context) -> {
			this.log.await(71);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
		assertThat(files()).isEmpty();
	}

	/**
	 * The database says nothing, so a copy is written while the stop still tries, for
	 * twenty seconds. There is no room for a second one.
	 */
	@Test
	@Tag("faults")
	void whatFitsOnceIsWrittenOnce(CapturedOutput output) throws Exception {
		try (Connection holder = this.database.getConnection(); Statement statement = holder.createStatement()) {
			DeliveryStatistics[] statistics = new DeliveryStatistics[1];
			runner().run((context) -> {
				statistics[0] = context.getBean(DeliveryStatistics.class);
				record(context, 1);
				this.log.await(1);
				holder.setAutoCommit(false);
				statement.execute("select from audit.audit_chain for update");
				record(context, 70);
			});
			assertThat(files()).hasSize(1);
			assertThat(output).contains("the spool keeps").doesNotContain("are lost");
			assertThat(statistics[0].failed(FailureReason.STOPPED)).isZero();
		}
		runner().run((context) -> {
			this.log.await(71);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
		assertThat(files()).isEmpty();
	}

	@Test
	void whatDoesNotFitIsCalledLostAndLeavesNoHalfFile(CapturedOutput output) throws IOException {
		DeliveryStatistics statistics = leave(200);
		assertThat(files()).isEmpty();
		assertThat(output).contains("could be written neither to the database nor to a file, and are lost")
			.doesNotContain("the spool keeps");
		assertThat(statistics.failed(FailureReason.STOPPED)).isEqualTo(200);
		runner().run((context) -> {
			record(context, 1);
			this.log.await(2);
		});
	}

}
