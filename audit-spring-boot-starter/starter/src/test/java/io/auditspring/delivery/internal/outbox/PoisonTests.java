package io.auditspring.delivery.internal.outbox;

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;

import javax.sql.DataSource;

import com.sun.management.ThreadMXBean;
import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.Delivery;
import io.auditspring.delivery.Poison;
import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderLine;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whatever an application hands over: the call goes on, the entries around it are stored,
 * its own is stored as far as it can be, and the chain is valid.
 */
class PoisonTests {

	private static final int LIMIT = 256 << 10;

	private static final List<Delivery> MODES = List.of(Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC);

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Calls calls;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"spring.flyway.enabled=false", "audit.batch.linger=20ms", "audit.sync.timeout=1m")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		calls = context.getBean(Calls.class);
		log.jdbc().execute("alter table purchase_order alter column status type text");
		log.jdbc().execute("alter table purchase_order_aud alter column status type text");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	static List<Poison> poisonInEveryMode() {
		return Poison.all();
	}

	@ParameterizedTest
	@MethodSource
	void poisonInEveryMode(Poison poison) throws Exception {
		Object value = poison.value().get();
		for (Delivery mode : MODES) {
			Map<String, Object> entry = betweenNeighbours(mode,
					() -> assertThat(calls.take(mode, value)).isSameAs(value));
			assertThat((String) entry.get("metadata")).contains(poison.shown()).hasSizeLessThan(2 * LIMIT);
		}
		assertThat(context.getBean(AuditTrail.class).verify().valid()).isTrue();
		assertThat(Poison.isUntouched(value)).isTrue();
	}

	// The relay moves the three in one batch, and so does the buffer.
	private Map<String, Object> betweenNeighbours(Delivery mode, Runnable call) {
		await(() -> log.staged() == 0);
		long before = log.count();
		Relay relay = context.getBean(Relay.class);
		if (mode == Delivery.TRANSACTIONAL) {
			relay.stop();
		}
		calls.neighbour(mode, "first");
		call.run();
		calls.neighbour(mode, "second");
		relay.start();
		await(() -> log.count() == before + 3);
		List<Map<String, Object>> entries = log.jdbc().queryForList("""
				select action, category, actor_name, target_id, related::text, message, metadata::text,
					after_state::text, changes::text
				from audit.audit_log
				order by seq desc
				limit 3
				""");
		assertThat(entries).extracting("action").containsExactly("second", "poison", "first");
		return entries.get(1);
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(10)).until(condition);
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void namesOfAnyLength(Delivery mode) {
		String longName = incompressible(50_000);
		Map<String, Object> entry = betweenNeighbours(mode,
				() -> record(AuditRecord.action("poison")
					.category(longName)
					.actor(Actor.user(longName, longName).impersonatedBy(longName))
					.target(longName, longName)
					.targetName(longName)
					.related(longName, longName)
					.message(longName)
					.justification(longName)
					.error(longName)
					.delivery(mode)));
		assertThat((String) entry.get("category")).hasSizeLessThan(300);
		assertThat((String) entry.get("actor_name")).hasSizeLessThan(300);
		assertThat((String) entry.get("related")).hasSizeLessThan(700);
		assertThat((String) entry.get("message")).startsWith(longName.substring(0, 10_000))
			.endsWith("… (40000 characters cut)");
	}

	@Test
	void anActionOfAnyLength() {
		record(AuditRecord.action(incompressible(50_000)).delivery(Delivery.SYNC));
		assertThat((String) last().get("action")).hasSizeLessThan(300);
	}

	@Test
	void moreRelatedThingsThanAnybodyReads() {
		AuditRecord.Builder record = AuditRecord.action("related").delivery(Delivery.SYNC);
		for (int i = 0; i < 100_000; i++) {
			record.related("Box", i);
		}
		record(record);
		assertThat((String) last().get("related")).endsWith("{\"id\": \"99000 more\", \"type\": \"…\"}]");
	}

	@Test
	void timesThatCannotBeWritten() {
		record(AuditRecord.action("late").occurredAt(Instant.MAX).delivery(Delivery.SYNC));
		assertThat((String) last().get("metadata")).contains("+1000000000-12-31T23:59:59.999999999Z");
	}

	@Test
	void messagesThatCannotBeHad() {
		calls.describe(new Poison.ThrowingText());
		assertThat((String) last().get("metadata")).contains("\"message\": \"SpelEvaluationException",
				"\"targetId\": \"IllegalStateException\"");
		calls.describe(new Poison.Cyclic());
		assertThat((String) last().get("metadata")).contains("\"targetId\": \"StackOverflowError\"");
	}

	@Test
	void aTargetThatHasNoText() {
		assertThat(calls.target(new Poison.ThrowingText())).isEqualTo("done");
		assertThat(last()).containsEntry("target_id", "(no text: IllegalStateException)");
	}

	@Test
	void exceptionsThatTellTooMuchOrNothing() {
		IllegalStateException huge = new IllegalStateException("x".repeat(Poison.HUGE));
		assertThat(catchThrowable(() -> calls.fail(huge))).isSameAs(huge);
		assertThat(last()).containsEntry("error",
				"IllegalStateException: (a message of %d characters)".formatted(Poison.HUGE));
		RuntimeException mute = new MuteException();
		assertThat(catchThrowable(() -> calls.fail(mute))).isSameAs(mute);
		assertThat(last()).containsEntry("error", "MuteException: (no message: UnsupportedOperationException)");
	}

	@Test
	void aTextMadeToKeepTheMaskingBusy() {
		record(AuditRecord.action("busy").message("password".repeat(1_000_000)).delivery(Delivery.SYNC));
		assertThat((String) last().get("message")).startsWith("passwordpassword");
	}

	@Test
	void aHugeValueIsNotCopied() {
		long recorded = log.count();
		int huge = 100 << 20;
		Object value = Map.of("huge", "x".repeat(huge));
		calls.take(Delivery.ASYNC, "warm");
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		calls.take(Delivery.ASYNC, value);
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(huge / 10);
		// They come later than the next test's own entries otherwise.
		await(() -> log.count() == recorded + 2);
	}

	@Test
	void proxiesAndCollectionsThatAreNotLoaded() {
		PurchaseOrder order = context.getBean(OrderService.class).create("lazy", BigDecimal.ONE);
		context.getBean(OrderService.class).addLine(order.getId(), "pen");
		last();
		try (EntityManager entities = context.getBean(EntityManagerFactory.class).createEntityManager()) {
			OrderLine line = entities.createQuery("from OrderLine", OrderLine.class).getSingleResult();
			calls.take(Delivery.SYNC, entities.getReference(PurchaseOrder.class, order.getId()));
			assertThat((String) last().get("metadata")).contains("{\"id\": \"" + order.getId() + "\"}");
			entities.clear();
			calls.take(Delivery.SYNC, entities.find(PurchaseOrder.class, order.getId()));
			assertThat((String) last().get("metadata")).contains("\"lines\": \"(not loaded)\"")
				.contains("\"reference\": \"lazy\"");
			assertThat(line).isNotNull();
		}
	}

	@Test
	void aHugeState() {
		Map<String, Object> entry = changed(Delivery.TRANSACTIONAL, "x".repeat(Poison.HUGE));
		assertThat((String) entry.get("after_state")).contains("\"reference\": \"big", "characters cut")
			.hasSizeLessThan(2 * LIMIT);
	}

	@ParameterizedTest
	@EnumSource(value = Delivery.class, names = { "TRANSACTIONAL", "ASYNC", "SYNC" })
	void statesThatDifferBeyondTheCut(Delivery mode) {
		Map<String, Object> first = changed(mode, "x".repeat(2 * LIMIT));
		Map<String, Object> second = changed(mode, "x".repeat(2 * LIMIT - 1) + "y");
		assertThat(second.get("after_state").toString().replaceAll("big.{36}|\"id\": \\d+", ""))
			.isNotEqualTo(first.get("after_state").toString().replaceAll("big.{36}|\"id\": \\d+", ""));
		assertThat((String) second.get("changes")).contains("status", "characters cut").hasSizeLessThan(2 * LIMIT);
	}

	private Map<String, Object> changed(Delivery mode, String status) {
		long id = context.getBean(OrderService.class).create("big" + UUID.randomUUID(), BigDecimal.ONE).getId();
		return betweenNeighbours(mode, () -> calls.change(mode, id, status));
	}

	private static void record(AuditRecord.Builder record) {
		context.getBean(AuditRecorder.class).record(record.build());
	}

	private static Map<String, Object> last() {
		await(() -> log.staged() == 0 && context.getBean(AsyncBuffer.class).size() == 0);
		List<Map<String, Object>> entries = log.entries();
		return entries.get(entries.size() - 1);
	}

	private static String incompressible(int length) {
		StringBuilder text = new StringBuilder();
		new Random(1).ints(length, 'a', 'z' + 1).forEach((letter) -> text.append((char) letter));
		return text.toString();
	}

	static final class MuteException extends RuntimeException {

		@Override
		public String getMessage() {
			throw new UnsupportedOperationException();
		}

	}

	/**
	 * The calls, one for each mode.
	 */
	static class Calls {

		private final EntityManager entities;

		private final Modes modes;

		Calls(EntityManager entities, Modes modes) {
			this.entities = entities;
			this.modes = modes;
		}

		Object take(Delivery mode, Object value) {
			return switch (mode) {
				case ASYNC -> this.modes.takeAsync(value);
				case SYNC -> this.modes.takeSync(value);
				default -> this.modes.takeTransactional(value);
			};
		}

		void neighbour(Delivery mode, String action) {
			context.getBean(AuditRecorder.class).record(AuditRecord.action(action).delivery(mode).build());
		}

		void change(Delivery mode, long id, String status) {
			Runnable change = () -> this.entities.find(PurchaseOrder.class, id).setStatus(status);
			switch (mode) {
				case ASYNC -> this.modes.changeAsync(change);
				case SYNC -> this.modes.changeSync(change);
				default -> this.modes.changeTransactional(change);
			}
		}

		void describe(Object value) {
			this.modes.describe(value);
		}

		String target(Object target) {
			return this.modes.target(target);
		}

		void fail(RuntimeException failure) {
			this.modes.fail(failure);
		}

	}

	/**
	 * The audited methods.
	 */
	static class Modes {

		@Audited(action = "poison", metadata = "{value: #value}")
		public Object takeTransactional(Object value) {
			return value;
		}

		@Audited(action = "poison", metadata = "{value: #value}", delivery = Delivery.ASYNC)
		public Object takeAsync(Object value) {
			return value;
		}

		@Audited(action = "poison", metadata = "{value: #value}", delivery = Delivery.SYNC)
		public Object takeSync(Object value) {
			return value;
		}

		@org.springframework.transaction.annotation.Transactional
		@Audited("poison")
		public void changeTransactional(Runnable change) {
			change.run();
		}

		@org.springframework.transaction.annotation.Transactional
		@Audited(action = "poison", delivery = Delivery.ASYNC)
		public void changeAsync(Runnable change) {
			change.run();
		}

		@org.springframework.transaction.annotation.Transactional
		@Audited(action = "poison", delivery = Delivery.SYNC)
		public void changeSync(Runnable change) {
			change.run();
		}

		@Audited(action = "describe", message = "It is #{#value}", targetId = "#value", delivery = Delivery.SYNC)
		public void describe(Object value) {
		}

		@Audited(action = "target", delivery = Delivery.SYNC)
		public String target(Object target) {
			AuditContext.current().target("T", target).related("T", target);
			return "done";
		}

		@Audited(action = "fail", delivery = Delivery.SYNC)
		public void fail(RuntimeException failure) {
			throw failure;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Application extends ShopConfiguration {

		@Bean
		Modes modes() {
			return new Modes();
		}

		@Bean
		Calls calls(EntityManager entities, Modes modes) {
			return new Calls(entities, modes);
		}

	}

}
