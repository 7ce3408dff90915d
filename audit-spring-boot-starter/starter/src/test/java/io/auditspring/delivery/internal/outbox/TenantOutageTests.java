package io.auditspring.delivery.internal.outbox;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.FaultyDataSource.Cut;
import io.auditspring.delivery.Tenants;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * A database for each tenant, of which some are away, die at the worst moment, or are
 * unknown: what committed arrives once, and no tenant waits for another one.
 */
@ExtendWith(OutputCaptureExtension.class)
class TenantOutageTests {

	private final DataSource head = TestDatabase.migrated();

	private final DataSource north = TestDatabase.newDatabase();

	private final DataSource south = TestDatabase.newDatabase();

	private final FaultyDataSource faultyNorth = new FaultyDataSource(this.north);

	private final FaultyDataSource faultySouth = new FaultyDataSource(this.south);

	private final AuditLog log = new AuditLog(this.head);

	private final Map<DataSource, HikariDataSource> pools = new LinkedHashMap<>();

	@TempDir
	Path directory;

	private Tenants tenants;

	@AfterEach
	void closePools() {
		this.pools.values().forEach(HikariDataSource::close);
	}

	private DataSource pool(DataSource database) {
		return this.pools.computeIfAbsent(database, (key) -> {
			HikariConfig config = new HikariConfig();
			config.setDataSource(key);
			config.setMaximumPoolSize(4);
			config.setMinimumIdle(0);
			if (key instanceof FaultyDataSource) {
				// Nobody shall wait long for one that goes down.
				config.setConnectionTimeout(2_000);
			}
			config.setInitializationFailTimeout(-1);
			return new HikariDataSource(config);
		});
	}

	private ApplicationContextRunner runner(String... properties) {
		return runner(Map.of("north", pool(this.faultyNorth), "south", pool(this.faultySouth)), pool(this.head),
				properties);
	}

	/** With databases that do not go down, and time to connect to them. */
	private ApplicationContextRunner steady(String... properties) {
		return runner(Map.of("north", pool(this.north), "south", pool(this.south)), pool(this.head), properties);
	}

	private ApplicationContextRunner runner(Map<String, DataSource> targets, @Nullable DataSource byDefault,
			String... properties) {
		this.tenants = new Tenants(targets, byDefault);
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.spool.directory=" + this.directory.resolve("spool"))
			.withPropertyValues(properties)
			.withBean("tenants", DataSource.class, () -> this.tenants)
			.withBean(DataSourceTransactionManager.class, () -> new DataSourceTransactionManager(this.tenants));
	}

