package io.auditspring.capture.internal.origin;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.TenantResolver;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.task.ThreadPoolTaskExecutorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tasks on other threads act for whoever handed them over, however long after.
 */
class HandedOverTaskTests {

	private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		context = start("spring.threads.virtual.enabled=false");
		log = new AuditLog(context.getBean(DataSource.class));
	}

	// One thread serves all requests, so that each recycles the one before.
	private static ConfigurableApplicationContext start(String property) {
		return new SpringApplicationBuilder(WebShop.class)
			.properties(property, "server.port=0", "spring.jpa.hibernate.ddl-auto=create",
					"spring.main.banner-mode=off", "server.tomcat.threads.max=1", "server.tomcat.threads.min-spare=1")
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@AfterEach
	void nothingStaysOnThisThread() {
		assertThat(context.getBean(CapturedContext.class).current()).isNull();
		assertThat(context.getBean(Origins.class).current().actor()).isEqualTo(Actor.system());
	}

	private int post(ConfigurableApplicationContext application, String path, String user, String... headers)
			throws Exception {
		String port = application.getEnvironment().getProperty("local.server.port");
		String credentials = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
			.header("Authorization", "Basic " + credentials)
			.POST(HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	private void assertThatTheTaskIsJanes(ConfigurableApplicationContext application, Way way) throws Exception {
		AuditLog log = new AuditLog(application.getBean(DataSource.class));
		int before = (int) log.count();
		WebShop.GATE.reset();
		assertThat(post(application, "/tasks/" + way, "jane", "User-Agent", "janes/1.0", "traceparent",
				"00-" + TRACE + "-00f067aa0ba902b7-01", "X-Tenant", "north"))
			.isEqualTo(200);
		assertThat(post(application, "/other/request", "bob", "User-Agent", "bobs/1.0")).isEqualTo(200);
		WebShop.GATE.open();
		int expected = before + 2 + (way == Way.OWN_ASYNC_EXECUTOR ? 1 : 0);
		assertThat(log.await(expected).subList(before, expected)).filteredOn("action", "task.done")
			.singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("actor_id", "jane")
				.containsEntry("ip", "127.0.0.1")
				.containsEntry("user_agent", "janes/1.0")
				.containsEntry("trace_id", TRACE)
				.containsEntry("outcome", "success")
				.extractingByKey("metadata")
				.asString()
				.contains("/tasks/{way}"));
		assertThat(log.jdbc()
			.queryForList("select tenant from audit.audit_log where action = 'task.done' order by seq desc limit 1",
					String.class))
			.containsExactly("north");
	}

	@ParameterizedTest
	@EnumSource
	void theTaskIsThatOfTheRequestThatIsLongOver(Way way) throws Exception {
		assertThatTheTaskIsJanes(context, way);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void onVirtualThreads() throws Exception {
		try (ConfigurableApplicationContext virtual = start("spring.threads.virtual.enabled=true")) {
			assertThat(virtual.getBean("applicationTaskExecutor")).isInstanceOf(SimpleAsyncTaskExecutor.class);
			for (Way way : Way.values()) {
				assertThatTheTaskIsJanes(virtual, way);
			}
		}
	}

	@Test
	void whoeverTheWorkActsForIsWhomItsTasksActFor() throws Exception {
		int before = (int) log.count();
		AsyncTaskExecutor executor = context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class);
		Tasks tasks = context.getBean(Tasks.class);
		AuditContext.runAs(Actor.user("outer"), () -> {
			executor.submit(() -> tasks.done()).get();
			AuditContext.runAs(Actor.user("inner"), () -> {
				executor.submit(() -> executor.submit(() -> tasks.done())).get().get();
				return null;
			});
			return executor.submit(() -> tasks.done()).get();
		});
		executor.submit(() -> tasks.done()).get();
		assertThat(log.await(before + 4).subList(before, before + 4)).extracting("actor_id")
			.containsExactly("outer", "inner", "outer", "system");
	}

	@Test
	void aTaskThatSignsInActsForItselfAndNotFromTheRequest() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/signs-in", "jane")).isEqualTo(200);
		assertThat(log.await(before + 1).get(before)).containsEntry("actor_id", "robot").containsEntry("ip", null);
	}

	@Test
	void nothingStaysOnPooledThreads() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/leaves-nothing", "jane")).isEqualTo(200);
		assertThat(log.await(before + 2).subList(before, before + 2)).extracting("actor_id", "ip")
			.containsExactly(tuple("jane", "127.0.0.1"), tuple("system", null));
	}

	@Test
	void aFullPoolLetsTheCallerDoItAndLeavesTheCallerAsItWas() throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/caller-runs", "jane")).isEqualTo(200);
		assertThat(log.await(before + 2).subList(before, before + 2)).extracting("actor_id").containsOnly("jane");
	}

	@Test
	void aTaskThatFailsLeavesNothingEither() throws Exception {
		TaskDecorator decorator = context.getBean("auditTaskDecorator", TaskDecorator.class);
		Runnable task = AuditContext.runAs(Actor.user("jane"), () -> decorator.decorate(() -> {
			throw new IllegalStateException("broken");
		}));
		assertThatIllegalStateException().isThrownBy(task::run);
	}

	@Test
	void whereNothingIsKnownTheTaskIsLeftAlone() {
		TaskDecorator decorator = context.getBean("auditTaskDecorator", TaskDecorator.class);
		Runnable task = () -> {
		};
		assertThat(decorator.decorate(task)).isSameAs(task);
	}

	@Test
	void aScopeOfTheCapturingThreadLeavesItAsItWas() throws Exception {
		assertThat(post(context, "/scope", "jane")).isEqualTo(200);
	}

	@Test
	void theDecoratorOfTheApplicationIsAppliedTooAndInjectedByItsType() {
		assertThat(context.getBean(TaskDecorator.class)).isInstanceOf(CountingDecorator.class);
		CountingDecorator own = context.getBean(CountingDecorator.class);
		int before = own.count();
		context.getBean("applicationTaskExecutor", AsyncTaskExecutor.class).submit(() -> {
		});
		assertThat(own.count()).isEqualTo(before + 1);
	}

	@Test
	void theRegistryForgetsApplicationsThatAreClosed() {
		int before = ContextRegistry.getInstance().getThreadLocalAccessors().size();
		start("spring.threads.virtual.enabled=false").close();
		assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).hasSize(before);
	}

	/**
	 * How a task gets onto another thread.
	 */
	enum Way {

		EXECUTOR, FUTURE, ASYNC_METHOD, AUDITED_ASYNC_METHOD, OWN_ASYNC_EXECUTOR, SCHEDULER, OWN_EXECUTOR_OF_BUILDER,
		MICROMETER

	}

	/**
	 * Holds tasks back until the request is over.
	 */
	static final class Gate {

		private volatile CountDownLatch latch = new CountDownLatch(1);

		void reset() {
			this.latch = new CountDownLatch(1);
		}

		void open() {
			this.latch.countDown();
		}

		void pass() {
			try {
				assertThat(this.latch.await(20, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * The shop on the web.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableScheduling
	static class WebShop extends ShopConfiguration {

		static final Gate GATE = new Gate();

		@Bean
		SecurityFilterChain chain(HttpSecurity http) throws Exception {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("jane").password("{noop}secret").roles("USER").build(),
					User.withUsername("bob").password("{noop}secret").roles("USER").build());
		}

		@Bean
		TenantResolver tenants() {
			return () -> (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request)
					? request.getRequest().getHeader("X-Tenant") : null;
		}

		@Bean
		CountingDecorator counting() {
			return new CountingDecorator();
		}

		@Bean
		Tasks tasks() {
			return new Tasks();
		}

		@Bean
		AsyncTasks asyncTasks(Tasks tasks) {
			return new AsyncTasks(tasks);
		}

		@Bean(defaultCandidate = false)
		ThreadPoolTaskExecutor built(ThreadPoolTaskExecutorBuilder builder) {
			return builder.build();
		}

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

		@Bean(defaultCandidate = false)
		ThreadPoolTaskExecutor full(ThreadPoolTaskExecutorBuilder builder) {
			ThreadPoolTaskExecutor executor = builder.corePoolSize(1).maxPoolSize(1).queueCapacity(0).build();
			executor.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
			return executor;
		}

		@Bean
		Shop shop(BeanFactory beans) {
			return new Shop(beans);
		}

	}

	/**
	 * What the application decorates its tasks with.
	 */
	static final class CountingDecorator implements TaskDecorator {

		private final AtomicInteger count = new AtomicInteger();

		@Override
		public Runnable decorate(Runnable task) {
			this.count.incrementAndGet();
			return task;
		}

		int count() {
			return this.count.get();
		}

	}

	/**
	 * What is audited on other threads.
	 */
	static class Tasks {

		@Audited("task.done")
		public void done() {
		}

	}

	/**
	 * What runs on other threads.
	 */
	static class AsyncTasks {

		private final Tasks tasks;

		AsyncTasks(Tasks tasks) {
			this.tasks = tasks;
		}

		@Async
		public void done() {
			WebShop.GATE.pass();
			this.tasks.done();
		}

		@Async
		@Audited("task.done")
		public void audited() {
			WebShop.GATE.pass();
		}

		// Nothing decorates the tasks of this executor.
		@Async("plain")
		@Audited("task.begun")
		public void around() {
			WebShop.GATE.pass();
			this.tasks.done();
		}

	}

	/**
	 * The shop's requests.
	 */
	@RestController
	static class Shop {

		private final BeanFactory beans;

		Shop(BeanFactory beans) {
			this.beans = beans;
		}

		private AsyncTaskExecutor executor(String name) {
			return this.beans.getBean(name, AsyncTaskExecutor.class);
		}

		private Tasks tasks() {
			return this.beans.getBean(Tasks.class);
		}

		@PostMapping("/tasks/{way}")
		void handOver(@PathVariable Way way) {
			Runnable task = () -> {
				WebShop.GATE.pass();
				tasks().done();
			};
			AsyncTasks async = this.beans.getBean(AsyncTasks.class);
			switch (way) {
				case EXECUTOR -> executor("applicationTaskExecutor").execute(task);
				case FUTURE -> CompletableFuture.runAsync(task, executor("applicationTaskExecutor"));
				case ASYNC_METHOD -> async.done();
				case AUDITED_ASYNC_METHOD -> async.audited();
				case OWN_ASYNC_EXECUTOR -> async.around();
				case SCHEDULER -> this.beans.getBean(TaskScheduler.class).schedule(task, Instant.now());
				case OWN_EXECUTOR_OF_BUILDER -> executor("built").execute(task);
				case MICROMETER -> executor("propagating").execute(task);
			}
		}

		@PostMapping("/other/request")
		void other() {
			AuditRecorder recorder = this.beans.getBean(AuditRecorder.class);
			recorder.record(AuditRecord.action("other").build());
		}

		@PostMapping("/signs-in")
		void signsIn() throws Exception {
			executor("applicationTaskExecutor").submit(() -> {
				SecurityContext own = SecurityContextHolder.createEmptyContext();
				own.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("robot", null, List.of()));
				SecurityContextHolder.setContext(own);
				try {
					tasks().done();
				}
				finally {
					SecurityContextHolder.clearContext();
				}
			}).get();
		}

		@PostMapping("/leaves-nothing")
		void leavesNothing() throws Exception {
			AsyncTaskExecutor plain = executor("plain");
			TaskDecorator decorator = this.beans.getBean("auditTaskDecorator", TaskDecorator.class);
			plain.submit(decorator.decorate(() -> tasks().done())).get();
			plain.submit(() -> tasks().done()).get();
		}

		@PostMapping("/caller-runs")
		void callerRuns() throws Exception {
			CountDownLatch busy = new CountDownLatch(1);
			Executor full = executor("full");
			CountDownLatch running = new CountDownLatch(1);
			full.execute(() -> {
				running.countDown();
				await(busy);
			});
			await(running);
			Thread caller = Thread.currentThread();
			try {
				full.execute(() -> {
					assertThat(Thread.currentThread()).isSameAs(caller);
					tasks().done();
				});
			}
			finally {
				busy.countDown();
			}
			tasks().done();
			assertThat(this.beans.getBean(CapturedContext.class).current()).isNull();
		}

		private static void await(CountDownLatch latch) {
			try {
				latch.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@PostMapping("/scope")
		void scope() {
			CapturedContext capturedContext = this.beans.getBean(CapturedContext.class);
			ContextSnapshot snapshot = ContextSnapshotFactory.builder().build().captureAll();
			try (ContextSnapshot.Scope outer = snapshot.setThreadLocals()) {
				assertThat(capturedContext.currentActor()).isEqualTo(Actor.user("jane", "jane"));
				try (ContextSnapshot.Scope inner = snapshot.setThreadLocals()) {
					assertThat(capturedContext.currentActor()).isEqualTo(Actor.user("jane", "jane"));
				}
				assertThat(capturedContext.currentActor()).isEqualTo(Actor.user("jane", "jane"));
			}
			assertThat(capturedContext.current()).isNull();
		}

	}

}
