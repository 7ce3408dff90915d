package io.auditspring.ledger.internal.entry;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Values of all kinds that an application might hand over, the nasty ones more often than
 * applications do.
 */
final class RandomValues {

	private static final String NASTY = "\u0000\u0001\b\t\n\f\r\u001f \"'\\/N.{}[],:%_\u007f\u0080\u00e9\u2028\uD800\uDBFF"
			+ "\uDC00\uDFFF\uFB33\uFFFD\uFFFF";

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final Random random;

	RandomValues(Random random) {
		this.random = random;
	}

	String text() {
		StringBuilder text = new StringBuilder();
		for (int i = this.random.nextInt(12); i > 0; i--) {
			switch (this.random.nextInt(4)) {
				case 0 -> text.append(NASTY.charAt(this.random.nextInt(NASTY.length())));
				case 1 -> text.append((char) this.random.nextInt(0x10000));
				case 2 -> text.appendCodePoint(0x1F600 + this.random.nextInt(80));
				default -> text.append((char) ('a' + this.random.nextInt(26)));
			}
		}
		return text.toString();
	}

	JsonNode json() {
		return this.random.nextInt(10) == 0 ? nested(60 + this.random.nextInt(10)) : json(3);
	}

	ObjectNode object() {
		return object(3);
	}

	private JsonNode json(int depth) {
		return switch (this.random.nextInt((depth > 0) ? 8 : 6)) {
			case 0 -> NODES.nullNode();
			case 1 -> NODES.booleanNode(this.random.nextBoolean());
			case 2 -> NODES.stringNode(text());
			case 3 -> NODES.numberNode(decimal());
			case 4 -> NODES.numberNode(this.random.nextLong());
			case 5 -> NODES.numberNode(Double.longBitsToDouble(this.random.nextLong()));
			case 6 -> array(depth);
			default -> object(depth);
		};
	}

	private BigDecimal decimal() {
		BigInteger digits = new BigInteger(this.random.nextInt(1400), this.random);
		int scale = (this.random.nextInt(20) == 0) ? this.random.nextInt() : this.random.nextInt(800) - 400;
		return new BigDecimal(this.random.nextBoolean() ? digits : digits.negate(), scale);
	}

	private ArrayNode array(int depth) {
		ArrayNode array = NODES.arrayNode();
		for (int i = this.random.nextInt(4); i > 0; i--) {
			array.add(json(depth - 1));
		}
		return array;
	}

	private ObjectNode object(int depth) {
		ObjectNode object = NODES.objectNode();
		for (int i = this.random.nextInt(5); i > 0; i--) {
			object.set(text(), json(depth - 1));
		}
		return object;
	}

	private JsonNode nested(int depth) {
		JsonNode node = json(1);
		for (int i = 0; i < depth; i++) {
			node = this.random.nextBoolean() ? NODES.arrayNode().add(node) : NODES.objectNode().set(text(), node);
		}
		return node;
	}

	Entry entry() {
		ActorType actorType = any(ActorType.values());
		return new Entry(uuid(), instant(), maybe(this::text), maybe(this::text), uuid(), text(), maybe(this::text),
				any(Severity.values()), any(Outcome.values()), actorType, maybe(this::text), maybe(this::text),
				maybe(this.random::nextLong), maybe(this.random::nextLong), maybe(this::text), actor(actorType),
				data());
	}

	private Entry.ActorGroup actor(ActorType type) {
		return new Entry.ActorGroup((type == ActorType.SYSTEM) ? "system" : text(), maybe(this::text),
				maybe(this::text), maybe(this::ip), maybe(this::text), maybe(this::text), maybe(this::text),
				maybe(() -> CanonicalJson.of(object())));
	}

	private Entry.DataGroup data() {
		return new Entry.DataGroup(maybe(this::text), maybe(this::text), maybe(this::text), maybe(this::text),
				maybe(() -> CanonicalJson.of(object())), maybe(() -> CanonicalJson.of(object())),
				maybe(() -> CanonicalJson.of(object())), maybe(() -> CanonicalJson.of(object())),
				maybe(() -> CanonicalJson.of(array(2))));
	}

	private String ip() {
		return any("203.0.113.9", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:DB8::1", "::ffff:10.0.0.1",
				"fe80::1%eth0", "::10.0.0.1", "1:2:3:4:5:6:7:8", "localhost", "10.1", "");
	}

	private Instant instant() {
		return Instant.ofEpochSecond(this.random.nextLong(-62135596800L, 253402300800L),
				this.random.nextInt(1_000_000_000));
	}

	private UUID uuid() {
		return new UUID(this.random.nextLong(), this.random.nextLong());
	}

	@SafeVarargs
	private <T> T any(T... values) {
		return values[this.random.nextInt(values.length)];
	}

	private <T> @Nullable T maybe(Supplier<T> value) {
		return (this.random.nextInt(4) > 0) ? value.get() : null;
	}

}
