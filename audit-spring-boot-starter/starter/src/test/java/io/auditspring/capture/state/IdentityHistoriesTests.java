package io.auditspring.capture.state;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;

import io.auditspring.AuditContext;
import io.auditspring.capture.state.Identities.Badge;
import io.auditspring.capture.state.Identities.BadgeKey;
import io.auditspring.capture.state.Identities.Billing;
import io.auditspring.capture.state.Identities.Boat;
import io.auditspring.capture.state.Identities.Fellow;
import io.auditspring.capture.state.Identities.Gadget;
import io.auditspring.capture.state.Identities.Glider;
import io.auditspring.capture.state.Identities.Guild;
import io.auditspring.capture.state.Identities.Ordering;
import io.auditspring.capture.state.Identities.Purse;
import io.auditspring.capture.state.Identities.PurseKey;
import io.auditspring.capture.state.Identities.Spot;
import io.auditspring.capture.state.Identities.Stool;
import io.auditspring.capture.state.Identities.Voucher;
import io.auditspring.capture.state.Identities.Wallet;
import io.auditspring.capture.state.Lomboks.Crew;
import io.auditspring.capture.state.Lomboks.Gizmo;
import io.auditspring.capture.state.Lomboks.Pass;
import io.auditspring.capture.state.Lomboks.PassKey;
import io.auditspring.capture.state.Lomboks.Stub;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import jakarta.persistence.EntityManager;
import org.awaitility.Awaitility;
import org.hibernate.envers.DefaultRevisionEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random histories of things that are easily taken for each other. Afterwards each entry
 * is compared with the row that Envers wrote: of the same thing, in the same revision,
 * with the same values before and after.
 */
class IdentityHistoriesTests {

	private static final int HISTORIES = Integer.getInteger("faults.histories", 40);

	private static final int CALLS = 3;

	private static final String SECRET = "S3CR3T-";

	private static final String KEY = "a key of thirty-two characters...";

	private static final Hmac DIGESTS = new Hmac(KEY.getBytes());

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static final List<Kind<?>> KINDS = List
		.of(new Kind<>(Purse.class, "Purse", (key) -> new PurseKey("bank" + key % 2, SECRET + key / 2),
				(id, amount) -> new Purse((PurseKey) id, amount), (purse, amount) -> purse.amount = amount,
				(row) -> idOnly("key", purseKey(row, ""))),
				new Kind<>(Badge.class, "Badge", (key) -> new BadgeKey("site" + key % 2, SECRET + key / 2),
						(id, amount) -> new Badge((BadgeKey) id, amount), (badge, amount) -> badge.amount = amount,
						(row) -> object().put("site", (String) row.get("site")).put("pin", digest(row, "pin"))),
				new Kind<>(Stool.class, "Stool", (key) -> new Spot("line" + key % 2, key / 2),
						(id, amount) -> new Stool((Spot) id, amount), (stool, amount) -> stool.amount = amount, (
								row) -> idOnly("spot",
										object().put("line", (String) row.get("line"))
											.put("place", (int) row.get("place")))),
				new Kind<>(Voucher.class, "Voucher", (key) -> SECRET + key,
						(id, amount) -> new Voucher((String) id, amount), (voucher, amount) -> voucher.amount = amount,
						(row) -> object().put("token", digest(row, "token"))),
				new Kind<>(Locker.class, "Locker", (key) -> new LockerKey("hall" + key % 2, SECRET + key / 2),
						(id, amount) -> new Locker((LockerKey) id, amount), Locker::setAmount,
						(row) -> idOnly("key",
								object().put("hall", (String) row.get("hall"))
									.put("combination", digest(row, "combination")))),
				new Kind<>(Membership.class, "Membership", (key) -> 30L + key,
						(id, amount) -> new Membership((long) id, amount), Membership::setAmount,
						IdentityHistoriesTests::number),
				new Kind<>(Ordering.Row.class, "Ordering.Row", Long::valueOf,
						(id, amount) -> new Ordering.Row((long) id, amount), (line, amount) -> line.amount = amount,
						IdentityHistoriesTests::number),
				new Kind<>(Billing.Row.class, "Billing.Row", Long::valueOf,
						(id, amount) -> new Billing.Row((long) id, amount), (line, amount) -> line.amount = amount,
						IdentityHistoriesTests::number),
				new Kind<>(Boat.class, "Boat", (key) -> 10L + key, (id, amount) -> new Boat((long) id, amount),
						(boat, amount) -> boat.amount = amount, IdentityHistoriesTests::number),
				new Kind<>(Glider.class, "Glider", (key) -> 20L + key, (id, amount) -> new Glider((long) id, amount),
						(glider, amount) -> glider.amount = amount, IdentityHistoriesTests::number),
				new Kind<>(Gadget.class, "Gadget", Long::valueOf, (id, amount) -> new Gadget((Long) id, amount),
						(gadget, amount) -> gadget.amount = amount, IdentityHistoriesTests::number),
				new Kind<>(Gizmo.class, "Gizmo", Long::valueOf, (id, amount) -> new Gizmo((Long) id, amount),
						Gizmo::setAmount, IdentityHistoriesTests::number),
				new Kind<>(Crew.class, "Crew", Long::valueOf,
						(id, amount) -> Crew.builder().id((Long) id).amount(amount).build(), Crew::setAmount,
						(row) -> number(row).put("name", "crew")),
				new Kind<>(Pass.class, "Pass", (key) -> new PassKey("gate" + key % 2, SECRET + key / 2),
						(id, amount) -> new Pass((PassKey) id, amount), Pass::setAmount,
						(row) -> idOnly("key",
								object().put("gate", (String) row.get("gate")).put("serial", digest(row, "serial")))),
				new Kind<>(Stub.class, "Stub", (key) -> SECRET + key, (id, amount) -> new Stub((String) id, amount),
						Stub::setAmount, (row) -> object().put("number", digest(row, "number"))));

