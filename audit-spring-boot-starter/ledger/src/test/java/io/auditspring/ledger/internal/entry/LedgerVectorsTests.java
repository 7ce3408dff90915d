package io.auditspring.ledger.internal.entry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The worked examples of the ledger's format.
 */
class LedgerVectorsTests {

	private static final JsonNode VECTORS = read();

	private static JsonNode read() {
		try (InputStream vectors = LedgerVectorsTests.class.getResourceAsStream("/ledger-vectors.json")) {
			assertThat(vectors).isNotNull();
			return CanonicalJson.EXACT.readTree(new String(vectors.readAllBytes(), StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	static Stream<JsonNode> canonicalJson() {
		return VECTORS.get("canonicalJson").valueStream();
	}

	static Stream<JsonNode> entries() {
		return VECTORS.get("entries").valueStream();
	}

	@ParameterizedTest
	@MethodSource
	void canonicalJson(JsonNode example) {
		String canonical = text(example, "canonical");
		assertThat(CanonicalJson.parse(text(example, "json"))).hasToString(canonical);
		assertThat(CanonicalJson.parse(canonical)).hasToString(canonical);
	}

	@Test
	void genesis() {
		byte[] genesis = EntryHash.genesis(UUID.fromString(text(VECTORS, "ledgerId")), text(VECTORS, "chain"));
		assertThat(HexFormat.of().formatHex(genesis)).isEqualTo(text(VECTORS, "genesis"));
	}

	@ParameterizedTest
	@MethodSource
	void entries(JsonNode example) {
		HexFormat hex = HexFormat.of();
		byte[] salt = hex.parseHex(text(example, "salt"));
		byte[] prev = hex.parseHex(text(example, "prev"));
		ActorObject actor = actor(example.get("actor"));
		Entry.DataGroup data = data(example.get("data"));
		CoreObject core = core(example.get("core"));
		byte[] actorDigest = EntryHash.actorDigest(salt, actor);
		byte[] dataDigest = EntryHash.dataDigest(salt, data);
		assertThat(actor.canonical()).isEqualTo(text(example, "actorCanonical"));
		assertThat(EntryHash.canonical(data)).isEqualTo(text(example, "dataCanonical"));
		assertThat(core.canonical(actorDigest, dataDigest, prev)).isEqualTo(text(example, "coreCanonical"));
		assertThat(hex.formatHex(actorDigest)).isEqualTo(text(example, "actorDigest"));
		assertThat(hex.formatHex(dataDigest)).isEqualTo(text(example, "dataDigest"));
		assertThat(hex.formatHex(EntryHash.leaf(core, actorDigest, dataDigest, prev))).isEqualTo(text(example, "hash"));
	}

	private static CoreObject core(JsonNode core) {
		return new CoreObject(text(core, "chain"), number(core, "seq"), text(core, "id"), text(core, "recordedAt"),
				text(core, "occurredAt"), text(core, "service"), text(core, "tenant"), text(core, "operation"),
				text(core, "action"), text(core, "category"), text(core, "severity"), text(core, "outcome"),
				text(core, "actorType"), text(core, "targetType"), text(core, "targetId"), number(core, "revision"),
				number(core, "durationMicros"), text(core, "traceId"));
	}

	private static ActorObject actor(JsonNode actor) {
		return new ActorObject(text(actor, "id"), text(actor, "name"), text(actor, "impersonator"), text(actor, "ip"),
				text(actor, "userAgent"), text(actor, "session"), text(actor, "device"), json(actor, "geo"));
	}

	private static Entry.DataGroup data(JsonNode data) {
		return new Entry.DataGroup(text(data, "targetName"), text(data, "message"), text(data, "justification"),
				text(data, "error"), json(data, "before"), json(data, "after"), json(data, "changes"),
				json(data, "metadata"), json(data, "related"));
	}

	private static @Nullable String text(JsonNode object, String name) {
		JsonNode value = object.get(name);
		return (value != null) ? value.stringValue() : null;
	}

	private static @Nullable Long number(JsonNode object, String name) {
		JsonNode value = object.get(name);
		return (value != null) ? value.longValue() : null;
	}

	private static @Nullable CanonicalJson json(JsonNode object, String name) {
		JsonNode value = object.get(name);
		return (value != null) ? CanonicalJson.of(value) : null;
	}

}
