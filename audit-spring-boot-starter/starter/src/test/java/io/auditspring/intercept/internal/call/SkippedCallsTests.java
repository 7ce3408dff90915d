package io.auditspring.intercept.internal.call;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.shop.ShopConfiguration;
import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.resilience.InvocationRejectedException;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that never come to their method: nobody says that they were made.
 */
class SkippedCallsTests {

	private static final AtomicBoolean LOCKED = new AtomicBoolean();

	private ConfigurableApplicationContext context;

	private Work work;

	private AuditLog log;

	private void start(String... properties) {
		LOCKED.set(false);
		this.context = new SpringApplicationBuilder(Shop.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false")
			.properties(properties)
			.run();
		this.work = this.context.getBean(Work.class);
		this.log = new AuditLog(this.context.getBean(DataSource.class));
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	private List<String> entries(int count) {
		return this.log.await(count)
			.stream()
			.map((entry) -> entry.get("action") + " " + entry.get("outcome") + " " + entry.get("metadata"))
			.toList();
	}

	/** What comes last is the only one that must be there. */
	private void assertThatOnlyTheEndIsRecorded() {
		this.work.end();
		assertThat(entries(1)).containsExactly("end success null");
	}

	@Test
	void aCallThatIsLeftOutLeavesNoEntry() {
		start();
		LOCKED.set(true);
		this.work.nightly();
		this.work.nightlyInTransaction();
		this.work.nightlyBuffered();
		assertThat(this.work.counted()).isNull();
		assertThat(this.work.stage()).isNull();
		assertThatOnlyTheEndIsRecorded();
	}

	@Test
	void aCallThatIsLeftOutOfATransactionLeavesNoEntry() {
		start();
		LOCKED.set(true);
		new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> this.work.nightly());
		assertThatOnlyTheEndIsRecorded();
	}

	@Test
	void aCallThatIsMadeIsRecordedWhateverIsAroundIt() {
		start();
		this.work.nightly();
		assertThat(this.work.counted()).isEqualTo(3);
		assertThat(entries(2)).containsExactly("nightly success null", "counted success null");
	}

	@ParameterizedTest
	@ValueSource(strings = { "record", "RECORD" })
	void whoWantsToKnowIsToldThatNothingWasDone(String value) {
		start("audit.skipped=" + value);
		LOCKED.set(true);
		this.work.nightly();
		assertThat(this.work.counted()).isNull();
		assertThat(this.work.stage()).isNull();
		assertThat(entries(3)).containsExactly("nightly denied {\"skipped\": true}",
				"counted denied {\"skipped\": true}", "stage denied {\"skipped\": true}");
	}

	@Test
	void anAnswerFromTheCacheSaysSo() {
		start();
		this.work.cached("k");
		this.work.cached("k");
		assertThat(entries(2)).containsExactly("cached success null",
				"cached success {\"answeredBy\": \"CacheInterceptor\"}");
	}

	/** That there is nothing is an answer, too. */
	@ParameterizedTest
	@ValueSource(strings = { "ignore", "record" })
	void nothingFromTheCacheIsAnAnswer(String skipped) {
		start("audit.skipped=" + skipped);
		for (int i = 0; i < 2; i++) {
			assertThat(this.work.missing("k")).isNull();
			assertThat(this.work.missingStage("k")).succeedsWithin(Duration.ofSeconds(20)).isNull();
		}
		assertThat(entries(4)).containsExactlyInAnyOrder("missing success null", "missingStage success null",
				"missing success {\"answeredBy\": \"CacheInterceptor\"}",
				"missingStage success {\"answeredBy\": \"CacheInterceptor\"}");
	}

	@Test
	void nothingThatMayComeFromSomethingElseIsNone() {
		start("audit.skipped=record");
		LOCKED.set(true);
		assertThat(this.work.cachedAndLocked("k")).isNull();
		assertThat(entries(1)).containsExactly("both denied {\"skipped\": true}");
	}

	@Test
	void anAnswerThatComesLaterSaysSoToo() {
		start();
		for (int i = 0; i < 2; i++) {
			assertThat(this.work.cachedStage("k")).succeedsWithin(Duration.ofSeconds(60));
			assertThat(this.work.cachedMono("k").block()).isEqualTo("k");
		}
		assertThat(entries(4)).containsExactlyInAnyOrder("cachedStage success null", "cachedMono success null",
				"cachedStage success {\"answeredBy\": \"CacheInterceptor\"}",
				"cachedMono success {\"answeredBy\": \"CacheInterceptor\"}");
	}

	@Test
	void anAspectThatAnswersIsNamed() {
		start();
		assertThat(this.work.tried()).isEqualTo("stand-in");
		assertThat(entries(1)).containsExactly("tried success {\"answeredBy\": \"SkippedCallsTests.StandIn\"}");
	}

	@Test
	void oneOfSeveralThatMayHaveAnsweredIsNotGuessed() {
		start();
		this.work.cachedAndLocked("k");
		this.work.cachedAndLocked("k");
		assertThat(entries(2).get(1)).isEqualTo("both success {\"answeredBy\": \"advice\"}");
	}

	@Test
	void aCallThatALimitRejectsHasFailed() throws Exception {
		start();
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		CompletableFuture<Void> first = CompletableFuture.runAsync(() -> this.work.limited(inside, done));
		inside.await();
		assertThatExceptionOfType(InvocationRejectedException.class).isThrownBy(() -> this.work.limited(inside, done));
		done.countDown();
		first.join();
		assertThat(entries(2)).containsExactlyInAnyOrder("limited failure null", "limited success null");
	}

	@Test
	void anAsynchronousCallIsRecordedOnceItRuns() {
		start("audit.skipped=record");
		this.work.async(() -> {
		});
		assertThat(entries(1)).containsExactly("async success null");
		assertThat(this.work.asyncStage()).succeedsWithin(Duration.ofSeconds(60));
		assertThat(entries(2).get(1)).isEqualTo("asyncStage success null");
	}

	@Test
	void anAsynchronousCallThatIsLeftOutLeavesNoEntry() {
		start();
		LOCKED.set(true);
		assertThat(this.work.asyncStage()).succeedsWithin(Duration.ofSeconds(60));
		assertThatOnlyTheEndIsRecorded();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	@EnableAsync
	@EnableResilientMethods
	@EnableAspectJAutoProxy
	static class Shop extends ShopConfiguration {

		@Bean
		Work work() {
			return new Work();
		}

		@Bean
		static StandIn standIn() {
			return new StandIn();
		}

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		static DefaultPointcutAdvisor lockAdvisor() {
			MethodInterceptor lock = (invocation) -> LOCKED.get() ? null : invocation.proceed();
			return new DefaultPointcutAdvisor(AnnotationMatchingPointcut.forMethodAnnotation(Locked.class), lock);
		}

	}

	/**
	 * Runs on one instance at a time.
	 */
	@Retention(RetentionPolicy.RUNTIME)
	@interface Locked {

	}

	@Aspect
	static class StandIn {

		@Around("execution(* io.auditspring.intercept.internal.call.SkippedCallsTests.Work.tried())")
		public Object answer(ProceedingJoinPoint call) {
			return "stand-in";
		}

	}

	static class Work {

		@Audited("nightly")
		@Locked
		public void nightly() {
		}

		@Audited("nightly")
		@Locked
		@Transactional
		public void nightlyInTransaction() {
		}

		@Audited(action = "nightly", delivery = Delivery.ASYNC)
		@Locked
		public void nightlyBuffered() {
		}

		@Audited("counted")
		@Locked
		public Integer counted() {
			return 3;
		}

		@Audited("stage")
		@Locked
		public CompletableFuture<String> stage() {
			return CompletableFuture.completedFuture("done");
		}

		@Audited("cached")
		@Cacheable("things")
		public String cached(String key) {
			return key;
		}

		@Audited("missing")
		@Cacheable("missing")
		public String missing(String key) {
			return null;
		}

		@Audited("missingStage")
		@Cacheable("missingStages")
		public CompletableFuture<String> missingStage(String key) {
			return CompletableFuture.completedFuture(null);
		}

		@Audited("cachedStage")
		@Cacheable("stages")
		public CompletableFuture<String> cachedStage(String key) {
			return CompletableFuture.completedFuture(key);
		}

		@Audited("cachedMono")
		@Cacheable("monos")
		public Mono<String> cachedMono(String key) {
			return Mono.just(key);
		}

		@Audited("both")
		@Cacheable("both")
		@Locked
		public String cachedAndLocked(String key) {
			return key;
		}

		@Audited("tried")
		public String tried() {
			return "tried";
		}

		@Audited("limited")
		@ConcurrencyLimit(limit = 1, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
		public void limited(CountDownLatch inside, CountDownLatch done) {
			inside.countDown();
			try {
				done.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Audited("async")
		@Async
		public void async(Runnable work) {
			work.run();
		}

		@Audited("asyncStage")
		@Async
		@Locked
		public CompletableFuture<String> asyncStage() {
			return CompletableFuture.completedFuture("done");
		}

		@Audited("end")
		public void end() {
		}

	}

}
