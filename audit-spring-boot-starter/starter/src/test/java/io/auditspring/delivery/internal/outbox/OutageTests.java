package io.auditspring.delivery.internal.outbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The database is away, only reads, is locked or broken: it is ridden out.
 */
class OutageTests {

	private final DataSource database = TestDatabase.migrated();

	private final FaultyDataSource faulty = new FaultyDataSource(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.faulty, this.directory.resolve("spool"), properties);
	}

	private void assertComplete(ApplicationContext context, int entries) {
		assertThat(this.log.await(entries)).extracting("action")
			.containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, entries).mapToObj((i) -> "no." + i).toList());
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isZero();
	}

	@Test
	void aBusyApplicationDoesNotHammerADatabaseThatIsDown() {
		runner("audit.delivery=async").run((context) -> {
			this.faulty.goDown();
			AsyncBuffer buffer = context.getBean(AsyncBuffer.class);
			Awaitility.await().until(() -> {
				record(context, 1, 1);
				return buffer.status().failingSince() != null;
			});
			int waiting = buffer.size();
			for (int i = 0; i < 2_000; i++) {
				context.getBean(Relay.class).wake();
				record(context, 2, 2);
			}
			assertThat(buffer.size()).isEqualTo(waiting + 2_000);
			// Hikari itself tries to fill the pool meanwhile.
			assertThat(this.faulty.refused()).isLessThan(200);
			this.faulty.comeBack();
			this.log.await(waiting + 2_000);
			// The last commit is not the end of its work.
			Awaitility.await().untilAsserted(() -> assertThat(buffer.status().failingSince()).isNull());
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "async", "sync" })
	void whatIsRecordedWhileItIsDownIsWrittenWhenItIsBack(String mode) {
		runner("audit.delivery=" + mode, "audit.failure-policy=log").run((context) -> {
			record(context, 1, 2);
			this.faulty.goDown();
			record(context, 3, 5);
			this.faulty.comeBack();
			assertComplete(context, 5);
		});
	}

	@Test
	void aCallerWhoIsToldHasItsEntryAllTheSame() {
		runner().run((context) -> {
			this.faulty.goDown();
			assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(() -> record(context, 1, 1));
			this.faulty.comeBack();
			assertComplete(context, 1);
		});
	}

	@Test
	void connectionsToAServerThatOnlyReadsAreLeft() {
		runner("audit.delivery=async").withPropertyValues("audit.relay.poll-interval=50ms").run((context) -> {
			HikariDataSource pool = context.getBean(HikariDataSource.class);
			context.getBean(Relay.class).stop();
			try (Connection demoted = pool.getConnection(); Statement statement = demoted.createStatement()) {
				// All others: none but this one is left in the pool.
				pool.getHikariConfigMXBean().setMaximumPoolSize(1);
				pool.getHikariConfigMXBean().setMinimumIdle(1);
				pool.getHikariPoolMXBean().softEvictConnections();
				statement.execute("set session characteristics as transaction read only");
			}
			record(context, 1, 3);
			assertComplete(context, 3);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					alter table audit.audit_log rename to away        | alter table audit.away rename to audit_log
					alter function audit.audit_make_partition rename to away | alter function audit.away rename to audit_make_partition
					alter database current set default_transaction_read_only = on | alter database current reset default_transaction_read_only
					""")
	void aDatabaseThatIsBrokenIsNoFaultOfTheEntries(String breaking, String mending) {
		for (String mode : List.of("transactional", "async")) {
			FaultyDataSource own = new FaultyDataSource(TestDatabase.migrated());
			AuditLog ownLog = new AuditLog(own);
			String name = ownLog.jdbc().queryForObject("select current_database()", String.class);
			Recorders.runner(own, this.directory.resolve(mode), "audit.delivery=" + mode, "audit.failure-policy=log")
				.run((context) -> {
					HikariPoolMXBean pool = filledPool(context);
					ownLog.jdbc().execute(breaking.replace("current", name));
					pool.softEvictConnections();
					record(context, 1, 3);
					Awaitility.await()
						.until(() -> context.getBean(Relay.class).status().failingSince() != null
								|| context.getBean(AsyncBuffer.class).status().failingSince() != null);
					ownLog.jdbc().execute((Statement statement) -> {
						statement.execute("set default_transaction_read_only = off");
						return statement.execute(mending.replace("current", name));
					});
					pool.softEvictConnections();
					assertThat(ownLog.await(3)).hasSize(3);
					assertThat(ownLog.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class))
						.isZero();
				});
		}
	}

	@Test
	void nobodyButSynchronousCallersWaitsForALockedLedger() throws SQLException {
		try (Connection other = this.database.getConnection(); Statement statement = other.createStatement()) {
			runner().run((context) -> {
				other.setAutoCommit(false);
				statement.execute("lock table audit.audit_chain, audit.audit_log in access exclusive mode");
				record(context, 1, 3);
				inTransaction(context, () -> record(context, 4, 4));
				assertThat(this.log.staged()).isEqualTo(4);
				other.rollback();
				assertComplete(context, 4);
			});
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSynchronousCallerDoesNotWaitForEverAndItsEntryIsSafe(boolean inTransaction) throws SQLException {
		try (Connection other = this.database.getConnection(); Statement statement = other.createStatement()) {
			runner("audit.delivery=sync", "audit.sync.timeout=3s").run((context) -> {
				context.getBean(Relay.class).stop();
				// Even of that a busy machine may need a part.
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("no.1").delivery(Delivery.ASYNC).build());
				this.log.await(1);
				other.setAutoCommit(false);
				statement.execute("select * from audit.audit_chain for update");
				Runnable record = () -> record(context, 2, 2);
				Runnable call = inTransaction ? () -> inTransaction(context, record) : record;
				assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(call::run);
				assertThat(this.log.staged()).isOne();
				other.rollback();
				context.getBean(Relay.class).start();
				assertComplete(context, 2);
			});
		}
	}

	@Test
	void aTransactionThatMayGoOnWithoutItsEntryLeavesItAllTheSame() {
		new JdbcTemplate(this.database).execute("create table business (a int)");
		runner("audit.failure-policy=log").run((context) -> {
			this.log.jdbc()
				.execute("alter table audit.audit_outbox add constraint no check (entries not like '%no.1%')");
			inTransaction(context, () -> {
				new JdbcTemplate(context.getBean(DataSource.class)).update("insert into business values (1)");
				record(context, 1, 1);
			});
			assertThat(this.log.jdbc().queryForObject("select count(*) from business", Long.class)).isOne();
			assertComplete(context, 1);
		});
	}

	@Test
	void aCallThatFailsBecauseItsEntryIsRefusedLeavesItsFailureAllTheSame() {
		new JdbcTemplate(this.database).execute("create table business (a int)");
		runner().run((context) -> {
			this.log.jdbc()
				.execute("alter table audit.audit_outbox add constraint no check (entries not like '%no.1%')");
			assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(() -> inTransaction(context, () -> {
				new JdbcTemplate(context.getBean(DataSource.class)).update("insert into business values (1)");
				record(context, 1, 1);
			}));
			assertThat(this.log.jdbc().queryForObject("select count(*) from business", Long.class)).isZero();
			assertThat(this.log.await(1).get(0)).containsEntry("outcome", "failure");
		});
	}

	/**
	 * A pool that opens no more connections: one that is being opened escapes an
	 * eviction.
	 */
	private static HikariPoolMXBean filledPool(ApplicationContext context) {
		HikariDataSource pool = context.getBean(HikariDataSource.class);
		Awaitility.await().until(() -> pool.getHikariPoolMXBean().getTotalConnections() == pool.getMaximumPoolSize());
		return pool.getHikariPoolMXBean();
	}

	private static void inTransaction(ApplicationContext context, Runnable call) {
		new TransactionTemplate(new JdbcTransactionManager(context.getBean(DataSource.class)))
			.executeWithoutResult((status) -> call.run());
	}

	@Test
	void itsOwnLimitsStandInForThoseOfTheHost() {
		String name = this.log.jdbc().queryForObject("select current_database()", String.class);
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 3);
			HikariPoolMXBean pool = filledPool(context);
			this.log.jdbc().execute("alter database %s set statement_timeout = '1ms'".formatted(name));
			pool.softEvictConnections();
			context.getBean(Relay.class).start();
			Awaitility.await().ignoreExceptions().until(() -> {
				try (Connection connection = this.database.getConnection();
						Statement statement = connection.createStatement()) {
					statement.execute("set statement_timeout = 0");
					return statement.executeQuery("select from audit.audit_log offset 2").next();
				}
			});
		});
	}

	@Test
	void itsThreadsOutliveInterrupts() {
		runner("audit.delivery=async").run((context) -> {
			Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> List.of("audit-buffer", "audit-relay").contains(thread.getName()))
				.forEach(Thread::interrupt);
			record(context, 1, 3);
			assertComplete(context, 3);
		});
	}

}
