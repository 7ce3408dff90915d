package io.auditspring.capture.state;

import java.util.Map;

import io.auditspring.AuditContext;
import io.auditspring.AuditRecord;
import io.auditspring.Resource;
import io.auditspring.capture.state.Identities.Boat;
import io.auditspring.capture.state.Identities.Order;
import io.auditspring.capture.state.Identities.Purse;
import io.auditspring.capture.state.Identities.PurseKey;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.query.AuditRedaction;
import io.auditspring.retention.ErasureReport;
import io.auditspring.retention.LegalHold;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Subject;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thing is held, and erased, whatever it is called by who asks for it.
 */
class HeldNamesTests {

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Order", "orders", "Purchase", "io.auditspring.capture.state.Identities$Order" })
	void aHoldIsOnItWhateverItIsCalledByWhoeverPlacesIt(String name) {
		long id = 2_000 + name.hashCode();
		application.call((entityManager) -> entityManager.persist(new Order(id)));
		long hold = application.bean(LegalHolds.class).placeOnTarget(name, id, "case 12");
		assertThat(application.bean(LegalHolds.class).current()).extracting(LegalHold::target)
			.containsExactly(new Resource("orders", String.valueOf(id)));
		assertThat(erase(Subject.target(name, id)).left()).containsKey(ErasureReport.Cause.HELD);
		application.bean(LegalHolds.class).lift(hold, "closed");
		assertThat(application.bean(LegalHolds.class).current()).isEmpty();
		ErasureReport report = erase(Subject.target(name, id));
		assertThat(report.erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(report.left()).containsOnlyKeys(ErasureReport.Cause.KEPT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "Craft", "Boat" })
	void soAreHoldAndErasureWithinAHierarchy(String name) {
		long id = 3_000 + name.hashCode();
		application.call((entityManager) -> {
			AuditContext.current().target("Craft", id);
			entityManager.persist(new Boat(id, 5));
		});
		application.call((entityManager) -> AuditContext.current().target("Craft", id));
		long hold = application.bean(LegalHolds.class).placeOnTarget(name, id, "case 12");
		assertThat(erase(Subject.target(name, id)).erased()).isEmpty();
		application.bean(LegalHolds.class).lift(hold, "closed");
		assertThat(application.bean(LegalHolds.class).current()).isEmpty();
		assertThat(erase(Subject.target(name, id)).erased()).isEqualTo(Map.of(EntryGroup.DATA, 2L));
	}

	@Test
	void aSecretIdentifierIsHiddenFromHoldsAndErasureToo() {
		application.recorder().record(AuditRecord.action("voucher.checked").target("Voucher", "t-79").build());
		Awaitility.await().until(() -> application.log().staged() == 0);
		long hold = application.bean(LegalHolds.class).placeOnTarget("Voucher", "t-79", "case 12");
		assertThat(erase(Subject.target("Voucher", "t-79")).left().get(ErasureReport.Cause.HELD)).hasSize(1);
		assertThat(application.bean(LegalHolds.class).current()).singleElement()
			.satisfies((current) -> assertThat(current.toString()).doesNotContain("t-79"));
		application.bean(LegalHolds.class).lift(hold, "closed");
		assertThat(erase(Subject.target("Identities.Voucher", "t-79")).erased()).isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(application.log().entries()).noneMatch((any) -> any.toString().contains("t-79"));
	}

	@Test
	void whoIsKnownByACompositeIdentifierIsErasedByIt() {
		PurseKey key = new PurseKey("north", "7001");
		application.call((entityManager) -> entityManager.persist(new Purse(key, 5)));
		assertThat(erase(Subject.actor("nobody").andTarget("Purse", key)).erased())
			.isEqualTo(Map.of(EntryGroup.DATA, 1L));
		assertThat(erase(Subject.target("Purse", new PurseKey("south", "7001"))).erased()).isEmpty();
	}

	private static ErasureReport erase(Subject subject) {
		return application.bean(AuditRedaction.class).erase(subject, "asked to");
	}

}
