package io.auditspring.intercept.internal.call;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationPredicate;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.support.ScheduledTaskObservationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who acts in a scheduled method does not depend on what an application observes.
 */
class UnobservedJobsTests {

	private ConfigurableApplicationContext context;

	private AuditLog log;

	private void start(String property, Class<?>... configuration) {
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off", property)
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	private Object actorOf(String work) {
		return this.log.entries()
			.stream()
			.filter((entry) -> work.equals(entry.get("message")))
			.map((entry) -> entry.get("actor_type") + " " + entry.get("actor_id") + " " + entry.get("actor_name"))
			.findFirst()
			.orElse("nobody");
	}

	private <T> T madeByJane(Class<T> bean) throws Exception {
		return AuditContext.runAs(Actor.user("joan"), () -> {
			SecurityContextHolder.getContext()
				.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("jane", null, List.of()));
			try {
				return this.context.getBean(bean);
			}
			finally {
				SecurityContextHolder.clearContext();
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.observations.enable.tasks.scheduled.execution=false", "predicate=on",
			"management.observations.enable.all=true" })
	void aJobIsNamedWhetherItIsObservedOrNot(String property) throws Exception {
		start(property, Host.class, Refusing.class);
		this.log.await(1);
		assertThat(actorOf("eager")).isEqualTo("system system Eager.tick");
		madeByJane(Late.class);
		this.log.await(2);
		assertThat(actorOf("late")).isEqualTo("system system Late.tick");
	}

	@Test
	void whatIsObservedIsObservedAsBefore() {
		start("management.observations.enable.all=true", Host.class, Watching.class);
		Watch watch = this.context.getBean(Watch.class);
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> watch.events.contains("stop"));
		assertThat(watch.events).containsExactly("start", "open", "current", "close", "error", "stop");
		assertThat(watch.context.getName()).isEqualTo("tasks.scheduled.execution");
		assertThat(watch.context.getLowCardinalityKeyValues().stream().map((each) -> each.getKey()))
			.containsExactlyInAnyOrder("code.function", "code.namespace", "exception", "outcome");
		assertThat(watch.context.getLowCardinalityKeyValue("outcome").getValue()).isEqualTo("ERROR");
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.observations.enable.tasks.scheduled.execution=false",
			"spring.reactor.context-propagation=auto" })
	void whoeverSubscribesForAJobIsTheJob(String property) throws Exception {
		start(property, Host.class, Flowing.class);
		madeByJane(Stream.class);
		this.log.await(4);
		assertThat(actorOf("called")).isEqualTo("system system Stream.called");
		assertThat(actorOf("deferred")).isEqualTo("system system Stream.deferred");
		assertThat(actorOf("for kim")).isEqualTo("user kim null");
		assertThat(actorOf("by importer")).isEqualTo("user importer importer");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@Import(ShopConfiguration.class)
	static class Host {

		@Bean
		Work work() {
			return new Work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Refusing {

		@Bean
		ObservationPredicate refusing(Environment environment) {
			return (name, context) -> !(environment.containsProperty("predicate")
					&& context instanceof ScheduledTaskObservationContext);
		}

		@Bean
		Eager eager(Work work) {
			return new Eager(work);
		}

		@Bean
		@Lazy
		Late late(Work work) {
			return new Late(work);
		}

	}

	static class Eager {

		private final Work work;

		Eager(Work work) {
			this.work = work;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		void tick() {
			this.work.run("eager");
		}

	}

	static class Late {

		private final Work work;

		Late(Work work) {
			this.work = work;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		void tick() {
			this.work.run("late");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Watch.class, Broken.class })
	static class Watching {

	}

	static class Watch implements ObservationHandler<ScheduledTaskObservationContext> {

		private final List<String> events = new CopyOnWriteArrayList<>();

		private volatile ScheduledTaskObservationContext context;

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ScheduledTaskObservationContext;
		}

		@Override
		public void onStart(ScheduledTaskObservationContext context) {
			this.context = context;
			this.events.add("start");
		}

		@Override
		public void onError(ScheduledTaskObservationContext context) {
			this.events.add("error");
		}

		@Override
		public void onScopeOpened(ScheduledTaskObservationContext context) {
			this.events.add("open");
		}

		@Override
		public void onScopeClosed(ScheduledTaskObservationContext context) {
			this.events.add("close");
		}

		@Override
		public void onStop(ScheduledTaskObservationContext context) {
			this.events.add("stop");
		}

	}

	/**
	 * Fails once it has looked what is observed.
	 */
	static class Broken {

		private final Watch watch;

		private final ObservationRegistry registry;

		Broken(Watch watch, ObservationRegistry registry) {
			this.watch = watch;
			this.registry = registry;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		void tick() {
			Observation current = this.registry.getCurrentObservation();
			if (current != null && current.getContext() == this.watch.context) {
				this.watch.events.add("current");
			}
			throw new IllegalStateException("broken");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Flowing {

		@Bean
		@Lazy
		Stream stream(Work work) {
			return new Stream(work);
		}

	}

	static class Stream {

		private final Work work;

		Stream(Work work) {
			this.work = work;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		Mono<String> called() {
			return this.work.later("called");
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		Mono<String> deferred() {
			return Mono.defer(() -> this.work.later("deferred")).subscribeOn(Schedulers.boundedElastic());
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		Mono<String> forKim() {
			return Mono.fromCallable(() -> AuditContext.runAs(Actor.user("kim"), () -> this.work.later("for kim")))
				.flatMap((later) -> later);
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		Mono<String> byImporter() {
			return Mono.defer(() -> this.work.later("by importer"))
				.contextWrite(ReactiveSecurityContextHolder.withAuthentication(
						UsernamePasswordAuthenticationToken.authenticated("importer", null, List.of())));
		}

	}

	static class Work {

		@Audited(action = "work", message = "#{#what}")
		public void run(String what) {
		}

		@Audited(action = "work", message = "#{#what}")
		public Mono<String> later(String what) {
			return Mono.just(what);
		}

	}

}
