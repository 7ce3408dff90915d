package io.auditspring.delivery;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import javax.sql.DataSource;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.FailureReason;
import io.auditspring.ledger.internal.entry.Entries;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.xa.PGXADataSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Business transactions that are lost without the trail's doing, or must not be.
 */
@ExtendWith(OutputCaptureExtension.class)
class LostTransactionsTests {

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	@BeforeEach
	void createTable() {
		this.log.jdbc().execute("create table business (id int primary key)");
	}

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.database, this.directory.resolve("spool"), properties);
	}

	private static Throwable failureOf(ApplicationContext context, Runnable work) {
		return catchThrowable(
				() -> new TransactionTemplate(new JdbcTransactionManager(context.getBean(DataSource.class)))
					.executeWithoutResult((status) -> work.run()));
	}

	private static void breakIt(ApplicationContext context) {
		JdbcTemplate jdbc = new JdbcTemplate(context.getBean(DataSource.class));
		jdbc.update("insert into business values (1)");
		assertThatExceptionOfType(DuplicateKeyException.class)
			.isThrownBy(() -> jdbc.update("insert into business values (1)"));
	}

	private static void assertThatTheTrailIsNotBlamed(ApplicationContext context, CapturedOutput output) {
		DeliveryStatistics statistics = context.getBean(DeliveryStatistics.class);
		assertThat(statistics.lastFailure()).isNull();
		for (FailureReason reason : FailureReason.values()) {
			assertThat(statistics.failed(reason)).isZero();
		}
		assertThat(output).doesNotContain("could not be stored where they belong");
	}

	@Test
	void oneThatHadFailedBeforeSaysWhy(CapturedOutput output) {
		runner().run((context) -> {
			Throwable failure = failureOf(context, () -> {
				breakIt(context);
				record(context, "no.1");
			});
			assertThat(failure).isInstanceOf(AuditDeliveryException.class)
				.hasMessageContaining("failed before its audit entries could be staged")
				.rootCause()
				.hasMessageContaining("duplicate key");
			assertThat(this.log.await(1).get(0)).containsEntry("outcome", "failure");
			assertThatTheTrailIsNotBlamed(context, output);
		});
	}

	@ParameterizedTest
	@CsvSource({ "propagate, transactional", "propagate, async", "log, transactional", "log, async", "log, sync" })
	void oneThatCannotBeCommittedLeavesNoSuccess(String policy, String mode, CapturedOutput output) {
		runner("audit.failure-policy=" + policy, "audit.delivery=" + mode).run((context) -> {
			Throwable failure = failureOf(context, () -> {
				breakIt(context);
				record(context, "no.1");
			});
			assertThat(failure).isInstanceOf(AuditDeliveryException.class);
			assertThat(this.log.jdbc().queryForObject("select count(*) from business", Long.class)).isZero();
			assertThat(this.log.await(1).get(0)).containsEntry("outcome", "failure");
			assertThatTheTrailIsNotBlamed(context, output);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "propagate", "log" })
	void oneWhoseSessionIsGoneIsNoFailureOfTheTrail(String policy, CapturedOutput output) {
		runner("audit.failure-policy=" + policy).run((context) -> {
			Throwable failure = failureOf(context, () -> {
				endSession(context);
				record(context, "no.1");
			});
			assertThat(failure).isNotNull();
			assertThat(this.log.await(1).get(0)).containsEntry("outcome", "failure");
			assertThatTheTrailIsNotBlamed(context, output);
		});
	}

	private void endSession(ApplicationContext context) {
		Integer session = new JdbcTemplate(context.getBean(DataSource.class)).queryForObject("select pg_backend_pid()",
				Integer.class);
		this.log.jdbc().queryForObject("select pg_terminate_backend(?, 10000)", Boolean.class, session);
	}

	@Test
	void oneThatIsDistributedGoesOnWithoutItsEntry() {
		runner("audit.failure-policy=log", "audit.sync.timeout=300ms").run((context) -> {
			EntryDelivery delivery = context.getBean(EntryDelivery.class);
			XAConnection distributed = distributed().getXAConnection();
			try (Connection other = this.database.getConnection();
					Connection connection = distributed.getConnection();
					Statement statement = connection.createStatement()) {
				distributed.getXAResource().start(new SampleXid(), XAResource.TMNOFLAGS);
				statement.execute("insert into business values (1)");
				other.setAutoCommit(false);
				other.createStatement().execute("lock table audit.audit_outbox");
				assertThat(delivery.stage(connection, List.of(Entries.entry("no.1")))).isNull();
				assertThat(statement.executeUpdate("insert into business values (2)")).isOne();
				other.rollback();
				assertThat(delivery.stage(connection, List.of(Entries.entry("no.2")))).isNotNull();
			}
			finally {
				distributed.close();
			}
		});
	}

	private PGXADataSource distributed() throws SQLException {
		try (Connection connection = this.database.getConnection()) {
			PGXADataSource distributed = new PGXADataSource();
			distributed.setUrl(connection.getMetaData().getURL());
			distributed.setUser(connection.getMetaData().getUserName());
			return distributed;
		}
	}

	private static final class SampleXid implements Xid {

		@Override
		public int getFormatId() {
			return 1;
		}

		@Override
		public byte[] getGlobalTransactionId() {
			return new byte[] { 1 };
		}

		@Override
		public byte[] getBranchQualifier() {
			return new byte[] { 1 };
		}

	}

}
