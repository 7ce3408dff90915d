package io.auditspring.capture.state;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.auditspring.AuditContext;
import io.auditspring.AuditRecord;
import io.auditspring.capture.state.Identities.Badge;
import io.auditspring.capture.state.Identities.BadgeKey;
import io.auditspring.capture.state.Identities.Boat;
import io.auditspring.capture.state.Identities.Clientele;
import io.auditspring.capture.state.Identities.Order;
import io.auditspring.capture.state.Identities.Purse;
import io.auditspring.capture.state.Identities.PurseKey;
import io.auditspring.capture.state.Identities.Staff;
import io.auditspring.capture.state.Identities.Voucher;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import jakarta.persistence.EntityManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * A thing has one trail, whatever it is called by who writes and who reads it.
 */
class OneTrailTests {

	private static final String CLASS = "io.auditspring.capture.state.Identities$Order";

	private static StateApplication application;

	private static Hmac digests;

	@BeforeAll
	static void start() {
		application = new StateApplication();
		digests = new Hmac(application.log()
			.jdbc()
			.queryForObject("select value from audit.audit_masking_key where octet_length(value) = 32", byte[].class));
	}

	@AfterEach
	void nobodyActs() {
		application.actBy(null);
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static List<Map<String, Object>> call(Consumer<EntityManager> work) {
		return application.call(work);
	}

	private static Map<String, Object> recorded(AuditRecord.Builder record) {
		application.recorder().record(record.build());
		Awaitility.await().until(() -> application.log().staged() == 0);
		List<Map<String, Object>> entries = application.log().entries();
		return entries.get(entries.size() - 1);
	}

	private static List<AuditEntry> found(AuditQuery query) {
		return application.trail().find(query).getContent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Order", "orders", "Purchase", "Identities.Order", CLASS })
	void anEntityHasTheSameNameWhetherACallChangesItOrNot(String name) {
		long id = 1_000 + name.hashCode();
		assertThat(call((entityManager) -> AuditContext.current().target(name, id))).extracting("target_type")
			.containsExactly("orders");
		call((entityManager) -> entityManager.persist(new Order(id)));
		assertThat(recorded(AuditRecord.action("order.printed").target(name, id))).containsEntry("target_type",
				"orders");
		for (String other : List.of("Order", "orders", "Purchase", CLASS)) {
			assertThat(application.trail().trail(other, id).getContent()).hasSize(3);
			assertThat(found(AuditQuery.all().target(other, id))).hasSize(3);
			assertThat(application.trail().count(AuditQuery.all().target(other, id))).isEqualTo(3);
			assertThat(found(AuditQuery.all().targetType(other).limit(1_000)))
				.hasSize((int) application.trail().count(AuditQuery.all().targetType("orders")));
			assertThat(application.trail().stateAt(other, id, Instant.now())).hasValue(Map.of("id", (int) id));
			assertThat(application.trail().operations(AuditQuery.all().target(other, id))).hasSize(3);
		}
	}

	@Test
	void whatIsRelatedToItDoesToo() {
		assertThat(recorded(AuditRecord.action("order.shipped").related("Order", "71").related("Parcel", "9"))
			.get("related")
			.toString()).contains("orders").doesNotContain("Order");
		for (String name : List.of("Order", "orders", CLASS)) {
			assertThat(found(AuditQuery.all().related(name, 71))).hasSize(1);
		}
	}

	@Test
	void aWordThatNoEntityHasStaysAsItIs() {
		assertThat(recorded(AuditRecord.action("job.run").target("Job", "nightly"))).containsEntry("target_type",
				"Job");
		assertThat(recorded(AuditRecord.action("job.run").target("Comparable", "1"))).containsEntry("target_type",
				"Comparable");
		assertThat(found(AuditQuery.all().target("Job", "nightly"))).hasSize(1);
	}

	@Test
	void soDoesOneThatSeveralHave() {
		assertThat(recorded(AuditRecord.action("row.printed").target("Row", "3"))).containsEntry("target_type", "Row");
		assertThat(found(AuditQuery.all().target("Row", 3))).hasSize(1);
		assertThat(found(AuditQuery.all().target("Ordering.Row", 3))).isEmpty();
	}

	@Test
	void anEntityWithoutEntriesOfItsOwnTakesNoNameAway() {
		assertThat(call((entityManager) -> entityManager.persist(new Staff.Worker(1)))).extracting("target_type")
			.contains("Worker");
		assertThat(recorded(AuditRecord.action("worker.greeted").target("Clientele.Worker", "1")))
			.containsEntry("target_type", "Clientele.Worker");
		assertThat(recorded(AuditRecord.action("worker.greeted").target("Staff.Worker", "1")))
			.containsEntry("target_type", "Worker");
	}

	@Test
	void anIdentifierIsOneWithinAHierarchySoItsTrailIs() {
		call((entityManager) -> {
			AuditContext.current().target("Craft", 31);
			entityManager.persist(new Boat(31, 5));
		});
		call((entityManager) -> AuditContext.current().target("Craft", 31));
		call((entityManager) -> entityManager.find(Boat.class, 31).amount = 6);
		for (String name : List.of("Craft", "Boat", "Identities.Boat")) {
			assertThat(application.trail().trail(name, 31).getContent()).as(name).hasSize(3);
			assertThat(application.trail().stateAt(name, 31, Instant.now()).orElseThrow()).containsEntry("amount", 6);
		}
		assertThat(found(AuditQuery.all().targetType("Boat"))).extracting((entry) -> entry.getTargetType())
			.containsOnly("Boat");
	}

	@Test
	void aSecretIdentifierIsHiddenWhoeverSaysIt() {
		Map<String, Object> entry = recorded(AuditRecord.action("voucher.checked")
			.target("Voucher", "t-71")
			.related("Identities.Voucher", "t-72")
			.related("Purse", "{\"bank\": \"e\", \"accountNumber\": \"DE-71\"}")
			.related("Purse", "e/DE-72"));
		assertThat(entry).containsEntry("target_id", digests.of("t-71"));
		assertThat(entry.get("related").toString()).contains(digests.of("t-72"), digests.of("DE-71"),
				digests.of("e/DE-72"));
		assertThat(entry.toString()).doesNotContain("t-71", "t-72", "DE-71", "DE-72");
		assertThat(found(AuditQuery.all().target("Voucher", "t-71"))).hasSize(1);
		assertThat(found(AuditQuery.all().target("Voucher", digests.of("t-71")))).hasSize(1);
		assertThat(found(AuditQuery.all().related("Voucher", "t-72"))).hasSize(1);
		assertThat(found(AuditQuery.all().related("Purse", new PurseKey("e", "DE-71")))).hasSize(1);
	}

	@Test
	void theTextOfACompositeOneMeansTheSameAsTheIdentifier() {
		call((entityManager) -> {
			entityManager.persist(new Purse(new PurseKey("f", "DE-73"), 7));
			entityManager.persist(new Badge(new BadgeKey("f", "4713"), 8));
		});
		assertThat(application.trail()
			.stateAt("Purse", "{\"bank\":\"f\",\"accountNumber\":\"DE-73\"}", Instant.now())
			.orElseThrow()).containsEntry("amount", 7);
		assertThat(
				application.trail().stateAt("Badge", "{\"site\":\"f\",\"pin\":\"4713\"}", Instant.now()).orElseThrow())
			.containsEntry("amount", 8);
	}

	@Test
	void actorsThatAreEntitiesAreToldApartByTheSameNames() {
		assertThat(List.of(actorId(new Staff.Worker(5)), actorId(new Clientele.Worker(5)), actorId(new Order(5))))
			.containsExactly("Worker:5", "Clientele.Worker:5", "orders:5");
		assertThat(actorId(new Staff.Manager(6))).isEqualTo("Worker:6");
	}

	@Test
	void soTheirSecretIdentifiersAreHidden() {
		assertThat(actorId(new Voucher("t-74", 1))).isEqualTo("Voucher:" + digests.of("t-74"));
	}

	@Test
	void anActorIsTheSameWhetherItsEntityIsLoadedOrNot() {
		call((entityManager) -> entityManager.persist(new Staff.Manager(7)));
		List<Map<String, Object>> entries = call(
				(entityManager) -> application.actBy(entityManager.getReference(Staff.Worker.class, 7)));
		assertThat(entries).hasSize(1);
		assertThat(recorded(AuditRecord.action("asked"))).containsEntry("actor_id", "Worker:7");
	}

	private static Object actorId(Object auditor) {
		application.actBy(auditor);
		return recorded(AuditRecord.action("asked")).get("actor_id");
	}

	@Test
	void whatACallChangesByAnotherNameIsFoundByEach() {
		assertThat(call((entityManager) -> {
			AuditContext.current().target("Identities.Voucher", "t-75");
			entityManager.persist(new Voucher("t-75", 4));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Voucher", digests.of("t-75"),
					"{\"token\": \"%s\", \"amount\": 4}".formatted(digests.of("t-75"))));
	}

}