	/** Records within a transaction of a tenant. */
	private void record(ApplicationContext context, String tenant, String action) throws Exception {
		this.tenants.as(tenant, () -> {
			new TransactionTemplate(context.getBean(DataSourceTransactionManager.class)).executeWithoutResult(
					(status) -> context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build()));
			return null;
		});
	}

	private void assertComplete(ApplicationContext context, String... actions) {
		assertThat(this.log.await(actions.length)).extracting("action").containsExactlyInAnyOrder((Object[]) actions);
		for (DataSource database : List.of(this.north, this.south)) {
			Awaitility.await().until(() -> new AuditLog(database).staged() == 0);
		}
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void whateverDiesBetweenTheTwoCommitsEntriesArriveOnce(Cut cut) {
		runner().run((context) -> {
			context.getBean(Relays.class).stop();
			record(context, "north", "no.1");
			record(context, "north", "no.2");
			// The ledger's commit comes first, so this is the one in between.
			this.faultyNorth.cutNextCommit("audit-relay-north", cut);
			context.getBean(Relays.class).start();
			Awaitility.await().until(() -> this.faultyNorth.hasCut("audit-relay-north"));
			assertThat(this.log.count()).isEqualTo(2);
			this.faultyNorth.comeBack();
			assertComplete(context, "no.1", "no.2");
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void whateverDiesBetweenTheTwoCommitsEntriesArriveOnceWhateverIsCut(Cut cut) {
		whateverDiesBetweenTheTwoCommitsEntriesArriveOnce(cut);
	}

	@Test
	void aTenantWhoseDatabaseIsAwayStopsNoOther() {
		runner("audit.failure-policy=log").run((context) -> {
			context.getBean(Relays.class).stop();
			record(context, "north", "no.1");
			this.faultyNorth.goDown();
			context.getBean(Relays.class).start();
			Awaitility.await().until(() -> this.faultyNorth.refused() > 0);
			record(context, "south", "no.2");
			assertThat(this.log.await(1)).extracting("action").containsExactly("no.2");
			// What is no part of a transaction does not need the tenant's database.
			this.tenants.as("north", () -> {
				context.getBean(AuditRecorder.class).record(AuditRecord.action("no.3").build());
				return null;
			});
			assertThat(this.log.await(2)).extracting("action").containsExactly("no.2", "no.3");
			Awaitility.await().untilAsserted(() -> {
				List<WorkerStatus> workers = context.getBean(Relays.class).statuses();
				assertThat(workers).filteredOn((worker) -> worker.failingSince() != null)
					.extracting(WorkerStatus::name)
					.containsExactly("audit-relay-north");
			});
			this.faultyNorth.comeBack();
			assertComplete(context, "no.1", "no.2", "no.3");
		});
	}

	@ParameterizedTest
	@EnumSource(value = Cut.class, names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER" })
	void theDatabaseOfTheTenantIsAskedWhatBecameOfATransaction(Cut cut) {
		runner().run((context) -> {
			context.getBean(Relays.class).stop();
			// So that the other database knows a row with the number that is asked for.
			record(context, "south", "no.1");
			this.faultyNorth.cutNextCommit(FaultyDataSource.CALLER, cut);
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> record(context, "north", "no.2"));
			context.getBean(Relays.class).start();
			assertComplete(context, "no.1", "no.2");
			assertThat(this.log.jdbc()
				.queryForObject("select outcome from audit.audit_log where action = 'no.2'", String.class))
				.isEqualTo((cut == Cut.BEFORE_THE_ANSWER) ? "success" : "failure");
		});
	}

	@Test
	void aDoubtThatOutlivesTheApplicationIsSettledByTheSameDatabase() {
		runner().run((context) -> {
			context.getBean(Relays.class).stop();
			record(context, "south", "no.1");
			this.faultyNorth.cutNextCommit(FaultyDataSource.CALLER, Cut.BEFORE_THE_COMMIT_FOR_GOOD);
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> record(context, "north", "no.2"));
		});
		assertThat(this.directory.resolve("spool")).isNotEmptyDirectory();
		this.faultyNorth.comeBack();
		runner().run((context) -> assertComplete(context, "no.1", "no.2"));
	}

	/**
	 * What is in one file with an open question is written once, and nobody waits for the
	 * answer.
	 */
	@Test
	void anOpenQuestionHoldsUpNothingElse() {
		runner().run((context) -> {
			this.log.jdbc().execute("alter table audit.audit_log add constraint no check (action <> 'no.refused')");
			context.getBean(Relays.class).stop();
			this.faultyNorth.cutNextCommit(FaultyDataSource.CALLER, Cut.BEFORE_THE_COMMIT_FOR_GOOD);
			assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> record(context, "north", "no.1"));
			context.getBean(AsyncBuffer.class).stop();
			context.getBean(AsyncBuffer.class)
				.keep(List.of(Entries.entry("no.2"), Entries.entry("no.refused"), Entries.entry("no.3")));
		});
		runner("audit.delivery=async").run((context) -> {
			assertThat(this.log.await(2)).extracting("action").containsExactlyInAnyOrder("no.2", "no.3");
			int asked = this.faultyNorth.refused();
			Awaitility.await().until(() -> this.faultyNorth.refused() > asked + 2);
			context.getBean(AuditRecorder.class).record(AuditRecord.action("no.4").build());
			this.log.await(3);
			Awaitility.await().untilAsserted(() -> {
				assertThat(context.getBean(AsyncBuffer.class).status().failingSince()).isNull();
				assertThat(context.getBean(AsyncBuffer.class).openSince()).isNotNull();
			});
			assertThat(this.log.jdbc().queryForObject("select count(*) from audit.audit_quarantine", Long.class))
				.isOne();
			this.faultyNorth.comeBack();
			assertComplete(context, "no.1", "no.2", "no.3", "no.4");
			Awaitility.await().until(() -> context.getBean(AsyncBuffer.class).openSince() == null);
		});
	}

	@Test
	void whatWaitsInAllDatabasesIsCounted() {
		steady().run((context) -> {
			context.getBean(Relays.class).stop();
			context.getBean(Relay.class).stop();
			record(context, "north", "no.1");
			record(context, "south", "no.2");
			record(context, "south", "no.3");
			Backlog backlog = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1));
			for (DataSource database : List.of(this.north, this.south)) {
				Backlog part = new Backlog(new Schema("audit"), "main", Duration.ofMinutes(1));
				backlog.include(part);
				try (Connection connection = database.getConnection()) {
					part.refresh(connection);
				}
			}
			assertThat(backlog.last().rows()).isEqualTo(3);
			assertThat(backlog.last().oldest()).isEqualTo(new JdbcTemplate(this.north)
				.queryForObject("select created_at from audit.audit_outbox", Timestamp.class)
				.toInstant());
		});
	}

	@Test
	void aDatabaseThatCannotBeReachedAtTheStartIsUsedWhenItCan() {
		this.faultyNorth.goDown();
		runner().run((context) -> {
			assertThat(context).hasNotFailed();
			record(context, "south", "no.1");
			this.log.await(1);
			this.faultyNorth.comeBack();
			Awaitility.await()
				.untilAsserted(() -> assertThatNoException().isThrownBy(() -> record(context, "north", "no.2")));
			Awaitility.await().until(() -> new AuditLog(this.north).staged() == 0);
			// What was tried before that was rolled back.
			assertThat(this.log.jdbc()
				.queryForList("select action from audit.audit_log where outcome = 'success'", String.class))
				.containsExactlyInAnyOrder("no.1", "no.2");
		});
	}

	@Test
	void theLedgersDatabaseMustBeReachedAtTheStart() {
		FaultyDataSource faultyHead = new FaultyDataSource(this.head);
		faultyHead.goDown();
		runner(Map.of("north", pool(this.north), "south", pool(this.south)), pool(faultyHead))
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("connection refused"));
	}

	@Test
	void severalWaysToOneDatabaseAreOneOutbox() {
		DataSource another = pool(new DelegatingDataSource(this.north));
		runner(Map.of("north", pool(this.north), "northern", another, "south", pool(this.south)), pool(this.head))
			.run((context) -> {
				assertThat(context.getBean(Relays.class).statuses()).extracting(WorkerStatus::name)
					.containsExactlyInAnyOrder("audit-relay", "audit-relay-north", "audit-relay-south");
				record(context, "northern", "no.1");
				record(context, "north", "no.2");
				assertComplete(context, "no.1", "no.2");
			});
	}

	@Test
	void severalDatabasesWithoutADefaultAreRefusedAtTheStart() {
		runner(Map.of("north", pool(this.north), "south", pool(this.south)), null)
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOfSatisfying(AuditSetupException.class, (failure) -> {
					assertThat(failure).hasMessageContaining("several databases, [north, south]");
					assertThat(failure.getRemedy()).contains("@AuditDataSource", "setDefaultTargetDataSource");
				}));
	}

	@Test
	void theOneTenantWhoseDatabaseIsThereDoesNotGetTheLedgerByThat() {
		this.faultyNorth.goDown();
		runner(Map.of("north", pool(this.faultyNorth), "south", pool(this.south)), null)
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(AuditSetupException.class));
		assertThat(
				new JdbcTemplate(this.south).queryForObject("select to_regnamespace('audit') is null", Boolean.class))
			.isTrue();
	}

	@Test
	void theLedgerMayHaveADatabaseThatIsNoTarget() {
		runner(Map.of("north", pool(this.north), "south", pool(this.south)), null)
			.withBean("ledger", DataSource.class, () -> pool(this.head), (definition) -> {
				AbstractBeanDefinition ledger = (AbstractBeanDefinition) definition;
				ledger.setDefaultCandidate(false);
				ledger.addQualifier(new AutowireCandidateQualifier(AuditDataSource.class));
			})
			.run((context) -> {
				record(context, "north", "no.1");
				record(context, "south", "no.2");
				// Of nobody, and in no transaction.
				context.getBean(AuditRecorder.class).record(AuditRecord.action("no.3").build());
				assertComplete(context, "no.1", "no.2", "no.3");
			});
	}

	@Test
	void theLedgerMayBeInTheDatabaseOfATenant() {
		runner(Map.of("north", pool(this.north), "south", pool(this.south), "head", pool(this.head)), null)
			.withBean("ledger", DataSource.class, () -> pool(new DelegatingDataSource(this.head)), (definition) -> {
				AbstractBeanDefinition ledger = (AbstractBeanDefinition) definition;
				ledger.setDefaultCandidate(false);
				ledger.addQualifier(new AutowireCandidateQualifier(AuditDataSource.class));
			})
			.run((context) -> {
				record(context, "north", "no.1");
				record(context, "head", "no.2");
				assertComplete(context, "no.1", "no.2");
			});
	}

	@Test
	void theFirstWriteToATenantThatIsAddedLaterSaysWhatToDo() {
		DataSource west = TestDatabase.newDatabase();
		steady().run((context) -> {
			this.tenants.setTargetDataSources(Map.of("north", pool(this.north), "west", pool(west)));
			this.tenants.afterPropertiesSet();
			assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(() -> record(context, "west", "no.1"))
				.havingCause()
				.withMessageContaining("has no audit outbox")
				.withMessageContaining("List it among the targets");
		});
	}

	@Test
	void nothingIsStagedWhereNobodyWouldFetchIt() {
		DataSource west = TestDatabase.newDatabase();
		// It got its outbox from another application.
		runner(Map.of("west", pool(west)), pool(this.head)).run((context) -> assertThat(context).hasNotFailed());
		steady().run((context) -> {
			this.tenants.setTargetDataSources(Map.of("north", pool(this.north), "west", pool(west)));
			this.tenants.afterPropertiesSet();
			assertThatExceptionOfType(AuditDeliveryException.class).isThrownBy(() -> record(context, "west", "no.1"))
				.havingCause()
				.withMessageContaining("was not found when the application started")
				.withMessageContaining("List it among the targets");
			assertThat(new AuditLog(west).staged()).isZero();
		});
	}

	@Test
	void aStopDoesNotWaitForOneDatabaseThatIsAwayAfterTheOther() {
		CountDownLatch released = new CountDownLatch(1);
		Map<String, Blocked> away = new LinkedHashMap<>();
		for (int i = 1; i <= 4; i++) {
			away.put("tenant" + i, new Blocked(TestDatabase.newDatabase(), released));
		}
		runner(Map.copyOf(away), pool(this.head), "audit.relay.poll-interval=50ms").run((context) -> {
			away.values().forEach((database) -> database.away = true);
			Awaitility.await().until(() -> away.values().stream().allMatch((database) -> database.attempts.get() > 1));
			long begun = System.nanoTime();
			context.getBean(Relays.class).stop();
			// One after the other they take 12.
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(11));
			released.countDown();
		});
	}

	@Test
	void databasesThatAreAwayAreAskedAtTheSameTime() {
		CountDownLatch all = new CountDownLatch(4);
		this.faultyNorth.goDown();
		Map<String, DataSource> away = new LinkedHashMap<>();
		away.put("north", pool(this.faultyNorth));
		for (int i = 1; i <= 4; i++) {
			away.put("tenant" + i, new DelegatingDataSource(this.north) {

				@Override
				public Connection getConnection() throws SQLException {
					all.countDown();
					try {
						assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					throw new SQLException("connection refused", "08001");
				}

			});
		}
		runner(away, pool(this.head)).run((context) -> assertThat(all.getCount()).isZero());
	}

	@Test
	void aDatabaseThatSaysNothingKeepsNoOtherFromBeingFound() {
		CountDownLatch released = new CountDownLatch(1);
		Map<String, DataSource> targets = new LinkedHashMap<>();
		List<Blocked> silent = new ArrayList<>();
		for (int i = 1; i <= 5; i++) {
			silent.add(new Blocked(TestDatabase.newDatabase(), released));
			targets.put("silent" + i, silent.get(i - 1));
		}
		silent.forEach((database) -> database.away = true);
		this.faultyNorth.goDown();
		targets.put("north", pool(this.faultyNorth));
		runner(targets, pool(this.head), "audit.relay.poll-interval=50ms").run((context) -> {
			List<String> workers = new CopyOnWriteArrayList<>();
			context.getBean(Relays.class).watch((worker) -> workers.add(worker.name()));
			assertThat(workers).containsExactly("audit-relay");
			Awaitility.await().until(() -> silent.stream().allMatch((database) -> database.attempts.get() > 1));
			this.faultyNorth.comeBack();
			Awaitility.await().until(() -> workers.contains("audit-relay-north"));
			record(context, "north", "no.1");
			this.log.await(1);
			released.countDown();
		});
	}

	/** Refuses once, and then says nothing more. */
	private static final class Blocked extends DelegatingDataSource {

		private final AtomicInteger attempts = new AtomicInteger();

		private final CountDownLatch released;

		private volatile boolean away;

		private Blocked(DataSource database, CountDownLatch released) {
			super(database);
			this.released = released;
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (!this.away) {
				return super.getConnection();
			}
			if (this.attempts.incrementAndGet() > 1) {
				try {
					this.released.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			throw new SQLException("connection refused", "08001");
		}

	}

	@Test
	void aDatabaseThatNobodyKnewOfFillsNoLogWhileOthersWork(CapturedOutput output) {
		DataSource west = TestDatabase.newDatabase();
		steady("audit.failure-policy=log").run((context) -> {
			this.tenants.setTargetDataSources(Map.of("north", pool(this.north), "west", pool(west)));
			this.tenants.afterPropertiesSet();
			for (int i = 0; i < 10; i++) {
				record(context, "west", "no.west");
				record(context, "north", "no.north");
			}
			this.log.await(20);
		});
		assertThat(output.getAll().split("could not be stored where they belong", -1)).hasSize(2);
		assertThat(output).doesNotContain("It works again");
	}

}
