package io.auditspring.web.internal.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.query.AuditEntry;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each document for a SIEM against the published schema: random entries, of which any
 * part may be missing.
 */
class SiemExportTests {

	private static final int ENTRIES = 2000;

	private static final JsonNode ECS = schema("ecs-9.4.0.json");

	private static final JsonNode OCSF = schema("ocsf-1.8.0.json");

	private final Random random = new Random(7);

	private static JsonNode schema(String name) {
		try (InputStream file = SiemExportTests.class.getResourceAsStream("/io/auditspring/web/" + name)) {
			return JsonMapper.shared().readTree(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@FunctionalInterface
	private interface Export {

		void write(Stream<AuditEntry> entries, ByteArrayOutputStream out) throws IOException;

	}

	private static List<JsonNode> export(Stream<AuditEntry> entries, Export export) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		export.write(entries, out);
		return out.toString(StandardCharsets.UTF_8).lines().map(JsonMapper.shared()::readTree).toList();
	}

	private Stream<AuditEntry> entries() {
		return Stream.generate(this::entry).limit(ENTRIES);
	}

	@Test
	void theElasticCommonSchemaKnowsEachFieldAndEachTypeOfEachCategory() throws IOException {
		List<JsonNode> events = export(entries(), (entries, out) -> EcsExport.write(entries, true, out));
		assertThat(events).hasSize(ENTRIES).allSatisfy((event) -> {
			List<String> problems = new ArrayList<>();
			checkEcs("", event, problems);
			String category = event.at("/event/category/0").stringValue();
			List<String> known = ECS.at("/categories/" + category).valueStream().map(JsonNode::stringValue).toList();
			event.at("/event/type").forEach((type) -> {
				if (!known.contains(type.stringValue())) {
					problems.add(category + " has no type " + type);
				}
			});
			assertThat(problems).isEmpty();
			assertThat(event.at("/ecs/version").stringValue()).isEqualTo("9.4.0");
			assertThat(event.at("/event").propertyNames()).doesNotContain("created", "ingested")
				.contains("kind", "id", "module", "dataset", "provider", "action", "category", "type", "outcome",
						"severity");
		});
		// Each entry has some of them.
		for (String field : List.of("/source/ip", "/source/geo/country_iso_code", "/http/request/method", "/url/path",
				"/user/id", "/user_agent/original", "/service/name", "/organization/id", "/trace/id", "/error/message",
				"/event/sequence", "/event/hash", "/event/reason", "/event/duration")) {
			assertThat(events).as(field).anyMatch((event) -> !event.at(field).isMissingNode());
		}
	}

	private static void checkEcs(String path, JsonNode object, List<String> problems) {
		object.properties().forEach((member) -> {
			String field = path + member.getKey();
			JsonNode value = member.getValue();
			JsonNode definition = ECS.at("/fields/" + field);
			if (path.equals("labels.")) {
				check(value.isString(), "%s is no keyword".formatted(field), problems);
			}
			else if (value.isObject() && !definition.path("type").asString().equals("geo_point")) {
				checkEcs(field + ".", value, problems);
			}
			else {
				check(!definition.isMissingNode() && fitsEcs(definition, value),
						"%s must not be %s".formatted(field, value), problems);
			}
		});
	}

	private static void check(boolean holds, String problem, List<String> problems) {
		if (!holds) {
			problems.add(problem);
		}
	}

	private static boolean fitsEcs(JsonNode definition, JsonNode value) {
		if (definition.path("array").asBoolean(false)) {
			return value.isArray() && value.valueStream().allMatch((each) -> fitsEcsType(definition, each));
		}
		return fitsEcsType(definition, value);
	}

	private static boolean fitsEcsType(JsonNode definition, JsonNode value) {
		return switch (definition.path("type").stringValue()) {
			case "long" -> value.isIntegralNumber();
			case "date" -> Instant.parse(value.stringValue()).isAfter(Instant.EPOCH);
			case "geo_point" -> value.path("lat").isNumber() && value.path("lon").isNumber() && value.size() == 2;
			default -> value.isString();
		};
	}

	@Test
	void theOpenCybersecuritySchemaKnowsEachAttributeOfEachClass() throws IOException {
		List<JsonNode> events = export(entries(), (entries, out) -> OcsfExport.write(entries, true, out));
		assertThat(events).hasSize(ENTRIES).allSatisfy((event) -> {
			List<String> problems = new ArrayList<>();
			JsonNode eventClass = OCSF.path("classes")
				.valueStream()
				.filter((each) -> each.at("/attributes/class_uid/enum/0")
					.stringValue()
					.equals(event.path("class_uid").asString()))
				.findAny()
				.orElseThrow();
			checkOcsf("", eventClass, event, problems);
			assertThat(problems).isEmpty();
			assertThat(event.path("type_uid").intValue())
				.isEqualTo(event.path("class_uid").intValue() * 100 + event.path("activity_id").intValue());
			assertThat(event.path("activity_id").intValue() == 99).isEqualTo(event.has("activity_name"));
		});
		assertThat(events.stream().map((event) -> event.path("class_uid").intValue())).contains(3001, 3002, 3004, 6003);
	}

	private static void checkOcsf(String path, JsonNode type, JsonNode object, List<String> problems) {
		type.path("attributes")
			.properties()
			.forEach((attribute) -> check(
					!attribute.getValue().path("required").asBoolean(false) || object.has(attribute.getKey()),
					path + attribute.getKey() + " is missing", problems));
		JsonNode any = type.at("/constraints/at_least_one");
		check(any.isMissingNode() || any.valueStream().anyMatch((each) -> object.has(each.stringValue())),
				path + " needs one of " + any, problems);
		object.properties().forEach((member) -> {
			String name = path + member.getKey();
			JsonNode attribute = type.path("attributes").path(member.getKey());
			if (attribute.isMissingNode() || attribute.has("deprecated")) {
				problems.add(name + " is not known");
			}
			else if (attribute.path("array").asBoolean(false)) {
				member.getValue().forEach((each) -> checkOcsfValue(name, attribute, each, problems));
			}
			else {
				checkOcsfValue(name, attribute, member.getValue(), problems);
			}
		});
	}

	private static void checkOcsfValue(String name, JsonNode attribute, JsonNode value, List<String> problems) {
		JsonNode known = attribute.path("enum");
		check(known.isMissingNode()
				|| known.valueStream().anyMatch((each) -> each.stringValue().equals(value.asString())),
				"%s must not be %s".formatted(name, value), problems);
		String type = attribute.path("type").stringValue();
		JsonNode object = OCSF.path("objects").path(type);
		if (!object.isMissingNode()) {
			checkOcsf(name + ".", object, value, problems);
			return;
		}
		JsonNode pattern = OCSF.path("types").path(type).path("regex");
		check(switch (type) {
			case "integer_t", "long_t", "timestamp_t", "port_t" -> value.isIntegralNumber();
			case "float_t" -> value.isNumber();
			case "boolean_t" -> value.isBoolean();
			case "object" -> value.isObject();
			case "json_t" -> true;
			default ->
				value.isString() && (pattern.isMissingNode() || value.stringValue().matches(pattern.stringValue()));
		}, "%s must not be %s".formatted(name, value), problems);
	}

	private AuditEntry entry() {
		AuditEntry entry = newEntry();
		Instant occurred = Instant.parse("2026-07-21T12:00:00.123456Z").plusSeconds(this.random.nextInt(1_000_000));
		set(entry, "id", UUID.randomUUID());
		set(entry, "operationId", UUID.randomUUID());
		set(entry, "chain", "main");
		set(entry, "seq", this.random.nextLong(1, 5_000_000_000L));
		set(entry, "occurredAt", occurred);
		set(entry, "recordedAt", occurred.plusMillis(5));
		ActorType type = any(ActorType.values());
		set(entry, "actorType", type);
		set(entry, "severity", any(Severity.values()));
		set(entry, "outcome", any(Outcome.values()));
		set(entry, "action", any("login", "logout", "login.flood", "session.expired", "audit.read", "access.denied",
				"user.password_reset", "password.changed", "user.created", "order.paid", "role.granted"));
		set(entry, "prevHash", new byte[32]);
		set(entry, "hash", new byte[32]);
		maybe(entry, "category", "authentication", "authorization", "configuration_change", "orders", "iam");
		maybe(entry, "targetType", "User", "Order", "Role");
		maybe(entry, "targetId", "7");
		maybe(entry, "targetName", "Seven");
		maybe(entry, "actorId", switch (type) {
			case SYSTEM -> "system";
			case ANONYMOUS -> "anonymous";
			default -> "jane";
		});
		maybe(entry, "actorName", "Jane");
		if (type == ActorType.USER) {
			maybe(entry, "impersonatorId", "root");
		}
		for (String text : List.of("service", "tenant", "message", "justification", "error", "userAgent", "sessionId",
				"deviceFingerprint", "traceId")) {
			maybe(entry, text, text);
		}
		maybe(entry, "related", "[{\"type\":\"Order\",\"id\":\"8\"}]", "[]");
		maybe(entry, "before", "{\"name\":\"a\",\"lines\":[1,{\"b\":null}]}");
		maybe(entry, "after", "{\"name\":\"b\",\"total\":1.5}");
		maybe(entry, "changes", "{\"name\":{\"from\":\"a\",\"to\":\"b\"}}");
		maybe(entry, "metadata", "{\"request\":{\"method\":\"GET\",\"path\":\"/orders/{id}\"},\"a\":{\"b\":[1]}}",
				"{\"request\":{\"method\":\"PROPFIND\",\"path\":\"/\"}}", "{\"request\":\"none\"}", "{\"n\":1}");
		maybe(entry, "ipAddress", "203.0.113.9", "2001:db8::9");
		maybe(entry, "geolocation",
				"{\"country\":\"NO\",\"region\":\"03\",\"city\":\"Oslo\",\"latitude\":59.9," + "\"longitude\":10.7}",
				"{\"latitude\":59.9,\"longitude\":10.7}", "{\"country\":\"NO\",\"office\":7}");
		maybe(entry, "revision", 7L);
		maybe(entry, "durationMicros", 1500L);
		return entry;
	}

	private static AuditEntry newEntry() {
		try {
			Constructor<AuditEntry> constructor = AuditEntry.class.getDeclaredConstructor();
			constructor.setAccessible(true);
			return constructor.newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SafeVarargs
	private <T> T any(T... values) {
		return values[this.random.nextInt(values.length)];
	}

	private void maybe(AuditEntry entry, String field, Object... values) {
		if (this.random.nextInt(4) != 0) {
			set(entry, field, any(values));
		}
	}

	private static void set(AuditEntry entry, String field, Object value) {
		ReflectionTestUtils.setField(entry, field, value);
	}

}
