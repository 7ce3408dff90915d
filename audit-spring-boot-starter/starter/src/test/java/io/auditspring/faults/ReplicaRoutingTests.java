package io.auditspring.faults;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.internal.outbox.Relays;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.signing.LedgerVerifier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A data source that routes between a primary and its replica leads to one database, and
 * nobody needs the replica but the application.
 */
@Tag("thorough")
@ExtendWith(OutputCaptureExtension.class)
class ReplicaRoutingTests {

	private static PostgresServer primary;

	private static PostgresServer replica;

	/** What an application may set around its calls. */
	private static final ThreadLocal<Boolean> reads = ThreadLocal.withInitial(() -> false);

	private final List<HikariDataSource> pools = new ArrayList<>();

	@TempDir
	Path directory;

	@BeforeAll
	static void startServers() {
		primary = PostgresServer.create();
		replica = primary.replica();
	}

	@AfterAll
	static void stopServers() {
		replica.close();
		primary.close();
	}

	@AfterEach
	void closePools() {
		this.pools.forEach(HikariDataSource::close);
		new JdbcTemplate(primary.dataSource()).execute("drop schema if exists audit cascade");
	}

	private HikariDataSource pool(String url) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setUsername("postgres");
		config.setMinimumIdle(0);
		if (!url.equals(primary.url())) {
			// Nobody shall wait long for one that is away.
			config.setConnectionTimeout(1000);
		}
		config.setInitializationFailTimeout(-1);
		HikariDataSource pool = new HikariDataSource(config);
		this.pools.add(pool);
		return pool;
	}

	private ApplicationContextRunner runner(String replicaUrl) {
		return runner(router(replicaUrl, pool(primary.url())));
	}

	private ApplicationContextRunner runner(DataSource router) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("spring.application.name=shop",
					"audit.spool.directory=" + this.directory.resolve("spool"))
			.withBean("router", DataSource.class, () -> router)
			.withBean(DataSourceTransactionManager.class, () -> new DataSourceTransactionManager(router));
	}

	private DataSource router(String replicaUrl, @Nullable DataSource byDefault) {
		AbstractRoutingDataSource router = new AbstractRoutingDataSource() {

			@Override
			protected Object determineCurrentLookupKey() {
				return TransactionSynchronizationManager.isCurrentTransactionReadOnly() ? "reading" : "writing";
			}

		};
		router.setTargetDataSources(Map.of("writing", pool(primary.url()), "reading", pool(replicaUrl)));
		if (byDefault != null) {
			router.setDefaultTargetDataSource(byDefault);
		}
		router.afterPropertiesSet();
		// Without it the connection is chosen before it is known what it is for.
		return new LazyConnectionDataSourceProxy(router);
	}

	@ParameterizedTest
	@MethodSource("readOnlyTransactions")
	void theEntryOfAReadOnlyTransactionIsKeptOnThePrimary(Routing routing, Delivery mode, CapturedOutput output) {
		HikariDataSource reading = pool(replica.url());
		reading.getHikariConfigMXBean().setMaximumPoolSize(1);
		DataSource router = routing.over.apply(pool(primary.url()), reading);
		runner(router).run((context) -> {
			int session = session(reading);
			TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(router));
			transaction.setReadOnly(true);
			routing.toReplica(() -> transaction.executeWithoutResult((status) -> {
				assertThat(isReplica(router)).isEqualTo(routing.readsFromReplica);
				context.getBean(AuditRecorder.class).record(AuditRecord.action("read").delivery(mode).build());
			}));
			AuditLog log = new AuditLog(primary.dataSource());
			if (mode == Delivery.SYNC) {
				assertThat(log.count()).isEqualTo(1);
			}
			if (mode == Delivery.TRANSACTIONAL) {
				assertThat(log.jdbc().queryForObject("""
						select (select count(*) from audit.audit_log) + (select count(*) from audit.audit_outbox)
						""", Long.class)).isEqualTo(1);
			}
			log.await(1);
			assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
			assertThat(session(reading)).isEqualTo(session);
		});
		assertThat(output).doesNotContain(" WARN ", " ERROR ", "\tat ");
	}

	static Stream<Arguments> readOnlyTransactions() {
		return Stream.of(Routing.values())
			.flatMap((routing) -> Stream.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC)
				.map((mode) -> Arguments.of(routing, mode)));
	}

	private static int session(DataSource pool) {
		return new JdbcTemplate(pool).queryForObject("select pg_backend_pid()", Integer.class);
	}

	private static boolean isReplica(DataSource dataSource) {
		return new JdbcTemplate(dataSource).queryForObject("select pg_is_in_recovery()", Boolean.class);
	}

	@Test
	void whatAStrangeRouterLeadsToTheReplicaIsToldToTheCallerAndKept() {
		HikariDataSource reading = pool(replica.url());
		HikariDataSource writing = pool(primary.url());
		// None of Spring's: nobody knows its targets.
		DataSource router = new AbstractDataSource() {

			@Override
			public Connection getConnection() throws SQLException {
				return (reads.get() ? reading : writing).getConnection();
			}

			@Override
			public Connection getConnection(String user, String password) throws SQLException {
				return getConnection();
			}

		};
		runner(router).run((context) -> {
			reads.set(true);
			try {
				assertThatExceptionOfType(AuditDeliveryException.class)
					.isThrownBy(() -> context.getBean(AuditRecorder.class)
						.record(AuditRecord.action("read").delivery(Delivery.SYNC).build()));
			}
			finally {
				reads.remove();
			}
			assertComplete(context, "read");
		});
	}

	private static void record(ApplicationContext context, String action) {
		new TransactionTemplate(context.getBean(DataSourceTransactionManager.class)).executeWithoutResult(
				(status) -> context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build()));
	}

	private static boolean readsFromReplica(ApplicationContext context) {
		TransactionTemplate reading = new TransactionTemplate(context.getBean(DataSourceTransactionManager.class));
		reading.setReadOnly(true);
		return Boolean.TRUE.equals(reading.execute((status) -> new JdbcTemplate(context.getBean(DataSource.class))
			.queryForObject("select pg_is_in_recovery()", Boolean.class)));
	}

	private static void assertComplete(ApplicationContext context, String... actions) {
		assertThat(new AuditLog(primary.dataSource()).await(actions.length)).extracting("action")
			.containsExactly((Object[]) actions);
		assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		assertThat(context.getBean(Relays.class).statuses()).extracting(WorkerStatus::name)
			.containsExactly("audit-relay");
	}

	@Test
	void aReplicaIsNoDatabaseOfItsOwn() {
		runner(replica.url()).run((context) -> {
			assertThat(readsFromReplica(context)).isTrue();
			record(context, "no.1");
			context.getBean(AuditRecorder.class).record(AuditRecord.action("no.2").build());
			assertComplete(context, "no.1", "no.2");
		});
	}

	@Test
	void aReplicaThatIsAwayDoesNotKeepTheApplicationFromStarting() {
		runner(PostgresServer.url(PostgresServer.freePort())).run((context) -> {
			assertThat(context).hasNotFailed();
			record(context, "no.1");
			context.getBean(AuditRecorder.class).record(AuditRecord.action("no.2").build());
			assertComplete(context, "no.1", "no.2");
		});
	}

	@Test
	void withoutADefaultTheLedgerIsFoundWhereItIs() {
		String nowhere = PostgresServer.url(PostgresServer.freePort());
		runner(router(replica.url(), null)).run((context) -> {
			record(context, "no.1");
			assertComplete(context, "no.1");
		});
		runner(router(nowhere, null)).run((context) -> {
			record(context, "no.2");
			assertComplete(context, "no.1", "no.2");
		});
		runner(router(nowhere, pool(replica.url()))).run((context) -> {
			record(context, "no.3");
			assertComplete(context, "no.1", "no.2", "no.3");
		});
	}

	@Test
	void aReplicaThatComesLaterIsStillNone() {
		replica.kill();
		runner(replica.url()).run((context) -> {
			record(context, "no.1");
			replica.start();
			Awaitility.await().ignoreExceptions().until(() -> readsFromReplica(context));
			record(context, "no.2");
			assertComplete(context, "no.1", "no.2");
		});
	}

	/** How a read-only transaction gets to the replica. */
	enum Routing {

		/** Chosen when the first statement comes. */
		LAZY(true,
				(primary, replica) -> new LazyConnectionDataSourceProxy(
						router(primary, replica, TransactionSynchronizationManager::isCurrentTransactionReadOnly))),

		/** Chosen before it is known what the connection is for. */
		AT_ONCE(false,
				(primary, replica) -> router(primary, replica,
						TransactionSynchronizationManager::isCurrentTransactionReadOnly)),

		/** What Spring brings for it. */
		READ_ONLY_DATA_SOURCE(true, (primary, replica) -> {
			LazyConnectionDataSourceProxy proxy = new LazyConnectionDataSourceProxy(primary);
			proxy.setReadOnlyDataSource(replica);
			return proxy;
		}),

		/** By something that the application sets around the call. */
		BY_A_THREAD_LOCAL(true, (primary, replica) -> router(primary, replica, reads::get)),

		/** The same, chosen late. */
		LAZY_BY_A_THREAD_LOCAL(true,
				(primary, replica) -> new LazyConnectionDataSourceProxy(router(primary, replica, reads::get)));

		private final boolean readsFromReplica;

		private final BinaryOperator<DataSource> over;

		Routing(boolean readsFromReplica, BinaryOperator<DataSource> over) {
			this.readsFromReplica = readsFromReplica;
			this.over = over;
		}

		void toReplica(Runnable work) {
			reads.set(true);
			try {
				work.run();
			}
			finally {
				reads.remove();
			}
		}

		private static DataSource router(DataSource primary, DataSource replica, BooleanSupplier reads) {
			AbstractRoutingDataSource router = new AbstractRoutingDataSource() {

				@Override
				protected Object determineCurrentLookupKey() {
					return reads.getAsBoolean() ? "reading" : "writing";
				}

			};
			router.setTargetDataSources(Map.of("writing", primary, "reading", replica));
			router.setDefaultTargetDataSource(primary);
			router.afterPropertiesSet();
			return router;
		}

	}

}
