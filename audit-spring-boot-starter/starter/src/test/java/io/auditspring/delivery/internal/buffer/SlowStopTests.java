package io.auditspring.delivery.internal.buffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two instances share a spool, and one of them gets no answer when it is stopped.
 */
class SlowStopTests {

	private final DataSource database = TestDatabase.migrated();

	private final HangingPool hanging = new HangingPool(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path spool;

	private ApplicationContextRunner runner(DataSource dataSource) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.spool.directory=" + this.spool, "audit.delivery=async")
			.withBean(DataSource.class, () -> dataSource);
	}

	@Test
	void whatAnotherInstanceWritesMeanwhileIsNotRefused() {
		runner(this.hanging).run((context) -> {
			record(context, "first");
			this.log.await(1);
			this.hanging.hangs = true;
			record(context, 1, 5);
			this.hanging.reached.await();
			Thread stop = new Thread(context.getBean(AsyncBuffer.class)::stop);
			stop.start();
			Awaitility.await().until(() -> files() == 1);
			runner(this.database).run((other) -> this.log.await(6));
			this.hanging.released.countDown();
			stop.join();
			assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class))
				.isZero();
			assertThat(this.log.count()).isEqualTo(6);
			assertThat(files()).isZero();
		});
	}

	private long files() {
		try (Stream<Path> files = Files.walk(this.spool)) {
			return files.filter((file) -> file.toString().endsWith(".spool")).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Lets the buffer wait for a connection. */
	private static final class HangingPool extends DelegatingDataSource {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		private volatile boolean hangs;

		private HangingPool(DataSource database) {
			super(database);
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (this.hangs && Thread.currentThread().getName().equals("audit-buffer")) {
				this.reached.countDown();
				try {
					this.released.await();
				}
				catch (InterruptedException ex) {
					throw new SQLException("Interrupted during connection acquisition", ex);
				}
			}
			return super.getConnection();
		}

	}

}