	private static final int KEYS = 4;

	@Test
	void areWhatEnversHasInItsTables() {
		try (StateApplication application = new StateApplication("audit.masking.key=" + KEY)) {
			application.callOnly((entityManager) -> {
				for (long id = 1; id <= 3; id++) {
					entityManager.persist(new Guild(id));
					entityManager.persist(new Wallet(id));
				}
				entityManager.persist(new Purse(new PurseKey("fixed", SECRET + 1), 0));
				entityManager.persist(new Purse(new PurseKey("fixed", SECRET + 2), 0));
				entityManager.persist(new Voucher(SECRET + "fixed", 0));
			});
			for (long seed = 0; seed < HISTORIES; seed++) {
				Random random = new Random(seed);
				for (int call = 0; call < CALLS; call++) {
					application.callOnly((entityManager) -> play(entityManager, random));
				}
			}
			Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> application.log().staged() == 0);
			Truth truth = new Truth();
			application.prepare(truth::read);
			assertSame(entries(application), truth.lines);
			truth.states.forEach(
					(thing, state) -> assertThat(stateNow(application, thing)).as(thing.toString()).isEqualTo(state));
			assertThat(application.log()
				.jdbc()
				.queryForObject("select count(*) from audit.audit_log entry where entry::text like ?", Long.class,
						"%" + SECRET + "%"))
				.isZero();
		}
	}

	private static void assertSame(List<String> entries, List<String> rows) {
		assertThat(rows).hasSizeGreaterThan(HISTORIES);
		Set<String> invented = new TreeSet<>(entries);
		invented.removeAll(Set.copyOf(rows));
		assertThat(invented).as("entries that no row is like").isEmpty();
		Set<String> lost = new TreeSet<>(rows);
		lost.removeAll(Set.copyOf(entries));
		assertThat(lost).as("rows that no entry is like").isEmpty();
		assertThat(entries).hasSameSizeAs(rows);
	}

	private static @Nullable String stateNow(StateApplication application, Thing thing) {
		return withoutCollections(application.trail().stateAt(thing.type(), thing.id(), Instant.now()).orElse(null));
	}

	private static void play(EntityManager entityManager, Random random) {
		int steps = 1 + random.nextInt(6);
		// Of what comes back in the same call, Envers has no row if it is equal to what
		// went, whatever was there before the call, and whatever equal means.
		Set<Thing> gone = new HashSet<>();
		for (int step = 0; step < steps; step++) {
			switch (random.nextInt(8)) {
				case 0 -> move(entityManager, gone, random);
				case 1 -> refer(entityManager, random);
				case 2 -> name(random);
				case 3 -> entityManager.flush();
				default -> change(entityManager, KINDS.get(random.nextInt(KINDS.size())), gone, random);
			}
		}
	}

	private static <T> void change(EntityManager entityManager, Kind<T> kind, Set<Thing> gone, Random random) {
		Object id = kind.id().apply(random.nextInt(KEYS));
		int amount = random.nextInt(5);
		T entity = entityManager.find(kind.type(), id);
		Thing thing = new Thing(kind.shown(), id.toString());
		if (entity == null) {
			if (!gone.contains(thing)) {
				// An insert comes before a delete of the same flush.
				entityManager.flush();
				entityManager.persist(kind.create().apply(id, amount));
			}
		}
		else if (random.nextInt(3) == 0) {
			entityManager.remove(entity);
			gone.add(thing);
		}
		else {
			kind.update().accept(entity, amount);
		}
	}

	private static void move(EntityManager entityManager, Set<Thing> gone, Random random) {
		Guild to = entityManager.find(Guild.class, 1 + random.nextLong(3));
		to.name = "name" + random.nextInt(2);
		if (random.nextBoolean()) {
			to.fellows.size();
		}
		long id = 1 + random.nextLong(4);
		Fellow fellow = entityManager.find(Fellow.class, id);
		Thing thing = new Thing("Fellow", Long.toString(id));
		if (fellow == null) {
			if (!gone.contains(thing)) {
				entityManager.flush();
				entityManager.persist(new Fellow(id, to));
			}
		}
		else if (random.nextInt(4) == 0) {
			entityManager.remove(fellow);
			gone.add(thing);
		}
		else {
			fellow.guild = to;
		}
	}

	private static void refer(EntityManager entityManager, Random random) {
		Wallet wallet = entityManager.find(Wallet.class, 1 + random.nextLong(3));
		wallet.purse = entityManager.find(Purse.class, new PurseKey("fixed", SECRET + (1 + random.nextInt(2))));
		wallet.voucher = random.nextBoolean() ? entityManager.getReference(Voucher.class, SECRET + "fixed") : null;
	}

	private static void name(Random random) {
		int key = random.nextInt(KEYS);
		switch (random.nextInt(4)) {
			case 0 -> AuditContext.current().target("Row", key);
			case 1 -> AuditContext.current().target("Purse", KINDS.get(0).id().apply(key));
			case 2 -> AuditContext.current().target("Voucher", SECRET + key);
			default -> AuditContext.current().target("Gadget", key);
		}
	}

	private static List<String> entries(StateApplication application) {
		List<String> entries = new ArrayList<>();
		application.log().jdbc().query("""
				select revision, target_type, target_id, before_state::text, after_state::text
				from audit.audit_log
				where before_state is not null or after_state is not null
				""", (row) -> {
			entries.add(line(row.getLong(1), new Thing(row.getString(2), row.getString(3)),
					withoutCollections(row.getString(4)), withoutCollections(row.getString(5))));
		});
		entries.sort(Comparator.naturalOrder());
		return entries;
	}

	private static String line(long revision, Thing thing, @Nullable String before, @Nullable String after) {
		return "%09d %s: %s -> %s".formatted(revision, thing, before, after);
	}

	private static @Nullable String withoutCollections(@Nullable Object state) {
		if (state == null) {
			return null;
		}
		ObjectNode node = (ObjectNode) ((state instanceof String json) ? JSON.readTree(json) : JSON.valueToTree(state));
		node.remove(List.of("fellows", "limits"));
		return CanonicalJson.of(node).toString();
	}

	private static ObjectNode object() {
		return JsonNodeFactory.instance.objectNode();
	}

	private static ObjectNode idOnly(String name, JsonNode id) {
		return object().set(name, id);
	}

	private static ObjectNode number(Map<?, ?> row) {
		return object().put("id", ((Number) Objects.requireNonNull(row.get("id"))).longValue());
	}

	private static String digest(Map<?, ?> row, String part) {
		return DIGESTS.of((String) Objects.requireNonNull(row.get(part)));
	}

	private static ObjectNode purseKey(Map<?, ?> row, String prefix) {
		return object().put("bank", (String) row.get(prefix + "bank"))
			.put("accountNumber", digest(row, prefix + "accountNumber"));
	}

	/**
	 * A kind of entities.
	 *
	 * @param type its class
	 * @param shown the name that entries show
	 * @param id makes an identifier of a number
	 * @param create makes an entity of an identifier and an amount
	 * @param update changes an entity's amount
	 * @param identified what the state shows of the identifier that Envers' row has
	 */
	private record Kind<T>(Class<T> type, String shown, Function<Integer, Object> id,
			BiFunction<Object, Integer, T> create, ObjIntConsumer<T> update,
			Function<Map<?, ?>, ObjectNode> identified) {

	}

	private record Thing(String type, String id) {

		@Override
		public String toString() {
			return this.type + " " + this.id;
		}

	}

	/**
	 * What Envers has in its tables.
	 */
	private static final class Truth {

		private final List<String> lines = new ArrayList<>();

		private final Map<Thing, @Nullable String> states = new TreeMap<>(Comparator.comparing(Thing::toString));

		void read(EntityManager entityManager) {
			KINDS.forEach((kind) -> read(entityManager, kind.type(), kind.shown(),
					(row, id) -> kind.identified().apply(id).put("amount", (Integer) row.get("amount"))));
			read(entityManager, Guild.class, "Guild", (row, id) -> number(id).put("name", (String) row.get("name")));
			read(entityManager, Fellow.class, "Fellow",
					(row, id) -> number(id).put("guild", (Long) row.get("guild_id")));
			read(entityManager, Wallet.class, "Wallet", (row, id) -> {
				ObjectNode state = number(id).put("amount", (Integer) row.get("amount"));
				state.set("purse", (row.get("purse_bank") != null) ? purseKey(row, "purse_") : null);
				return state.put("voucher", (row.get("voucher_token") != null) ? digest(row, "voucher_token") : null);
			});
			this.lines.sort(Comparator.naturalOrder());
		}

		private void read(EntityManager entityManager, Class<?> type, String shown,
				BiFunction<Map<?, ?>, Map<?, ?>, ObjectNode> state) {
			entityManager.createQuery("from %s_AUD e order by e.originalId.REV.id".formatted(type.getName()), Map.class)
				.getResultList()
				.forEach((row) -> {
					ObjectNode after = state.apply(row, (Map<?, ?>) row.get("originalId"));
					Thing thing = new Thing(shown, id(after));
					String before = this.states.get(thing);
					boolean deleted = row.get("REVTYPE").toString().equals("DEL");
					String now = deleted ? null : CanonicalJson.of(after).toString();
					this.states.put(thing, now);
					this.lines.add(line(revision(row), thing, before, now));
				});
		}

		private static long revision(Map<?, ?> row) {
			Object revision = ((Map<?, ?>) row.get("originalId")).get("REV");
			return ((DefaultRevisionEntity) revision).getId();
		}

		private static String id(ObjectNode state) {
			ObjectNode id = state.deepCopy();
			id.remove(List.of("amount", "name", "guild", "purse", "voucher"));
			JsonNode only = (id.size() == 1) ? id.iterator().next() : id;
			return only.isValueNode() ? only.asString() : CanonicalJson.of(only).toString();
		}

	}

}
