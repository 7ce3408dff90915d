package io.auditspring.ledger.internal.entry;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

/**
 * Entries as several services with many users leave them: few actions and actors are most
 * of what happens, almost everything goes well, half of the entries carry a state. The
 * same seed gives the same entries.
 */
public final class YearOfEntries {

	private static final int ACTIONS = 60;

	private static final int ACTORS = 10_000;

	private static final String[] CATEGORIES = { "order", "customer", "authentication", "configuration_change",
			"billing", "backup" };

	private static final String[] TARGETS = { "Order", "Customer", "Invoice", "Product", "Connector", "Device",
			"Policy", "Contract", "Report", "Shipment", "Ticket", "Voucher" };

	private static final String[] VERBS = { "create", "change", "approve", "cancel", "export" };

	private static final String[] SERVICES = { "shop", "billing", "crm", "identity", "warehouse" };

	private static final String[] TENANTS = { "acme", "globex", "initech", "umbrella" };

	private static final String[] FIRST_NAMES = { "Ada", "Alan", "Anita", "Barbara", "Boris", "Carla", "Chen", "Dana",
			"Dmitri", "Edith", "Elena", "Farid", "Fiona", "Greta", "Hamid", "Hanna", "Ines", "Ivan", "Jane", "Jorge",
			"Karin", "Kofi", "Lars", "Leila", "Lucia", "Marco", "Mei", "Mina", "Nadia", "Nils", "Olga", "Omar", "Paula",
			"Pedro", "Quentin", "Rosa", "Ruth", "Samir", "Sofia", "Tariq", "Tessa", "Ugo", "Vera", "Viktor", "Wanda",
			"Xenia", "Yara", "Yusuf", "Zoe", "Zeno" };

	private static final String[] LAST_NAMES = { "Abbott", "Bauer", "Castillo", "Dubois", "Eriksen", "Fischer",
			"Garcia", "Haddad", "Ivanova", "Jansen", "Kowalski", "Larsson", "Moreau", "Nakamura", "Okafor", "Petrov",
			"Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Vargas", "Weber", "Xu", "Yilmaz", "Zhang", "Aalto",
			"Brandt", "Costa", "Dvorak", "Engel", "Ferrari", "Gruber", "Horvat", "Ito", "Jensen", "Keller", "Lindgren",
			"Meyer", "Novak" };

	private final Random random;

	public YearOfEntries(long seed) {
		this.random = new Random(seed);
	}

	public Entry next(Instant recordedAt) {
		Instant occurredAt = recordedAt.minusNanos(this.random.nextInt(900_000) * 1000L);
		int action = skewed(ACTIONS);
		String type = TARGETS[action % TARGETS.length];
		String target = String.valueOf(1 + skewed(200_000));
		Outcome outcome = outcome();
		boolean system = this.random.nextInt(20) == 0;
		String actor = system ? "system" : "user-" + skewed(ACTORS);
		return new Entry(version7(occurredAt), occurredAt, SERVICES[action % SERVICES.length], tenant(),
				new UUID(this.random.nextLong(), this.random.nextLong()),
				type.toLowerCase() + "." + VERBS[action / TARGETS.length], CATEGORIES[action % CATEGORIES.length],
				severity(), outcome, system ? ActorType.SYSTEM : ActorType.USER, type, target, null,
				200L + skewed(500_000), hex(16),
				new Entry.ActorGroup(actor, system ? null : name(actor.hashCode()), null, system ? null : ip(),
						system ? null : "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0", system ? null : hex(8), null,
						null),
				data(type, target, outcome));
	}

	private Entry.DataGroup data(String type, String target, Outcome outcome) {
		String customer = name(this.random.nextInt());
		String message = switch (this.random.nextInt(3)) {
			case 0 -> "%s %s of %s was changed".formatted(type, target, customer);
			case 1 -> "%s asked for %s %s to be reviewed".formatted(customer, type, target);
			default -> "%s %s handed over from %s to %s".formatted(type, target, customer, name(this.random.nextInt()));
		};
		CanonicalJson before = null;
		CanonicalJson after = null;
		CanonicalJson changes = null;
		if (this.random.nextBoolean()) {
			int amount = this.random.nextInt(100_000);
			before = state(target, customer, "NEW", amount);
			after = state(target, customer, "PAID", amount + 1);
			changes = CanonicalJson.parse("""
					{"status":{"from":"NEW","to":"PAID"},"amount":{"from":%d.50,"to":%d.50}}""".formatted(amount,
					amount + 1));
		}
		return new Entry.DataGroup("%s no. %s".formatted(type, target), message, null,
				(outcome != Outcome.SUCCESS) ? "java.lang.IllegalStateException: it could not be done" : null, before,
				after, changes, CanonicalJson.parse("{\"attempt\":%d}".formatted(1 + skewed(5))), related());
	}

	private static CanonicalJson state(String id, String customer, String status, int amount) {
		return CanonicalJson.parse("""
				{"id":%s,"customer":"%s","status":"%s","amount":%d.50,"currency":"EUR","lines":[1,2,3]}""".formatted(id,
				customer, status, amount));
	}

	private @Nullable CanonicalJson related() {
		return (this.random.nextInt(30) == 0)
				? CanonicalJson.parse("[{\"type\":\"Connector\",\"id\":\"%d\"}]".formatted(this.random.nextInt(1_000)))
				: null;
	}

	private @Nullable String tenant() {
		int tenant = this.random.nextInt(TENANTS.length + 1);
		return (tenant < TENANTS.length) ? TENANTS[tenant] : null;
	}

	private Outcome outcome() {
		int percent = this.random.nextInt(100);
		return (percent < 97) ? Outcome.SUCCESS : (percent < 99) ? Outcome.FAILURE : Outcome.DENIED;
	}

	private Severity severity() {
		int perMille = this.random.nextInt(1000);
		return (perMille < 950) ? Severity.INFO
				: (perMille < 990) ? Severity.WARNING : (perMille < 999) ? Severity.ERROR : Severity.CRITICAL;
	}

	/**
	 * The first ones often, the last ones seldom: half of all are of the first eighth.
	 */
	private int skewed(int bound) {
		double uniform = this.random.nextDouble();
		return (int) (bound * uniform * uniform * uniform);
	}

	private static String name(int number) {
		int name = Math.floorMod(number, FIRST_NAMES.length * LAST_NAMES.length);
		return FIRST_NAMES[name % FIRST_NAMES.length] + " " + LAST_NAMES[name / FIRST_NAMES.length];
	}

	private String ip() {
		return "10.%d.%d.%d".formatted(this.random.nextInt(4), this.random.nextInt(256), this.random.nextInt(256));
	}

	private String hex(int bytes) {
		StringBuilder digits = new StringBuilder();
		for (int i = 0; i < bytes; i += 8) {
			digits.append("%016x".formatted(this.random.nextLong()));
		}
		return digits.toString();
	}

	private UUID version7(Instant time) {
		long high = time.toEpochMilli() << 16 | 0x7000 | this.random.nextInt(0x1000);
		return new UUID(high, Long.MIN_VALUE | this.random.nextLong() >>> 2);
	}

	/** How far batches lie apart if so many entries fill a year. */
	public static Duration between(int batch, long entries) {
		return Duration.ofDays(365).dividedBy(Math.max(1, entries / batch));
	}

}
