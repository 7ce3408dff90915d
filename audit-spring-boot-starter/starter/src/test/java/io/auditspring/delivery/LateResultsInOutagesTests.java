package io.auditspring.delivery;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls whose results come while the database is away: none of their entries is lost, and
 * nobody waits once for each of the others.
 */
class LateResultsInOutagesTests {

	private static final int CALLS = 20;

	private final DataSource database = TestDatabase.migrated();

	private final Pool pool = new Pool(this.database);

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path spool;

	/**
	 * While it is away, late results wait for its time-out, when all of them are there.
	 */
	private static final class Pool extends DelegatingDataSource {

		private final AtomicInteger attempts = new AtomicInteger();

		private final CountDownLatch complete = new CountDownLatch(1);

		private volatile Duration timeout = Duration.ofMillis(1_100);

		private volatile boolean away;

		private Pool(DataSource database) {
			super(database);
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (!this.away) {
				return super.getConnection();
			}
			if (Thread.currentThread().getName().startsWith("audit-late-")) {
				this.attempts.incrementAndGet();
				try {
					this.complete.await();
					Thread.sleep(this.timeout.toMillis());
				}
				catch (InterruptedException ex) {
					throw new SQLException("Interrupted during connection acquisition", ex);
				}
			}
			throw new SQLException("Connection is not available, request timed out", "08001");
		}

	}

	static class Works {

		@Audited(action = "work.end")
		public CompletableFuture<String> begin(CompletableFuture<String> source) {
			return source;
		}

	}

	private ApplicationContextRunner runner(String... properties) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
			.withPropertyValues("audit.spool.directory=" + this.spool)
			.withPropertyValues(properties)
			.withBean(DataSource.class, () -> this.pool)
			.withBean(Works.class);
	}

	private List<CompletableFuture<String>> endWhileItIsAway(Works works) {
		CompletableFuture<String> source = new CompletableFuture<>();
		List<CompletableFuture<String>> results = IntStream.range(0, CALLS)
			.mapToObj((i) -> works.begin(source))
			.toList();
		this.pool.away = true;
		source.complete("done");
		this.pool.complete.countDown();
		return results;
	}

	@Test
	void aStopKeepsThemForTheNextStart() throws Exception {
		this.pool.timeout = Duration.ofMinutes(1);
		runner().run((context) -> {
			endWhileItIsAway(context.getBean(Works.class));
			Awaitility.await().until(() -> this.pool.attempts.get() >= 4);
		});
		assertThat(this.log.count()).isZero();
		try (Stream<Path> files = Files.walk(this.spool)) {
			assertThat(files.filter((file) -> file.toString().endsWith(".spool"))).isNotEmpty();
		}
		this.pool.away = false;
		runner().run((context) -> assertThat(this.log.await(CALLS)).extracting("action")
			.containsOnly("work.end")
			.hasSize(CALLS));
	}

	@Test
	void whoeverWaitsInAQueueHasTriedWhenOthersHave() {
		runner("audit.failure-policy=log").run((context) -> {
			List<CompletableFuture<String>> results = endWhileItIsAway(context.getBean(Works.class));
			assertThat(results)
				.allSatisfy((result) -> assertThat(result).succeedsWithin(Duration.ofMinutes(1)).isEqualTo("done"));
			// The first ones began before the last result was there.
			assertThat(this.pool.attempts).hasValueLessThanOrEqualTo(8);
			this.pool.away = false;
			assertThat(this.log.await(CALLS)).hasSize(CALLS);
		});
	}

}
