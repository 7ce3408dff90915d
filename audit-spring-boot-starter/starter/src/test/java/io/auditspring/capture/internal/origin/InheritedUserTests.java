/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.autoconfigure.AuditContextAutoConfiguration;
import io.auditspring.autoconfigure.AuditJobsAutoConfiguration;
import io.auditspring.autoconfigure.AuditSecurityAutoConfiguration;
import io.auditspring.capture.internal.actor.SecurityContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.data.domain.AuditorAware;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.concurrent.DelegatingSecurityContextRunnable;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where threads inherit who is signed in, a task acts for whoever handed it over, and not
 * for whoever was the first one to need its thread.
 */
class InheritedUserTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditContextAutoConfiguration.class,
				AuditSecurityAutoConfiguration.class, AuditJobsAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class, TaskSchedulingAutoConfiguration.class))
		.withPropertyValues("audit.delivery=sync", "spring.task.execution.pool.core-size=1",
				"spring.task.scheduling.pool.size=1")
		.withBean(DataSource.class, TestDatabase::newDatabase)
		.withUserConfiguration(Host.class);

	@BeforeEach
	void inherit() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL);
	}

	@AfterEach
	void inheritNoLonger() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
	}

	/** Does something on a thread of somebody, or of nobody. */
	private static <T> T as(String name, Callable<T> work) throws Exception {
		return as(SecurityContextHolder.getContextHolderStrategy(), name, work);
	}

	private static <T> T as(SecurityContextHolderStrategy strategy, String name, Callable<T> work) throws Exception {
		CompletableFuture<T> done = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			strategy.clearContext();
			if (name != null) {
				strategy.setContext(signedIn(name));
			}
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

	private static SecurityContext signedIn(String name) {
		return new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(name, null, List.of()));
	}

	private static void record(ApplicationContext context, String action) {
		context.getBean(AuditRecorder.class).record(AuditRecord.action(action).build());
	}

	private static String actorOf(ApplicationContext context, String action) {
		return new AuditLog(context.getBean(DataSource.class)).entries()
			.stream()
			.filter((entry) -> action.equals(entry.get("action")))
			.map((entry) -> entry.get("actor_type") + " " + entry.get("actor_id") + " " + entry.get("actor_name"))
			.findFirst()
			.orElse("none");
	}

	private static Object submit(ApplicationContext context, String executor, String user, Runnable task)
			throws Exception {
		return as(user, () -> context.getBean(executor, AsyncTaskExecutor.class).submit(task).get());
	}

	@Test
	void aTaskIsOfWhoeverHandedItOver() {
		this.runner.run((context) -> {
			submit(context, "applicationTaskExecutor", "alice", () -> record(context, "first"));
			submit(context, "applicationTaskExecutor", "bob", () -> record(context, "second"));
			submit(context, "applicationTaskExecutor", null, () -> record(context, "third"));
			submit(context, "applicationTaskExecutor", "carol", () -> record(context, "fourth"));
			assertThat(actorOf(context, "first")).isEqualTo("user alice alice");
			assertThat(actorOf(context, "second")).isEqualTo("user bob bob");
			assertThat(actorOf(context, "third")).isEqualTo("system system system");
			assertThat(actorOf(context, "fourth")).isEqualTo("user carol carol");
		});
	}

	@Test
	void whoSignsInWithinTheTaskIsBelieved() {
		this.runner.run((context) -> {
			submit(context, "applicationTaskExecutor", "alice", () -> record(context, "first"));
			submit(context, "applicationTaskExecutor", "bob", () -> {
				SecurityContextHolder.setContext(signedIn("robot"));
				record(context, "second");
			});
			submit(context, "applicationTaskExecutor", "bob",
					new DelegatingSecurityContextRunnable(() -> record(context, "third"), signedIn("carol")));
			submit(context, "applicationTaskExecutor", "bob", () -> record(context, "fourth"));
			assertThat(actorOf(context, "second")).isEqualTo("user robot robot");
			assertThat(actorOf(context, "third")).isEqualTo("user carol carol");
			assertThat(actorOf(context, "fourth")).isEqualTo("user bob bob");
		});
	}

	@Test
	void alsoWhereMicrometerCarriesIt() {
		Inheriting strategy = new Inheriting();
		this.runner.withBean(SecurityContextHolderStrategy.class, () -> strategy).run((context) -> {
			AsyncTaskExecutor executor = context.getBean("propagating", AsyncTaskExecutor.class);
			as(strategy, "alice", () -> executor.submit(() -> record(context, "first")).get());
			as(strategy, "bob", () -> executor.submit(() -> record(context, "second")).get());
			assertThat(actorOf(context, "first")).isEqualTo("user alice alice");
			assertThat(actorOf(context, "second")).isEqualTo("user bob bob");
		});
	}

	@Test
	void whatAnAuditedCallCallsOnAnotherThreadIsTheCallersToo() {
		this.runner.run((context) -> {
			submit(context, "plain", "alice", () -> record(context, "first"));
			Desk desk = context.getBean(Desk.class);
			as("bob", () -> desk.work("second").get());
			assertThat(actorOf(context, "desk")).isEqualTo("user bob bob");
			assertThat(actorOf(context, "second")).isEqualTo("user bob bob");
		});
	}

	@Test
	void aScheduledJobIsNobodys() {
		this.runner.run((context) -> {
			as("alice", () -> context.getBean(Job.class).done.get(60, TimeUnit.SECONDS));
			assertThat(actorOf(context, "job")).isEqualTo("system system Job.tick");
		});
	}

	@Test
	void anAuditorWhoOnlyAsksSpringSecurityKnowsNoMore() {
		this.runner
			.withBean(AuditorAware.class,
					() -> (AuditorAware<String>) () -> Optional
						.ofNullable(SecurityContextHolder.getContext().getAuthentication())
						.map((user) -> user.getName()))
			.run((context) -> {
				as("alice", () -> context.getBean(Job.class).done.get(60, TimeUnit.SECONDS));
				assertThat(actorOf(context, "job")).isEqualTo("system system Job.tick");
			});
	}

	@Test
	void aJobThatIsWrappedInAUserIsTheirs() {
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
		this.runner.run((context) -> {
			CapturedContext captured = context.getBean(CapturedContext.class);
			Runnable job = () -> {
				Runnable rejoin = captured.leave();
				record(context, "job");
				rejoin.run();
			};
			new DelegatingSecurityContextRunnable(job, signedIn("robot")).run();
			assertThat(actorOf(context, "job")).isEqualTo("user robot robot");
		});
	}

	@Test
	void aContextThatCannotBeReadKeepsNoTaskFromRunning() {
		this.runner.run((context) -> as("alice", () -> {
			SecurityContextHolder.setDeferredContext(() -> {
				throw new IllegalStateException("The session cannot be read");
			});
			CompletableFuture<Boolean> ran = new CompletableFuture<>();
			context.getBean("auditTaskDecorator", TaskDecorator.class).decorate(() -> ran.complete(true)).run();
			assertThat(ran).isCompletedWithValue(true);
			return true;
		}));
	}

	@Test
	void nothingStaysOnTheThread() {
		this.runner.run((context) -> {
			CapturedContext captured = context.getBean(CapturedContext.class);
			SecurityContexts contexts = context.getBean(SecurityContexts.class);
			as("alice", () -> {
				Runnable rejoin = captured.leave();
				assertThat(contexts.own()).isNull();
				rejoin.run();
				assertThat(contexts.own()).isNotNull();
				return true;
			});
		});
	}

	@Test
	void theModesWithoutInheritanceAreKnownByTheirClasses() {
		for (String mode : List.of(SecurityContextHolder.MODE_THREADLOCAL, SecurityContextHolder.MODE_GLOBAL)) {
			SecurityContextHolder.setStrategyName(mode);
			SecurityContextHolder.setContext(signedIn("alice"));
			assertThat(SecurityContexts.ofHolder().inherited()).isNull();
			SecurityContextHolder.clearContext();
		}
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL);
		SecurityContextHolder.setContext(signedIn("alice"));
		assertThat(SecurityContexts.ofHolder().inherited()).isNotNull();
		SecurityContextHolder.clearContext();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableScheduling
	static class Host {

		@Bean(defaultCandidate = false)
		ThreadPoolTaskExecutor plain() {
			return new ThreadPoolTaskExecutor();
		}

		@Bean(defaultCandidate = false)
		ThreadPoolTaskExecutor propagating() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setTaskDecorator(new ContextPropagatingTaskDecorator());
			return executor;
		}

		@Bean
		Desk desk() {
			return new Desk();
		}

		// Made, and with it its scheduler's thread, by whoever asks for it first.
		@Bean
		@Lazy
		Job job(AuditRecorder recorder) {
			return new Job(recorder);
		}

	}

	static class Desk {

		@Autowired
		private AuditRecorder recorder;

		@Async("plain")
		@Audited("desk")
		public CompletableFuture<String> work(String action) {
			this.recorder.record(AuditRecord.action(action).build());
			return CompletableFuture.completedFuture(action);
		}

	}

	static class Job {

		private final CompletableFuture<Actor> done = new CompletableFuture<>();

		private final AuditRecorder recorder;

		Job(AuditRecorder recorder) {
			this.recorder = recorder;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		void tick() {
			this.recorder.record(AuditRecord.action("job").build());
			this.done.complete(Actor.system());
		}

	}

	/** Keeps contexts where {@link SecurityContextHolder} knows nothing of them. */
	static final class Inheriting implements SecurityContextHolderStrategy {

		private final ThreadLocal<SecurityContext> context = new InheritableThreadLocal<>();

		@Override
		public void clearContext() {
			this.context.remove();
		}

		@Override
		public SecurityContext getContext() {
			SecurityContext known = this.context.get();
			return (known != null) ? known : createEmptyContext();
		}

		@Override
		public Supplier<SecurityContext> getDeferredContext() {
			return this::getContext;
		}

		@Override
		public void setContext(SecurityContext context) {
			this.context.set(context);
		}

		@Override
		public SecurityContext createEmptyContext() {
			return new SecurityContextImpl();
		}

	}

}
