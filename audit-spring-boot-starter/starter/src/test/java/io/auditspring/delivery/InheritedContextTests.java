package io.auditspring.delivery;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditReceipt;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where threads inherit who is signed in, nobody's code runs as whoever happened to be
 * the first one to need a thread of ours.
 */
@Timeout(120)
class InheritedContextTests {

	private static final int TIMES = 20;

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner() {
		return Recorders.runner(this.database, this.directory.resolve("spool")).withBean(Works.class);
	}

	@AfterEach
	void inheritNoLonger() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
	}

	/** Does something on a thread of somebody who is signed in. */
	private static <T> T as(String name, Callable<T> work) throws Exception {
		CompletableFuture<T> done = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			SecurityContextHolder.setContext(
					new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(name, null, List.of())));
			try {
				done.complete(work.call());
			}
			catch (Throwable ex) {
				done.completeExceptionally(ex);
			}
		});
		thread.start();
		return done.get(60, TimeUnit.SECONDS);
	}

	private static String user() {
		Authentication user = SecurityContextHolder.getContext().getAuthentication();
		return (user != null) ? user.getName() : "nobody";
	}

	@Test
	void whatFollowsAResultThatComesLateRunsAsNobodyElse() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL);
		runner().run((context) -> {
			Works works = context.getBean(Works.class);
			as("alice", () -> work(works, (done) -> user()));
			List<String> users = as("bob",
					() -> IntStream.range(0, TIMES).mapToObj((i) -> work(works, (done) -> user())).toList());
			assertThat(users).doesNotContain("alice");
			as("bob", () -> work(works, (done) -> record(context, "next")));
			assertThat(this.log.await(TIMES + 3)).filteredOn((entry) -> entry.get("action").equals("next"))
				.extracting("actor_id")
				.doesNotContain("alice");
		});
	}

	private static <T> T work(Works works, Function<String, T> next) {
		CompletableFuture<String> source = new CompletableFuture<>();
		CompletableFuture<T> result = works.work(source).thenApply(next);
		source.complete("done");
		return result.join();
	}

	@Test
	void whatFollowsAReceiptRunsAsNobodyElse() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL);
		runner().run((context) -> {
			as("alice", () -> record(context, "first").chained().toCompletableFuture().get(60, TimeUnit.SECONDS));
			for (int i = 0; i < TIMES; i++) {
				String user = as("bob",
						() -> record(context, "second").chained()
							.thenApply((place) -> user())
							.toCompletableFuture()
							.get(60, TimeUnit.SECONDS));
				assertThat(user).isNotEqualTo("alice");
			}
		});
	}

	private static AuditReceipt record(ApplicationContext context, String action) {
		return context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build());
	}

	static class Works {

		@Audited("work")
		public CompletableFuture<String> work(CompletableFuture<String> source) {
			return source;
		}

	}

}
