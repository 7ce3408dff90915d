package io.auditspring.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.delivery.Relays;
import io.auditspring.delivery.WorkerStatus;
import io.auditspring.ledger.LedgerVerifier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A data source that routes between a primary and its replica leads to one database, and
 * nobody needs the replica but the application.
 */
class ReplicaRoutingTests {

	private static PostgresServer primary;

	private static PostgresServer replica;

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

	private DataSource pool(String url) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setUsername("postgres");
		config.setMinimumIdle(0);
		config.setConnectionTimeout(1000);
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
			.withPropertyValues("audit.spool.directory=" + this.directory.resolve("spool"))
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

}
