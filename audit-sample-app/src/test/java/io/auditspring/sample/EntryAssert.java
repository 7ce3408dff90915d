package io.auditspring.sample;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares whole entries: what differs with every run is checked for its form, everything
 * else must be there literally, and nothing more.
 */
public final class EntryAssert extends AbstractAssert<EntryAssert, JsonNode> {

	private static final List<String> DIGESTS = List.of("hash", "prevHash");

	private static final List<String> NUMBERS = List.of("seq", "durationMicros");

	private EntryAssert(JsonNode entry) {
		super(entry, EntryAssert.class);
	}

	public static EntryAssert assertThat(JsonNode entry) {
		return new EntryAssert(entry);
	}

	/**
	 * Checks the complete entry.
	 * @param expected all members except id, operation, chain, position, service, times,
	 * duration and hashes; members that are null or empty are left out
	 * @return this
	 */
	public EntryAssert isEntry(String expected) {
		ObjectNode rest = withoutEmpty(this.actual);
		UUID.fromString(take(rest, "id"));
		UUID.fromString(take(rest, "operationId"));
		Assertions.assertThat(take(rest, "chain")).isEqualTo("main");
		Assertions.assertThat(take(rest, "service")).isEqualTo("back-office");
		Assertions.assertThat(Instant.parse(take(rest, "recordedAt")))
			.isAfterOrEqualTo(Instant.parse(take(rest, "occurredAt")));
		DIGESTS.forEach((name) -> Assertions.assertThat(take(rest, name)).matches("[0-9a-f]{64}"));
		NUMBERS.stream().filter(rest::has).forEach((name) -> Assertions.assertThat(take(rest, name)).matches("[0-9]+"));
		Assertions.assertThat((JsonNode) rest).isEqualTo(Json.read(expected));
		return this;
	}

	private static String take(ObjectNode entry, String name) {
		return entry.remove(name).asString();
	}

	private static ObjectNode withoutEmpty(JsonNode entry) {
		ObjectNode copy = (ObjectNode) entry.deepCopy();
		copy.properties().removeIf((member) -> member.getValue().isNull() || isEmptyArray(member.getValue()));
		return copy;
	}

	private static boolean isEmptyArray(JsonNode value) {
		return value.isArray() && value.isEmpty();
	}

}
