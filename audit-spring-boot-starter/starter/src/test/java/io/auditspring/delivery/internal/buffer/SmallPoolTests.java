package io.auditspring.delivery.internal.buffer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditReactorAutoConfiguration;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourcePoolMetadataProvidersConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application's pool has a single connection, and nobody waits for a second one.
 */
class SmallPoolTests {

	private final DataSource database = TestDatabase.newDatabase();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	// Flyway needs two when there is something to do.
	private void migrate() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.database)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private ApplicationContextRunner runner() {
		migrate();
		return start();
	}

	private ApplicationContextRunner start() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditReactorAutoConfiguration.class))
			.withPropertyValues("audit.spool.directory=" + this.directory.resolve("spool"), "audit.sync.timeout=1m")
			.withBean(HikariDataSource.class, () -> {
				HikariDataSource pool = new HikariDataSource();
				pool.setDataSource(this.database);
				pool.setMaximumPoolSize(1);
				pool.setConnectionTimeout(20_000);
				return pool;
			});
	}

	@Test
	void aPoolTooSmallToMigrateStopsTheStartAtOnceAndSaysWhatToDo() {
		start().withUserConfiguration(DataSourcePoolMetadataProvidersConfiguration.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(AuditSetupException.class,
						(failure) -> assertThat(failure.getRemedy()).contains("maximum-pool-size=2",
								"audit.flyway.enabled=false"))
				.hasMessageContaining("takes two connections"));
	}

	private static TransactionTemplate transaction(ApplicationContext context, int propagation) {
		TransactionTemplate transaction = new TransactionTemplate(
				new JdbcTransactionManager(context.getBean(DataSource.class)));
		transaction.setPropagationBehavior(propagation);
		return transaction;
	}

	private void assertNothingFailed(ApplicationContext context, int entries) {
		this.log.await(entries);
		assertThat(context.getBean(DeliveryStatistics.class).lastFailure()).isNull();
		assertThat(context.getBean(AsyncBuffer.class).status().retries()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Delivery.class)
	void recordsInAndOutsideATransaction(Delivery mode) {
		runner().run((context) -> {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			AuditRecord record = AuditRecord.action("any").delivery(mode).build();
			recorder.record(record);
			transaction(context, TransactionDefinition.PROPAGATION_REQUIRED)
				.executeWithoutResult((status) -> recorder.record(record));
			transaction(context, TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
				recorder.record(record);
				status.setRollbackOnly();
			});
			assertNothingFailed(context, 3);
		});
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, mode = EnumSource.Mode.EXCLUDE, names = "DEFAULT")
	void recordsResultsThatATransactionWaitsFor(Delivery mode) {
		runner().withBean(Works.class).withPropertyValues("audit.delivery=" + mode).run((context) -> {
			Works works = context.getBean(Works.class);
			for (boolean rolledBack : new boolean[] { false, true }) {
				transaction(context, TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> {
					CompletableFuture<String> source = new CompletableFuture<>();
					CompletableFuture<String> result = works.stage(source);
					new Thread(() -> source.complete("done")).start();
					assertThat(result.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("done");
					assertThat(works.mono().block(Duration.ofSeconds(60))).isEqualTo("done");
					if (rolledBack) {
						status.setRollbackOnly();
					}
				});
			}
			assertNothingFailed(context, 4);
			assertThat(this.log.entries()).extracting("outcome")
				.containsExactly("success", "success", "failure", "failure");
		});
	}

	@Test
	void asyncRecordsWhereATransactionIsSuspended() {
		runner().run((context) -> {
			AuditRecord record = AuditRecord.action("any").delivery(Delivery.ASYNC).build();
			TransactionTemplate without = transaction(context, TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
			transaction(context, TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult((status) -> without
				.executeWithoutResult((none) -> context.getBean(AuditRecorder.class).record(record)));
			assertNothingFailed(context, 1);
		});
	}

	/**
	 * What takes its time.
	 */
	static class Works {

		@Audited("late.stage")
		public CompletableFuture<String> stage(CompletableFuture<String> source) {
			return source;
		}

		@Audited("late.mono")
		public Mono<String> mono() {
			return Mono.just("done");
		}

	}

}
