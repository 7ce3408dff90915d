package io.auditspring.delivery.internal.baseline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.Audited;
import io.auditspring.TestDatabase;
import io.auditspring.capture.internal.state.PresentStates;
import io.auditspring.capture.internal.state.PresentStates.Kind;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MapsId;
import org.assertj.core.groups.Tuple;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.persistenceunit.ManagedClassNameFilter;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was there before the trail.
 */
class EntityBaselineTests {

	private static final String COMPLETED = "entity.baseline.completed";

	private final DataSource database = TestDatabase.migrated();

	private final AuditLog log = new AuditLog(this.database);

	private ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=update", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms", "spring.jpa.open-in-view=false",
					"spring.jpa.properties.hibernate.integration.envers.enabled=false")
			.properties(properties)
			.initializers((context) -> context.getBeanFactory()
				.registerSingleton("dataSource", ShopConfiguration.pool(this.database)))
			.run();
	}

	private List<Map<String, Object>> baseline() {
		return this.log.entries().stream().filter((entry) -> "entity.baseline".equals(entry.get("action"))).toList();
	}

	static void unaudited(ConfigurableApplicationContext context, Consumer<EntityManager> work) {
		context.getBean(TransactionTemplate.class)
			.executeWithoutResult((status) -> work.accept(context.getBean(EntityManager.class)));
	}

	@Test
	void eachEntityThatTheTrailDoesNotKnowIsRecordedOnceHoweverOftenThatIsInterrupted() {
		Instant before;
		try (ConfigurableApplicationContext context = start()) {
			unaudited(context, (entityManager) -> {
				for (long id = 1; id <= 4; id++) {
					entityManager.persist(new Item(id));
				}
				entityManager.persist(new Special(5));
			});
			before = Instant.now();
			context.getBean(Work.class).rename(2, "b");
			this.log.settled();
			// As if it had been stopped after a page.
			Kind items = kind(context, "Item");
			context.getBean(EntityBaseline.class)
				.recordPage(items, EntityBaseline.operation(AuditRecord.action("entity.baseline").build()), null, 1);
			assertThat(baseline()).hasSize(1);
		}
		try (ConfigurableApplicationContext context = start("audit.capture.baseline=It*")) {
			awaitCompletion();
			assertThat(baseline())
				.extracting("target_type", "target_id", "actor_type", "outcome", "before_state", "after_state",
						"message")
				.containsExactlyInAnyOrder(
						expected("Item", 1, "{\"id\": 1, \"name\": \"a\", \"tags\": [\"x\", \"y\"]}"),
						expected("Item", 3, "{\"id\": 3, \"name\": \"a\", \"tags\": [\"x\", \"y\"]}"),
						expected("Item", 4, "{\"id\": 4, \"name\": \"a\", \"tags\": [\"x\", \"y\"]}"),
						expected("Special", 5,
								"{\"id\": 5, \"name\": \"a\", \"note\": \"n\", \"tags\": [\"x\", \"y\"]}"));
			AuditTrail trail = context.getBean(AuditTrail.class);
			assertThat(trail.stateAt("Item", 3, Instant.now())).get()
				.satisfies((state) -> assertThat(state).containsEntry("name", "a"));
			assertThat(trail.stateAt("Item", 3, before)).isEmpty();
			assertThat(trail.stateKnownSince(AuditQuery.all().target("Item", 3))).get()
				.satisfies((since) -> assertThat(since).isAfter(before));
			assertThat(trail.stateKnownSince(AuditQuery.all().target("Item", 99))).isEmpty();
			assertThat(trail.verify().valid()).isTrue();
			unaudited(context, (entityManager) -> entityManager.persist(new Item(6)));
		}
		try (ConfigurableApplicationContext context = start("audit.capture.baseline=*")) {
			Awaitility.await()
				.until(() -> this.log.entries()
					.stream()
					.filter((entry) -> COMPLETED.equals(entry.get("action")))
					.count() == 5 && baselineThreads() == 0);
			assertThat(baseline()).hasSize(4);
		}
	}

	@Test
	void twoInstancesAtOnceRecordEachEntityOnce() {
		try (ConfigurableApplicationContext context = start()) {
			unaudited(context, (entityManager) -> {
				for (long id = 1; id <= 350; id++) {
					entityManager.persist(new Item(id));
				}
			});
		}
		try (ConfigurableApplicationContext one = start("audit.capture.baseline=Item");
				ConfigurableApplicationContext two = start("audit.capture.baseline=Item")) {
			Awaitility.await().until(() -> baselineThreads() == 0);
			this.log.settled();
			assertThat(baseline()).hasSize(350);
			assertThat(baseline()).extracting((entry) -> entry.get("target_id")).doesNotHaveDuplicates();
			assertThat(one.getBean(AuditTrail.class).verify().valid()).isTrue();
			assertThat(two.isActive()).isTrue();
		}
	}

	static Kind kind(ConfigurableApplicationContext context, String name) {
		return context.getBean(PresentStates.class)
			.kinds()
			.stream()
			.filter((kind) -> kind.name().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static Tuple expected(String type, int id, String state) {
		return Tuple.tuple(type, String.valueOf(id), "system", "success", null, state,
				"%s %d was as shown when the trail began".formatted(type, id));
	}

	private void awaitCompletion() {
		Awaitility.await()
			.until(() -> this.log.entries().stream().anyMatch((entry) -> COMPLETED.equals(entry.get("action"))));
		Awaitility.await().until(() -> baselineThreads() == 0);
	}

	private static long baselineThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> Objects.equals(thread.getName(), "audit-baseline"))
			.count();
	}

	/**
	 * An entity.
	 */
	@Entity(name = "Item")
	@Inheritance(strategy = InheritanceType.JOINED)
	static class Item {

		@Id
		long id;

		String name = "a";

		@ElementCollection
		List<String> tags = new ArrayList<>(List.of("x", "y"));

		Item() {
		}

		Item(long id) {
			this.id = id;
		}

	}

	/**
	 * One that extends it.
	 */
	@Entity(name = "Special")
	static class Special extends Item {

		String note = "n";

		Special() {
		}

		Special(long id) {
			super(id);
		}

	}

	/**
	 * An entity whose identifier has several parts.
	 */
	@Entity(name = "Pair")
	static class Pair {

		@EmbeddedId
		Parts id;

		Pair() {
		}

		Pair(int left, int right) {
			this.id = new Parts(left, right);
		}

	}

	/**
	 * Its identifier.
	 *
	 * @param a one part
	 * @param b the other
	 */
	@Embeddable
	record Parts(int a, int b) {

	}

	/**
	 * One whose identifier is a class apart, with a reference.
	 */
	@Entity(name = "Line")
	@IdClass(LineId.class)
	static class Line {

		@Id
		@ManyToOne
		Item item;

		@Id
		int number;

		Line() {
		}

		Line(Item item, int number) {
			this.item = item;
			this.number = number;
		}

	}

	/**
	 * Its identifier.
	 *
	 * @param item of the item
	 * @param number which of its lines
	 */
	record LineId(long item, int number) {

	}

	/**
	 * One whose identifier is in part that of another, which has parts itself.
	 */
	@Entity(name = "Seat")
	static class Seat {

		@EmbeddedId
		SeatId id;

		@MapsId("pair")
		@ManyToOne
		Pair pair;

		Seat() {
		}

		Seat(Pair pair, String row) {
			this.id = new SeatId(null, row);
			this.pair = pair;
		}

	}

	/**
	 * Its identifier.
	 */
	@Embeddable
	static class SeatId {

		Parts pair;

		@Column(name = "seat_row")
		String row;

		SeatId() {
		}

		SeatId(Parts pair, String row) {
			this.pair = pair;
			this.row = row;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof SeatId id && Objects.equals(id.pair, this.pair) && Objects.equals(id.row, this.row);
		}

		@Override
		public int hashCode() {
			return Objects.hash(this.pair, this.row);
		}

	}

	/**
	 * An entity with two collections.
	 */
	@Entity(name = "Crate")
	static class Crate {

		@Id
		long id;

		@ElementCollection
		@CollectionTable(name = "entity_baseline_crate_labels")
		@Convert(converter = Hooked.class)
		List<String> labels = new ArrayList<>(List.of("old"));

		@ElementCollection
		@CollectionTable(name = "entity_baseline_crate_marks")
		List<String> marks = new ArrayList<>(List.of("old"));

		Crate() {
		}

		Crate(long id) {
			this.id = id;
		}

	}

	/**
	 * Does something else once, while a collection is read.
	 */
	static class Hooked implements AttributeConverter<String, String> {

		static final AtomicReference<Runnable> hook = new AtomicReference<>();

		@Override
		public String convertToDatabaseColumn(String value) {
			return value;
		}

		@Override
		public String convertToEntityAttribute(String value) {
			Runnable step = hook.getAndSet(null);
			if (step != null) {
				step.run();
			}
			return value;
		}

	}

	/**
	 * Changes items.
	 */
	static class Work {

		private final EntityManager entityManager;

		Work(EntityManager entityManager) {
			this.entityManager = entityManager;
		}

		@Audited("item.rename")
		@Transactional
		public void rename(long id, String name) {
			this.entityManager.find(Item.class, id).name = name;
		}

	}

	/**
	 * The application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		static ManagedClassNameFilter entities() {
			return (name) -> name.startsWith("io.auditspring.query.")
					|| name.startsWith(EntityBaselineTests.class.getName());
		}

		@Bean
		Work work(EntityManager entityManager) {
			return new Work(entityManager);
		}

	}

}
