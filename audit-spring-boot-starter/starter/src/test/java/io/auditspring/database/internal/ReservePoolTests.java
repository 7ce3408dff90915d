package io.auditspring.database.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application holds its whole pool, and the trail comes through.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReservePoolTests {

	private static final int POOL = 2;

	private final DataSource database = TestDatabase.migrated();

	private final Server server = new Server(this.database);

	private final AuditLog log = new AuditLog(this.database);

	private final HikariDataSource pool = new HikariDataSource();

	@TempDir
	Path directory;

	@BeforeEach
	void preparePool() {
		this.pool.setDataSource(this.server);
		this.pool.setUsername("postgres");
		this.pool.setPassword("first");
		this.pool.setMaximumPoolSize(POOL);
		this.pool.setConnectionTimeout(20_000);
	}

	@AfterEach
	void closePool() {
		this.pool.close();
	}

	private ApplicationContextRunner runner(DataSource dataSource) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("spring.application.name=shop",
					"audit.spool.directory=" + this.directory.resolve("spool"), "audit.relay.poll-interval=50ms",
					"audit.sync.timeout=1m")
			.withBean("dataSource", DataSource.class, () -> dataSource);
	}

	private List<Connection> takeAll() throws SQLException {
		List<Connection> all = new ArrayList<>();
		while (all.size() < POOL) {
			all.add(this.pool.getConnection());
		}
		return all;
	}

	private static void release(List<Connection> connections) {
		connections.forEach(JdbcUtils::closeConnection);
	}

	private static void record(ApplicationContext context, Delivery mode) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action("any").delivery(mode).build());
	}

	private static void assertNothingFailed(ApplicationContext context) {
		assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
		assertThat(context.getBean(Relay.class).status().retries()).isZero();
	}

	@Test
	void theRelayMovesWhatIsStaged(CapturedOutput output) {
		runner(this.pool).run((context) -> {
			context.getBean(Relay.class).stop();
			new TransactionTemplate(new JdbcTransactionManager(this.pool))
				.executeWithoutResult((status) -> record(context, Delivery.TRANSACTIONAL));
			List<Connection> held = takeAll();
			context.getBean(Relay.class).start();
			this.log.await(1);
			assertNothingFailed(context);
			release(held);
		});
		assertThat(output).doesNotContain(" WARN ", " ERROR ");
	}

	/** Writes figures for DELIVERY.md. */
	@Tag("faults")
	@ParameterizedTest
	@ValueSource(ints = { 4, 0 })
	void figuresOfWhatIsStagedWhileTheApplicationHoldsItsPoolForTenSeconds(int reserve) {
		this.pool.setConnectionTimeout(2_000);
		runner(this.pool).withPropertyValues("audit.datasource.reserve=" + reserve).run((context) -> {
			context.getBean(Relay.class).stop();
			new TransactionTemplate(new JdbcTransactionManager(this.pool))
				.executeWithoutResult((status) -> record(context, Delivery.TRANSACTIONAL));
			List<Connection> held = takeAll();
			long began = System.nanoTime();
			CompletableFuture<Void> released = CompletableFuture.runAsync(() -> release(held),
					CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS));
			context.getBean(Relay.class).start();
			this.log.await(1);
			Files.writeString(Path.of("target", "starved-relay.txt"),
					"reserve %d: in the ledger after %d ms%n".formatted(reserve,
							TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)),
					StandardOpenOption.CREATE, StandardOpenOption.APPEND);
			released.join();
		});
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, mode = EnumSource.Mode.EXCLUDE, names = "DEFAULT")
	void aCallerIsAnswered(Delivery mode) {
		runner(this.pool).run((context) -> {
			List<Connection> held = takeAll();
			record(context, mode);
			this.log.await(1);
			assertNothingFailed(context);
			release(held);
		});
	}

	@Test
	void proxiesThatOnlyDelayAreSeenThrough() {
		runner(new LazyConnectionDataSourceProxy(new TransactionAwareDataSourceProxy(this.pool))).run((context) -> {
			List<Connection> held = takeAll();
			record(context, Delivery.SYNC);
			assertNothingFailed(context);
			release(held);
		});
	}

	@Test
	void asLongAsOneIsFreeNothingIsOpened() {
		runner(this.pool).run((context) -> {
			this.pool.getConnection().close();
			record(context, Delivery.SYNC);
			this.log.await(1);
			assertThat(this.server.open.get()).isLessThanOrEqualTo(POOL);
		});
	}

	@Test
	void aPasswordThatWasRotatedIsUsed() {
		runner(this.pool).run((context) -> {
			List<Connection> held = takeAll();
			this.server.password = "second";
			this.pool.getHikariConfigMXBean().setPassword("second");
			record(context, Delivery.SYNC);
			assertNothingFailed(context);
			release(held);
		});
	}

	@Test
	void oneThatWasOpenedBeforeTheRotationGoesOnWithTheNewPassword() {
		runner(this.pool).run((context) -> {
			List<Connection> held = takeAll();
			record(context, Delivery.SYNC);
			this.server.password = "second";
			this.pool.getHikariConfigMXBean().setPassword("second");
			CompletableFuture<Void> another = CompletableFuture.runAsync(() -> record(context, Delivery.SYNC));
			record(context, Delivery.SYNC);
			another.get(60, TimeUnit.SECONDS);
			assertNothingFailed(context);
			release(held);
		});
	}

	@Test
	void whereTheServerTakesNoMoreTheApplicationsOwnAreWaitedFor() {
		this.pool.setConnectionTimeout(2_000);
		runner(this.pool).run((context) -> {
			context.getBean(Relay.class).stop();
			List<Connection> held = takeAll();
			this.server.full = true;
			CompletableFuture<Void> caller = CompletableFuture.runAsync(() -> record(context, Delivery.TRANSACTIONAL));
			Awaitility.await().until(() -> this.server.refused.get() > 0);
			release(held);
			caller.get(60, TimeUnit.SECONDS);
			assertNothingFailed(context);
		});
	}

	@Test
	void nothingOfItOutlivesTheApplication() {
		runner(this.pool).run((context) -> {
			List<Connection> held = takeAll();
			record(context, Delivery.SYNC);
			release(held);
		});
		// Sessions that were closed are kept for tests, and have discarded all.
		Awaitility.await().until(() -> this.log.jdbc().queryForObject("""
				select count(*) from pg_stat_activity
				where datname = current_database() and query <> 'discard all'
				""", Long.class), (count) -> count == 1);
	}

	@Test
	void itIsNoDataSourceOfTheApplicationsAndHasNoMeters() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		this.pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(meters));
		runner(this.pool).run((context) -> {
			List<Connection> held = takeAll();
			record(context, Delivery.SYNC);
			assertThat(context.getBeanProvider(DataSource.class).stream()).containsExactly(this.pool);
			assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getTags())
				.containsOnly(List.of(io.micrometer.core.instrument.Tag.of("pool", this.pool.getPoolName())));
			release(held);
		});
	}

	@Test
	void whatDecidesWhereAConnectionLeadsIsNotCopied() {
		HikariDataSource special = new HikariDataSource() {

			@Override
			public String getPassword() {
				return "a token";
			}

		};
		AbstractRoutingDataSource router = new AbstractRoutingDataSource() {

			@Override
			protected Object determineCurrentLookupKey() {
				return "only";
			}

		};
		router.setTargetDataSources(Map.of("only", this.pool));
		router.afterPropertiesSet();
		assertThat(ReservePool.of(special, 4)).isNull();
		assertThat(ReservePool.of(router, 4)).isNull();
		assertThat(ReservePool.of(new LazyConnectionDataSourceProxy(router), 4)).isNull();
		assertThat(ReservePool.of(new DelegatingDataSource(this.pool) {
		}, 4)).isNull();
		assertThat(ReservePool.of(this.database, 4)).isNull();
		special.close();
	}

	@Test
	void itCanBeSwitchedOff() {
		runner(this.pool).withPropertyValues("audit.datasource.reserve=0").run((context) -> {
			AuditDatabase database = context.getBean(AuditDatabase.class);
			assertThat(database.workDataSource()).isSameAs(this.pool);
			assertThat(database.outboxes().main().dataSource()).isSameAs(this.pool);
		});
		runner(this.pool).withPropertyValues("audit.datasource.reserve=-1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("audit.datasource.reserve takes a number of 0 or more, not -1"));
	}

	@Test
	void nobodyNeedsHikari() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("com.zaxxer.hikari"))
			.withBean(DataSource.class, () -> this.database)
			.run((context) -> assertThat(context).hasNotFailed());
		new JdbcTemplate(this.database).execute("select count(*) from audit.audit_log");
	}

	/** Asks for a password, and can be full. */
	private static final class Server extends DelegatingDataSource {

		private final AtomicInteger open = new AtomicInteger();

		private final AtomicInteger refused = new AtomicInteger();

		private volatile String password = "first";

		private volatile boolean full;

		Server(DataSource database) {
			super(database);
		}

		@Override
		public Connection getConnection(String user, String password) throws SQLException {
			if (this.full) {
				this.refused.incrementAndGet();
				throw new SQLException("sorry, too many clients already", "53300");
			}
			if (!this.password.equals(password)) {
				this.refused.incrementAndGet();
				throw new SQLException("password authentication failed", "28P01");
			}
			this.open.incrementAndGet();
			return getTargetDataSource().getConnection();
		}

	}

}
