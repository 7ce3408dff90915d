package io.auditspring.delivery.internal.baseline;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.PresentStates.Kind;
import io.auditspring.delivery.internal.baseline.EntityBaseline.Result;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Crate;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Hooked;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Host;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Item;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Line;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Pair;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Parts;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Seat;
import io.auditspring.delivery.internal.baseline.EntityBaselineTests.Work;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.ShopConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static io.auditspring.delivery.internal.baseline.EntityBaselineTests.kind;
import static io.auditspring.delivery.internal.baseline.EntityBaselineTests.unaudited;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the pages hold in which the present states of entities are read.
 */
class BaselinePagesTests {

	private static final DataSource database = TestDatabase.migrated();

	private static final AuditLog log = new AuditLog(database);

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=update", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms",
					"spring.jpa.properties.hibernate.integration.envers.enabled=false")
			.initializers((application) -> application.getBeanFactory()
				.registerSingleton("dataSource", ShopConfiguration.pool(database)))
			.run();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static List<Map<String, Object>> baseline(String type) {
		log.settled();
		return log.entries()
			.stream()
			.filter((entry) -> "entity.baseline".equals(entry.get("action")) && type.equals(entry.get("target_type")))
			.toList();
	}

	private static Operation operation() {
		return EntityBaseline.operation(AuditRecord.action("entity.baseline").build());
	}

	private static List<Object> recorded(String type) {
		Object last = null;
		Result result;
		do {
			result = context.getBean(EntityBaseline.class).recordPage(kind(context, type), operation(), last, 5);
			last = result.page().last();
		}
		while (result.page().states().size() == 5);
		return baseline(type).stream().map((entry) -> entry.get("target_id")).toList();
	}

	@Test
	void identifiersOfSeveralPartsHaveAnOrderToo() {
		unaudited(context, (entityManager) -> {
			for (int left = 9; left <= 12; left++) {
				Item item = new Item(left);
				entityManager.persist(item);
				for (int right = 9; right <= 12; right++) {
					Pair pair = new Pair(left, right);
					entityManager.persist(pair);
					entityManager.persist(new Line(item, right));
					entityManager.persist(new Seat(pair, (right % 2 == 0) ? "a" : "B"));
				}
			}
		});
		assertThat(recorded("Pair")).hasSize(16)
			.doesNotHaveDuplicates()
			.contains("{\"a\":9,\"b\":10}", "{\"a\":12,\"b\":12}");
		assertThat(recorded("Line")).hasSize(16)
			.doesNotHaveDuplicates()
			.contains("{\"item\":9,\"number\":10}", "{\"item\":12,\"number\":12}");
		assertThat(recorded("Seat")).hasSize(16)
			.doesNotHaveDuplicates()
			.contains("{\"pair\":{\"a\":9,\"b\":10},\"row\":\"a\"}", "{\"pair\":{\"a\":12,\"b\":11},\"row\":\"B\"}");
		assertThat(context.getBean(AuditTrail.class).stateAt("Pair", new Parts(10, 11), Instant.now())).isPresent();
	}

	@Test
	void whatIsRecordedWasSoAtOneTime() {
		unaudited(context, (entityManager) -> entityManager.persist(new Crate(1)));
		// Of the two collections one is being read when somebody changes both.
		Hooked.hook
			.set(() -> new JdbcTemplate(database).execute("update entity_baseline_crate_labels set labels = 'new'; "
					+ "update entity_baseline_crate_marks set marks = 'new'"));
		recorded("Crate");
		assertThat(Hooked.hook).hasNullValue();
		assertThat(baseline("Crate")).extracting("after_state")
			.containsExactly("{\"id\": 1, \"marks\": [\"new\"], \"labels\": [\"new\"]}");
	}

	@Test
	void aChangeThatWasMadeMeanwhileIsNewerWhereverItStands() {
		unaudited(context, (entityManager) -> entityManager.persist(new Item(1)));
		Kind items = kind(context, "Item");
		EntityChange asRead = items.factory()
			.fromTransaction((session) -> items.read(session, null, 1))
			.states()
			.get(0);
		context.getBean(Work.class).rename(1, "b");
		log.settled();
		context.getBean(Handover.class)
			.deliver(Delivery.SYNC, List.of(context.getBean(EntryFactory.class).baseline(operation(), asRead)));
		assertThat(baseline("Item")).extracting("target_id").containsExactly("1");
		assertThat(context.getBean(AuditTrail.class).stateAt("Item", 1, Instant.now())).get()
			.satisfies((state) -> assertThat(state).containsEntry("name", "b"));
	}

}
