package io.auditspring.intercept.internal.call;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobExecutionContext;
import org.quartz.JobExecutionException;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.TriggerBuilder;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.data.domain.AuditorAware;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.messaging.simp.annotation.support.SimpAnnotationMethodMessageHandler;
import org.springframework.messaging.support.ExecutorSubscribableChannel;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scheduled jobs and message listeners act as the system under their own name.
 */
class RunningJobsTests {

	private ConfigurableApplicationContext context;

	private AuditLog log;

	private void start(Class<?>... configuration) {
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off")
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

	@Test
	void aScheduledMethodIsNamedWhateverItIs() {
		start(Host.class, Jobs.class);
		this.log.await(2);
		assertThat(actorOf("scheduled")).isEqualTo("system system Nightly.reconcile");
		assertThat(actorOf("in the name of jane")).isEqualTo("user jane null");
		assertThat(AopUtils.isAopProxy(this.context.getBean(Nightly.class))).isFalse();
	}

	@Test
	void aJobOfQuartzIsNamed() throws Exception {
		start(Host.class, JobsOfQuartz.class);
		Scheduler scheduler = this.context.getBean(Scheduler.class);
		List<JobKey> keys = List.of(new JobKey("broken"), new JobKey("reconcile"), new JobKey("reconcile", "nightly"));
		for (JobKey key : keys) {
			AuditContext.runAs(Actor.user("joan"),
					() -> scheduler.scheduleJob(JobBuilder.newJob(QuartzJob.class).withIdentity(key).build(),
							TriggerBuilder.newTrigger().startNow().build()));
			this.log.await(1 + keys.indexOf(key));
		}
		assertThat(this.log.entries())
			.extracting(
					(entry) -> entry.get("actor_type") + " " + entry.get("actor_id") + " " + entry.get("actor_name"))
			.containsExactly("system system broken", "system system reconcile", "system system nightly.reconcile");
	}

	@Test
	void aMockOfQuartzIsNoScheduler() {
		start(Host.class, MockOfQuartz.class);
		assertThat(this.context.getBean(Scheduler.class)).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "system, system system Nightly.reconcile", "SYSTEM, system system Nightly.reconcile",
			"anonymousUser, system system Nightly.reconcile", "importer, user importer importer" })
	void anAuditorIsBelievedWhereItNamesSomebody(String auditor, String actor) {
		this.context = new SpringApplicationBuilder(Host.class, Jobs.class, Auditing.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off", "auditor=" + auditor)
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
		this.log.await(2);
		assertThat(actorOf("scheduled")).isEqualTo(actor);
		assertThat(actorOf("in the name of jane")).isEqualTo("user jane null");
	}

	@ParameterizedTest
	@ValueSource(classes = { Jobs.class, ObservedJobs.class })
	void aScheduledMethodIsNobodysWhoHappensToMakeItsBean(Class<?> jobs) throws Exception {
		start(Host.class, jobs, Late.class);
		this.log.await(2);
		AuditContext.runAs(Actor.user("joan"), () -> {
			SecurityContextHolder.getContext()
				.setAuthentication(UsernamePasswordAuthenticationToken.authenticated("jane", null, List.of()));
			try {
				return this.context.getBean(LateJob.class);
			}
			finally {
				SecurityContextHolder.clearContext();
			}
		});
		this.log.await(5);
		assertThat(actorOf("late")).isEqualTo("system system LateJob.tick");
		assertThat(actorOf("handed over")).isEqualTo("system system LateJob.tick");
		assertThat(actorOf("for kim")).isEqualTo("user kim null");
		Work work = this.context.getBean(Work.class);
		this.context.getBean(TaskScheduler.class).schedule(() -> work.run("plain"), Instant.now());
		this.log.await(6);
		assertThat(actorOf("plain")).isEqualTo("system system system");
	}

	@Test
	void whatElseRunsOnItsThreadIsNotNamed() {
		start(Host.class, Jobs.class);
		this.log.await(2);
		Work work = this.context.getBean(Work.class);
		this.context.getBean(TaskScheduler.class).schedule(() -> work.run("plain"), Instant.now());
		this.log.await(3);
		assertThat(actorOf("plain")).isEqualTo("system system system");
	}

	@Test
	void theRegistryOfTheApplicationIsLeftInPlace() {
		start(Host.class, Jobs.class, Observed.class);
		this.log.await(2);
		assertThat(actorOf("scheduled")).isEqualTo("system system Nightly.reconcile");
	}

	@Test
	void aMessageListenerIsNamed() {
		start(Host.class, Messages.class);
		send("/orders");
		send("/audited");
		send("/careful");
		this.log.await(3);
		assertThat(actorOf("orders")).isEqualTo("system system OrderListener.onOrder");
		assertThat(actorOf("audited")).isEqualTo("system system OrderListener.onAudited");
		assertThat(actorOf("careful")).isEqualTo("system system system");
	}

	@Test
	void aListenerThatAProxyWouldChangeGetsNone() {
		start(Host.class, Messages.class);
		assertThat(AopUtils.isAopProxy(this.context.getBean(OrderListener.class))).isTrue();
		assertThat(AopUtils.isAopProxy(this.context.getBean(CarefulListener.class))).isFalse();
		assertThat(AopUtils.isAopProxy(this.context.getBean(Nobody.class))).isFalse();
	}

	@Test
	void aListenerWithPrivateMethodsThatOthersCallGetsNone() {
		start(Host.class, Jobs.class, Private.class);
		this.log.await(4);
		assertThat(actorOf("private job")).isEqualTo("system system PrivateListener.tick");
		assertThat(actorOf("private event")).isEqualTo("system system system");
		assertThat(AopUtils.isAopProxy(this.context.getBean(PrivateListener.class))).isFalse();
		assertThat(AopUtils.isAopProxy(this.context.getBean(SealedListener.class))).isFalse();
		assertThat(AopUtils.isAopProxy(this.context.getBean(PreparedListener.class))).isTrue();
	}

	@Test
	void aListenerInACircleOfBeansStarts() {
		this.context = new SpringApplicationBuilder(Host.class, Circle.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.main.allow-circular-references=true")
			.run();
		this.log = new AuditLog(this.context.getBean(DataSource.class));
		CircularListener listener = this.context.getBean(CircularListener.class);
		assertThat(this.context.getBean(Companion.class).listener).isSameAs(listener);
		listener.onOrder("circle");
		this.log.await(1);
		assertThat(actorOf("circle")).isEqualTo("system system CircularListener.onOrder");
	}

	private void send(String destination) {
		SimpMessageHeaderAccessor headers = SimpMessageHeaderAccessor.create();
		headers.setSessionId("1");
		headers.setSessionAttributes(new HashMap<>());
		headers.setDestination(destination);
		this.context.getBean("input", ExecutorSubscribableChannel.class)
			.send(MessageBuilder.createMessage(destination.substring(1), headers.getMessageHeaders()));
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ShopConfiguration.class)
	static class Host {

		@Bean
		Work work() {
			return new Work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Jobs {

		@Bean
		Nightly nightly(Work work) {
			return new Nightly(work);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MockOfQuartz {

		@Bean
		Scheduler quartz() {
			return Mockito.mock(Scheduler.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class JobsOfQuartz {

		@Bean
		SchedulerFactoryBean quartz(AutowireCapableBeanFactory beans) {
			SchedulerFactoryBean quartz = new SchedulerFactoryBean();
			quartz.setJobFactory((fired, scheduler) -> beans.createBean(QuartzJob.class));
			Properties properties = new Properties();
			properties.setProperty("org.quartz.threadPool.threadCount", "1");
			quartz.setQuartzProperties(properties);
			return quartz;
		}

	}

	static class QuartzJob implements Job {

		private final Work work;

		QuartzJob(Work work) {
			this.work = work;
		}

		@Override
		public void execute(JobExecutionContext context) throws JobExecutionException {
			this.work.run("by Quartz");
			if (context.getJobDetail().getKey().getName().equals("broken")) {
				throw new JobExecutionException("broken");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Jobs.class, Observed.class })
	static class ObservedJobs {

	}

	/**
	 * A job whose bean is made when somebody asks for it.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Late {

		@Bean
		@Lazy
		LateJob lateJob(Work work, TaskScheduler scheduler) {
			return new LateJob(work, scheduler);
		}

	}

	static class LateJob {

		private final Work work;

		private final TaskScheduler scheduler;

		LateJob(Work work, TaskScheduler scheduler) {
			this.work = work;
			this.scheduler = scheduler;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		void tick() throws Exception {
			this.work.run("late");
			this.scheduler.schedule(() -> this.work.run("handed over"), Instant.now());
			AuditContext.runAs(Actor.user("kim"),
					() -> this.scheduler.schedule(() -> this.work.run("for kim"), Instant.now()));
		}

	}

	/**
	 * An auditor that always says something.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Auditing {

		@Bean
		AuditorAware<String> auditor(@Value("${auditor}") String auditor) {
			return () -> Optional.of(auditor);
		}

	}

	/**
	 * What Spring Boot does where it finds Micrometer Observation.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Observed {

		@Bean
		ObservationRegistry registry(ObjectProvider<ObservationHandler<?>> handlers) {
			ObservationRegistry registry = ObservationRegistry.create();
			handlers.forEach(registry.observationConfig()::observationHandler);
			return registry;
		}

		@Bean
		SchedulingConfigurer observing(ObservationRegistry registry) {
			return (registrar) -> registrar.setObservationRegistry(registry);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Messages {

		@Bean
		ExecutorSubscribableChannel input() {
			return new ExecutorSubscribableChannel();
		}

		@Bean
		SimpAnnotationMethodMessageHandler handler(ExecutorSubscribableChannel input) {
			return new SimpAnnotationMethodMessageHandler(input, new ExecutorSubscribableChannel(),
					new SimpMessagingTemplate(new ExecutorSubscribableChannel())) {

				@Override
				protected boolean isHandler(Class<?> beanType) {
					return beanType.getSimpleName().contains("Listener");
				}

			};
		}

		@Bean
		OrderListener orderListener(Work work) {
			return new OrderListener(work);
		}

		@Bean
		CarefulListener carefulListener(Work work) {
			return new CarefulListener(work);
		}

		@Bean
		Nobody nobody() {
			return new Nobody();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ CircularListener.class, Companion.class })
	static class Circle {

	}

	static class CircularListener {

		@Autowired
		private Companion companion;

		@Autowired
		private Work work;

		@MessageMapping("/circle")
		public void onOrder(String order) {
			assertThat(this.companion).isNotNull();
			this.work.run(order);
		}

	}

	/**
	 * Created when the listener needs it, which then is not complete yet.
	 */
	@Lazy
	static class Companion {

		@Autowired
		private CircularListener listener;

	}

	static class Work {

		@Audited(action = "work", message = "#{#what}")
		public void run(String what) {
		}

	}

	/**
	 * Nobody can make a proxy of it.
	 */
	static final class Nightly {

		private final Work work;

		Nightly(Work work) {
			this.work = work;
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		private void reconcile() throws Exception {
			this.work.run("scheduled");
			AuditContext.runAs(Actor.user("jane"), () -> {
				this.work.run("in the name of jane");
				return null;
			});
		}

	}

	static class OrderListener {

		private final Work work;

		OrderListener(Work work) {
			this.work = work;
		}

		@MessageMapping("/orders")
		void onOrder(@Payload String order) {
			this.work.run(order);
		}

		@Audited(action = "listen", message = "#{#order}")
		@MessageMapping("/audited")
		public void onAudited(@Payload String order) {
		}

	}

	static class CarefulListener {

		private final Work work;

		CarefulListener(Work work) {
			this.work = work;
		}

		@MessageMapping("/careful")
		public void onOrder(@Payload String order) {
			this.work.run(order);
		}

		public final Map<String, Object> settings() {
			return Map.of();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ PrivateListener.class, SealedListener.class, PreparedListener.class })
	static class Private {

	}

	/**
	 * What is private in it no proxy passes on.
	 */
	static class PrivateListener {

		private final Work work;

		PrivateListener(Work work) {
			this.work = work;
		}

		@MessageMapping("/private")
		public void onOrder(@Payload String order) {
			this.work.run(order);
		}

		@Scheduled(initialDelay = 0, fixedDelay = Integer.MAX_VALUE)
		private void tick() {
			this.work.run("private job");
		}

		@EventListener
		private void ready(ApplicationReadyEvent ready) {
			this.work.run("private event");
		}

	}

	static sealed class SealedListener permits OnlySealedListener {

		@MessageMapping("/sealed")
		public void onOrder(@Payload String order) {
		}

	}

	static final class OnlySealedListener extends SealedListener {

	}

	/**
	 * What is private in it is called before there is a proxy.
	 */
	static class PreparedListener {

		@Autowired
		private void with(Work work) {
		}

		@PostConstruct
		private void prepare() {
		}

		@MessageMapping("/prepared")
		public void onOrder(@Payload String order) {
		}

	}

	static class Nobody {

	}

}
