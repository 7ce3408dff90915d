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
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.TenantResolver;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.task.ThreadPoolTaskExecutorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
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

/**
 * A shop on the web that hands tasks over to other threads.
 */
abstract class HandedOverTasks {

	static ConfigurableApplicationContext context;

	static AuditLog log;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		context = start("spring.threads.virtual.enabled=false");
		log = new AuditLog(context.getBean(DataSource.class));
	}

	// One thread serves all requests, so that each recycles the one before.
	static ConfigurableApplicationContext start(String property) {
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

	int post(ConfigurableApplicationContext application, String path, String user, String... headers) throws Exception {
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
				assertThat(this.latch.await(60, TimeUnit.SECONDS)).isTrue();
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

		/** Only finds them: a store of passwords would hash them at the first sign-in. */
		@Bean
		UserDetailsService users() {
			UserDetailsService users = new InMemoryUserDetailsManager(
					User.withUsername("jane").password("{noop}secret").roles("USER").build(),
					User.withUsername("bob").password("{noop}secret").roles("USER").build());
			return users::loadUserByUsername;
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

		@Async("plain")
		public void foreign() {
			this.tasks.done();
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

		@PostMapping("/foreign/{way}")
		void foreign(@PathVariable String way) throws Exception {
			switch (way) {
				case "executor" -> executor("plain").submit(() -> tasks().done()).get();
				case "async" -> this.beans.getBean(AsyncTasks.class).foreign();
				case "common-pool" -> CompletableFuture.runAsync(() -> tasks().done()).get();
				default -> {
					Thread thread = new Thread(() -> tasks().done());
					thread.start();
					thread.join();
				}
			}
		}

		// The caller waits for the other thread, or it could do all of them alone.
		@PostMapping("/parallel/{tasks}")
		void parallel(@PathVariable int tasks) {
			Thread caller = Thread.currentThread();
			CountDownLatch other = new CountDownLatch(1);
			IntStream.range(0, tasks).parallel().forEach((i) -> {
				if (Thread.currentThread() == caller) {
					await(other);
				}
				other.countDown();
				tasks().done();
			});
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
				assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
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
