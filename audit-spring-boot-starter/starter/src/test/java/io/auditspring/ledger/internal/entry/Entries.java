package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

/**
 * Entries to put into a ledger.
 */
public final class Entries {

	private Entries() {
	}

	public static Entry entry(String action) {
		return entry(action, "Order", "42", "jane");
	}

	public static Entry entry(String action, String targetType, String targetId, String actor) {
		return entry(action, targetType, targetId, actor, data("Order %s: %s".formatted(targetId, action),
				"{\"amount\":100,\"note\":null}", "[{\"type\":\"Connector\",\"id\":\"9\"}]"));
	}

	public static Entry withMessage(String message) {
		return entry("order.pay", "Order", "42", "jane", data(message, "{}", "[]"));
	}

	public static Entry withMetadata(String metadata) {
		return entry("order.pay", "Order", "42", "jane", data("", metadata, "[]"));
	}

	public static Entry withRelated(String related) {
		return entry("order.pay", "Order", "42", "jane", data("", "{}", related));
	}

	/**
	 * What was done with Jane's rights, as the trail records who acted.
	 * @param acting who really acted, and for whom each
	 */
	public static Entry delegated(String... acting) {
		String agents = Stream.of(acting)
			.map("{\"type\":\"Agent\",\"id\":\"%s\"}"::formatted)
			.collect(Collectors.joining(",", "[", "]"));
		String chain = Stream.of(acting).map("\"%s\""::formatted).collect(Collectors.joining(",", "[", "]"));
		return by("jane", acting[0],
				entry("order.pay", "Order", "42", "jane", data("", "{\"delegation\":%s}".formatted(chain), agents)));
	}

	/** The same, done by somebody else. */
	public static Entry by(String actor, @Nullable String impersonator, Entry entry) {
		return new Entry(entry.id(), entry.occurredAt(), entry.service(), entry.tenant(), entry.operation(),
				entry.action(), entry.category(), entry.severity(), entry.outcome(), entry.actorType(),
				entry.targetType(), entry.targetId(), entry.revision(), entry.durationMicros(), entry.traceId(),
				new Entry.ActorGroup(actor, null, impersonator, null, null, null, null, null), entry.data());
	}

	/** The same in another category, by another kind of party. */
	public static Entry of(String category, ActorType type, Entry entry) {
		return new Entry(entry.id(), entry.occurredAt(), entry.service(), entry.tenant(), entry.operation(),
				entry.action(), category, entry.severity(), entry.outcome(), type, entry.targetType(), entry.targetId(),
				entry.revision(), entry.durationMicros(), entry.traceId(), entry.actor(), entry.data());
	}

	/** An entry that says something about others. */
	public static Entry controlEntry(String action, String metadata) {
		return entry(action, "Entry", "1", "jane", data("", metadata, "[]"));
	}

	/** An entry of the root log. */
	public static Entry root(String map, String metadata) {
		Entry bare = bare("audit.root");
		return new Entry(bare.id(), bare.occurredAt(), null, null, bare.operation(), "audit.root", null, Severity.INFO,
				Outcome.SUCCESS, ActorType.SYSTEM, "audit.root", map, null, null, null, bare.actor(),
				new Entry.DataGroup(null, null, null, null, null, null, null, CanonicalJson.parse(metadata), null));
	}

	/** An entry of nothing but what it must have. */
	public static Entry bare(String action) {
		return bare(action, Instant.EPOCH);
	}

	public static Entry at(Instant time) {
		return bare("at", time);
	}

	private static Entry bare(String action, Instant time) {
		return new Entry(UUID.randomUUID(), time, null, null, UUID.randomUUID(), action, null, Severity.INFO,
				Outcome.SUCCESS, ActorType.SYSTEM, null, null, null, null, null,
				new Entry.ActorGroup("system", null, null, null, null, null, null, null),
				new Entry.DataGroup(null, null, null, null, null, null, null, null, null));
	}

	public static List<Entry> entries(int count) {
		return IntStream.range(0, count).mapToObj((i) -> entry("order.pay." + i)).toList();
	}

	private static Entry entry(String action, String targetType, String targetId, String actor, Entry.DataGroup data) {
		return new Entry(UUID.randomUUID(), Instant.parse("2026-11-21T09:46:01.100000999Z"), "shop", "acme",
				UUID.randomUUID(), action, "order", Severity.INFO, Outcome.SUCCESS, ActorType.USER, targetType,
				targetId, 7L, 1834L, "4bf92f3577b34da6a3ce929d0e0e4736",
				new Entry.ActorGroup(actor, "Jane Roe", "root", "::ffff:203.0.113.9", "curl/8.5.0", "5f2c", "device-1",
						CanonicalJson.parse("{\"country\":\"NO\"}")),
				data);
	}

	private static Entry.DataGroup data(String message, String metadata, String related) {
		return new Entry.DataGroup("Order no. 42", message, "asked to", "none",
				CanonicalJson.parse("{\"status\":\"NEW\",\"total\":1.50}"),
				CanonicalJson.parse("{\"status\":\"PAID\",\"total\":9007199254740993}"),
				CanonicalJson.parse("{\"status\":{\"from\":\"NEW\",\"to\":\"PAID\"}}"), CanonicalJson.parse(metadata),
				CanonicalJson.parse(related));
	}

}
