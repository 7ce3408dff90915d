package io.auditspring.capture.state;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.auditspring.AuditContext;
import io.auditspring.capture.state.Identities.Badge;
import io.auditspring.capture.state.Identities.BadgeKey;
import io.auditspring.capture.state.Identities.Billing;
import io.auditspring.capture.state.Identities.Fellow;
import io.auditspring.capture.state.Identities.Glider;
import io.auditspring.capture.state.Identities.Guild;
import io.auditspring.capture.state.Identities.Order;
import io.auditspring.capture.state.Identities.Ordering;
import io.auditspring.capture.state.Identities.Purse;
import io.auditspring.capture.state.Identities.PurseKey;
import io.auditspring.capture.state.Identities.Voucher;
import io.auditspring.capture.state.Identities.Wallet;
import jakarta.persistence.EntityManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Things are told apart by what they are, not by what is shown of them.
 */
class IdentityTests {

	private static StateApplication application;

	private static Hmac digests;

	@BeforeAll
	static void start() {
		application = new StateApplication();
		digests = new Hmac(application.log()
			.jdbc()
			.queryForObject("select value from audit.audit_masking_key where octet_length(value) = 32", byte[].class));
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static List<Map<String, Object>> call(Consumer<EntityManager> work) {
		return application.call(work);
	}

	private static List<Map<String, Object>> states(Consumer<EntityManager> work) {
		return call(work).stream().filter((entry) -> entry.get("target_id") != null).toList();
	}

	private static String purse(String bank, String accountNumber) {
		return "{\"accountNumber\":\"%s\",\"bank\":\"%s\"}".formatted(digests.of(accountNumber), bank);
	}

	private static Object stateNow(String type, Object id, String property) {
		return application.trail()
			.stateAt(type, id, Instant.now())
			.map((state) -> state.get(property))
			.map(Object::toString)
			.orElse(null);
	}

	@Test
	void aTransferBetweenTwoAccountsIsTwoChanges() {
		PurseKey from = new PurseKey("a", "DE-11");
		PurseKey to = new PurseKey("a", "DE-22");
		call((entityManager) -> {
			entityManager.persist(new Purse(from, 100));
			entityManager.persist(new Purse(to, 50));
		});
		List<Map<String, Object>> entries = states((entityManager) -> {
			entityManager.find(Purse.class, from).amount -= 10;
			entityManager.find(Purse.class, to).amount += 10;
		});
		assertThat(entries).extracting("target_type", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("Purse", purse("a", "DE-11"), "{\"amount\": {\"to\": 90, \"from\": 100}}"),
					tuple("Purse", purse("a", "DE-22"), "{\"amount\": {\"to\": 60, \"from\": 50}}"));
		assertThat(stateNow("Purse", purse("a", "DE-11"), "amount")).isEqualTo("90");
		assertThat(stateNow("Purse", purse("a", "DE-22"), "amount")).isEqualTo("60");
		assertThat(stateNow("Purse", from, "amount")).isEqualTo("90");
		assertThat(application.trail().trail("Purse", to).getContent()).hasSize(2);
	}

	@Test
	void openingOneAndClosingAnotherAreTwoChanges() {
		call((entityManager) -> entityManager.persist(new Purse(new PurseKey("b", "1"), 5)));
		assertThat(states((entityManager) -> {
			entityManager.persist(new Purse(new PurseKey("b", "2"), 7));
			entityManager.flush();
			entityManager.remove(entityManager.find(Purse.class, new PurseKey("b", "1")));
		})).extracting("target_id", "before_state", "after_state")
			.containsExactlyInAnyOrder(
					tuple(purse("b", "1"),
							"{\"key\": {\"bank\": \"b\", \"accountNumber\": \"%s\"}, \"amount\": 5}"
								.formatted(digests.of("1")),
							null),
					tuple(purse("b", "2"), null,
							"{\"key\": {\"bank\": \"b\", \"accountNumber\": \"%s\"}, \"amount\": 7}"
								.formatted(digests.of("2"))));
		assertThat(application.trail().stateAt("Purse", new PurseKey("b", "1"), Instant.now())).isEmpty();
	}

	@Test
	void identifierClassesAreToldApartToo() {
		assertThat(states((entityManager) -> {
			entityManager.persist(new Badge(new BadgeKey("north", "4711"), 1));
			entityManager.persist(new Badge(new BadgeKey("north", "4712"), 2));
		})).extracting("target_id")
			.containsExactlyInAnyOrder("{\"pin\":\"%s\",\"site\":\"north\"}".formatted(digests.of("4711")),
					"{\"pin\":\"%s\",\"site\":\"north\"}".formatted(digests.of("4712")));
	}

	@Test
	void aPartThatIsATextOfJsonStaysAsItIs() {
		String site = "{\"password\": \"a\"}";
		assertThat(states((entityManager) -> entityManager.persist(new Badge(new BadgeKey(site, "4713"), 1))))
			.extracting("target_id")
			.containsExactly(
					"{\"pin\":\"%s\",\"site\":\"{\\\"password\\\": \\\"a\\\"}\"}".formatted(digests.of("4713")));
	}

	@Test
	void soAreSecretIdentifiersOfOnePart() {
		call((entityManager) -> {
			entityManager.persist(new Voucher("t-1", 1));
			entityManager.persist(new Voucher("t-2", 2));
		});
		assertThat(states((entityManager) -> {
			entityManager.find(Voucher.class, "t-1").amount = 10;
			entityManager.find(Voucher.class, "t-2").amount = 20;
		})).extracting("target_id", "after_state")
			.containsExactlyInAnyOrder(
					tuple(digests.of("t-1"), "{\"token\": \"%s\", \"amount\": 10}".formatted(digests.of("t-1"))),
					tuple(digests.of("t-2"), "{\"token\": \"%s\", \"amount\": 20}".formatted(digests.of("t-2"))));
		assertThat(stateNow("Voucher", "t-1", "amount")).isEqualTo("10");
		assertThat(stateNow("Voucher", digests.of("t-2"), "amount")).isEqualTo("20");
	}

	@Test
	void referencesAndTheKeysOfMapsAreToldApartByTheSameText() {
		call((entityManager) -> {
			entityManager.persist(new Purse(new PurseKey("c", "1"), 1));
			entityManager.persist(new Purse(new PurseKey("c", "2"), 2));
			entityManager.persist(new Voucher("t-3", 1));
		});
		assertThat(states((entityManager) -> {
			Wallet wallet = new Wallet(1);
			wallet.purse = entityManager.getReference(Purse.class, new PurseKey("c", "1"));
			wallet.voucher = entityManager.getReference(Voucher.class, "t-3");
			wallet.limits.put(new PurseKey("c", "1"), 10);
			wallet.limits.put(new PurseKey("c", "2"), 20);
			entityManager.persist(wallet);
		})).extracting((entry) -> entry.get("after_state").toString().replace(" ", ""))
			.singleElement()
			.asString()
			.contains("\"purse\":{\"bank\":\"c\",\"accountNumber\":\"%s\"}".formatted(digests.of("1")))
			.contains("\"voucher\":\"%s\"".formatted(digests.of("t-3")))
			.contains(digests.of("2"));
		assertThat(states((entityManager) -> entityManager.find(Wallet.class, 1).purse = entityManager
			.getReference(Purse.class, new PurseKey("c", "2")))).extracting("changes")
			.singleElement()
			.asString()
			.contains("\"purse\"", digests.of("1"), digests.of("2"));
	}

	@Test
	void aReferenceToNothingStaysSoThoughTheStateIsCompleted() {
		call((entityManager) -> {
			Wallet wallet = new Wallet(2);
			wallet.voucher = new Voucher("t-4", 1);
			entityManager.persist(wallet.voucher);
			entityManager.persist(wallet);
		});
		call((entityManager) -> entityManager.find(Wallet.class, 2).voucher = null);
		assertThat(application.trail().stateAt("Wallet", 2, Instant.now()).orElseThrow()).containsEntry("voucher", null)
			.containsEntry("limits", Map.of());
	}

	@Test
	void theCallMeansTheSecretIdentifierThatIsNotShown() {
		List<Map<String, Object>> entries = call((entityManager) -> {
			AuditContext.current().target("Purse", new PurseKey("d", "DE-33"));
			entityManager.persist(new Purse(new PurseKey("d", "DE-33"), 1));
			entityManager.persist(new Purse(new PurseKey("d", "DE-34"), 2));
		});
		assertThat(entries).extracting("target_type", "target_id")
			.containsExactly(tuple("Purse", purse("d", "DE-33")), tuple("Purse", purse("d", "DE-34")));
		assertThat((String) entries.get(0).get("after_state")).contains("\"amount\": 1");
		assertThat(entries.toString()).doesNotContain("DE-33", "DE-34");
	}

	@Test
	void soDoesACallThatChangesNothing() {
		assertThat(call((entityManager) -> AuditContext.current()
			.target("Voucher", "t-9")
			.related("Voucher", "t-8")
			.related("Purse", new PurseKey("d", "DE-35")))).singleElement().satisfies((entry) -> {
				assertThat(entry).containsEntry("target_id", digests.of("t-9"));
				assertThat((String) entry.get("related")).contains(digests.of("t-8"), digests.of("DE-35"));
			});
	}

	@Test
	void classesOfOneSimpleNameHaveNamesThatDiffer() {
		call((entityManager) -> entityManager.persist(new Billing.Row(1, 5)));
		assertThat(states((entityManager) -> {
			entityManager.persist(new Ordering.Row(1, 6));
			entityManager.flush();
			entityManager.remove(entityManager.find(Billing.Row.class, 1));
		})).extracting("target_type", "target_id", "before_state", "after_state")
			.containsExactlyInAnyOrder(tuple("Ordering.Row", "1", null, "{\"id\": 1, \"amount\": 6}"),
					tuple("Billing.Row", "1", "{\"id\": 1, \"amount\": 5}", null));
		assertThat(application.trail().stateAt("Billing.Row", 1, Instant.now())).isEmpty();
		assertThat(stateNow("Ordering.Row", 1, "amount")).isEqualTo("6");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Row", "Ordering.Row", "Identities.Ordering.Row" })
	void eachOfTheirNamesMeansThemAndOneThatMeansBothIsCompleted(String name) {
		long id = 100 + name.length();
		assertThat(call((entityManager) -> {
			AuditContext.current().target(name, id);
			entityManager.persist(new Ordering.Row(id, 7));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Ordering.Row", Long.toString(id), "{\"id\": %d, \"amount\": 7}".formatted(id)));
	}

	@Test
	void aNameThatMeansBothMeansNoneWhereBothChange() {
		assertThat(call((entityManager) -> {
			AuditContext.current().target("Row", 200);
			entityManager.persist(new Ordering.Row(200, 1));
			entityManager.persist(new Billing.Row(200, 2));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactlyInAnyOrder(tuple("Row", "200", null),
					tuple("Ordering.Row", "200", "{\"id\": 200, \"amount\": 1}"),
					tuple("Billing.Row", "200", "{\"id\": 200, \"amount\": 2}"));
	}

	@Test
	void parentsThatAreEqualToTheApplicationAreTwo() {
		call((entityManager) -> {
			entityManager.persist(new Guild(1));
			entityManager.persist(new Guild(2));
			entityManager.persist(new Fellow(11, entityManager.find(Guild.class, 1)));
		});
		assertThat(states((entityManager) -> {
			Guild from = entityManager.find(Guild.class, 1);
			Guild to = entityManager.find(Guild.class, 2);
			Fellow fellow = entityManager.find(Fellow.class, 11);
			assertThat(from).isEqualTo(to);
			from.fellows.size();
			to.fellows.size();
			from.fellows.remove(fellow);
			to.fellows.add(fellow);
			fellow.guild = to;
		})).extracting("target_type", "target_id", "changes")
			.containsExactlyInAnyOrder(tuple("Fellow", "11", "{\"guild\": {\"to\": 2, \"from\": 1}}"),
					tuple("Guild", "1", "{\"fellows\": {\"to\": [], \"from\": [11]}}"),
					tuple("Guild", "2", "{\"fellows\": {\"to\": [11], \"from\": []}}"));
	}

	@Test
	void childrenThatAreEqualToTheApplicationAreTwo() {
		List<Map<String, Object>> entries = states((entityManager) -> {
			Guild guild = new Guild(5);
			entityManager.persist(guild);
			for (long id = 51; id <= 52; id++) {
				Fellow fellow = new Fellow(id, guild);
				guild.fellows.add(fellow);
				entityManager.persist(fellow);
			}
		});
		assertThat(entries).extracting("target_type", "target_id")
			.containsExactlyInAnyOrder(tuple("Guild", "5"), tuple("Fellow", "51"), tuple("Fellow", "52"));
		assertThat(entries).extracting("after_state").contains("{\"id\": 5, \"name\": \"g\", \"fellows\": [51, 52]}");
	}

	@Test
	void whatWasDeletedStaysDeletedThoughItsChildrenGoWithIt() {
		call((entityManager) -> {
			Guild guild = new Guild(80);
			entityManager.persist(guild);
			entityManager.persist(new Fellow(81, guild));
		});
		assertThat(states((entityManager) -> {
			Fellow fellow = entityManager.find(Fellow.class, 81);
			entityManager.remove(entityManager.find(Guild.class, 80));
			entityManager.remove(fellow);
		})).hasSize(2).extracting("after_state").containsOnlyNulls();
	}

	@ParameterizedTest
	@ValueSource(strings = { "Order", "orders", "Purchase", "Identities.Order",
			"io.auditspring.capture.state.Identities$Order", "io.auditspring.capture.state.Identities$Purchase" })
	void theClassTheEntityAndTheirSupertypesMeanIt(String type) {
		long id = type.length();
		assertThat(call((entityManager) -> {
			AuditContext.current().target(type, id);
			entityManager.persist(new Order(id));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("orders", Long.toString(id), "{\"id\": %d}".formatted(id)));
	}

	@Test
	void aNameOfTheApplicationsOwnMeansTheOneEntityWithThatIdentifier() {
		assertThat(call((entityManager) -> {
			AuditContext.current().target("PlacedOrder", 171);
			entityManager.persist(new Order(171));
			entityManager.persist(new Order(172));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("PlacedOrder", "171", "{\"id\": 171}"), tuple("orders", "172", "{\"id\": 172}"));
	}

	@Test
	void theNameOfAnotherEntityDoesNot() {
		assertThat(call((entityManager) -> {
			AuditContext.current().target("Guild", 173);
			entityManager.persist(new Order(173));
		})).extracting("target_type", "target_id", "after_state")
			.containsExactly(tuple("Guild", "173", null), tuple("orders", "173", "{\"id\": 173}"));
	}

	@Test
	void whereTwoEntitiesHaveTheIdentifierNoneOfThemIsMeant() {
		assertThat(call((entityManager) -> {
			AuditContext.current().target("GuildOrder", 174);
			entityManager.persist(new Order(174));
			entityManager.persist(new Guild(174));
		})).extracting((entry) -> entry.get("target_type"), (entry) -> entry.get("after_state") != null)
			.containsExactlyInAnyOrder(tuple("GuildOrder", false), tuple("orders", true), tuple("Guild", true));
	}

	@Test
	void theSameInThePlaceOfOneIsNoneAsInEnvers() {
		call((entityManager) -> entityManager.persist(new Glider(2, 5)));
		assertThat(states((entityManager) -> {
			entityManager.remove(entityManager.find(Glider.class, 2));
			entityManager.flush();
			entityManager.persist(new Glider(2, 5));
		})).isEmpty();
	}

}
