package io.auditspring.web;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.springdoc.core.models.GroupedOpenApi;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where springdoc describes the application, it describes this API, too: all of it, and
 * as it is.
 */
@Tag("openapi")
class OpenApiTests {

	private static ConfigurableApplicationContext context;

	private static String document;

	private static JsonNode description;

	private static String entry;

	@BeforeAll
	static void start() {
		context = WebFixture.application(Shop.class)
			.profiles("no-csrf")
			.properties("audit.web.base-path=/ops/audit",
					// Among our tests is an interface named like one of Kotlin's, and not
					// more of it.
					"springdoc.enable-kotlin=false")
			.run();
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("order.pay")
				.actor(Actor.user("jane"))
				.target("Order", "bob")
				.related("Invoice", 1)
				.build());
		new AuditLog(context.getBean(DataSource.class)).await(1);
		document = Visitor.anonymous(context).get("/v3/api-docs").body();
		description = new JsonMapper().readTree(document);
		entry = Visitor.anonymous(context).as("carol").json("/ops/audit/api/entries").at("/entries/0/id").stringValue();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void itIsADescription() {
		ParseOptions options = new ParseOptions();
		options.setResolve(false);
		SwaggerParseResult read = new OpenAPIV3Parser().readContents(document, null, options);
		assertThat(read.getMessages()).isEmpty();
		assertThat(read.isOpenapi31()).isTrue();
		assertThat(read.getOpenAPI().getPaths()).containsKey("/ops/audit/api/entries");
		SwaggerParseResult broken = new OpenAPIV3Parser()
			.readContents(document.replace("\"in\":\"query\"", "\"in\":\"nowhere\""), null, options);
		assertThat(broken.getMessages()).isNotEmpty();
	}

	@Test
	void everyReferenceLeadsSomewhere() {
		List<String> references = description.findValuesAsString("$ref");
		assertThat(references).isNotEmpty()
			.allSatisfy((reference) -> assertThat(description.at(reference.substring(1)).isMissingNode()).as(reference)
				.isFalse());
	}

	/** As linters want it, such as Redocly's rule security-defined. */
	@Test
	void everyOperationSaysHowItIsSecured() {
		JsonNode schemes = description.at("/components/securitySchemes");
		description.path("paths").forEachEntry((path, methods) -> {
			if (path.startsWith("/ops/audit")) {
				methods.forEach((operation) -> assertThat(operation.path("security")).as(path)
					.isNotEmpty()
					.allSatisfy((requirement) -> assertThat(requirement.propertyNames()).isNotEmpty()
						.allSatisfy((scheme) -> assertThat(schemes.has(scheme)).isTrue())));
			}
		});
	}

	/** What Redocly's linter and others ask for, which the build does not run. */
	@Test
	void theDocumentItselfIsComplete() throws IOException {
		JsonNode own = new JsonMapper()
			.readTree(new ClassPathResource("io/auditspring/web/openapi.json").getContentAsByteArray());
		assertThat(own.path("servers")).isNotEmpty();
		assertThat(own.path("info").path("license").path("identifier").stringValue()).isEqualTo("Apache-2.0");
		Set<String> ids = new TreeSet<>();
		Set<String> used = new TreeSet<>(own.findValuesAsString("$ref"));
		own.path("paths").forEach((methods) -> methods.forEach((operation) -> {
			assertThat(ids.add(operation.path("operationId").stringValue())).isTrue();
			assertThat(operation.path("summary").stringValue()).isNotBlank();
			assertThat(operation.path("responses").propertyNames()).anyMatch((status) -> status.startsWith("4"));
		}));
		for (String kind : List.of("schemas", "parameters", "responses")) {
			own.path("components")
				.path(kind)
				.propertyNames()
				.forEach((name) -> assertThat(used).contains("#/components/%s/%s".formatted(kind, name)));
		}
	}

	@Test
	void everyPathIsDescribedAndNoOther() {
		Set<String> described = new TreeSet<>();
		description.path("paths")
			.forEachEntry((path, methods) -> methods.propertyNames()
				.forEach((method) -> described.add(method.toUpperCase(Locale.ROOT) + " " + path)));
		Set<String> expected = AccessTests.EXPECTED.stream()
			.map(AccessTests.Expected::mapping)
			.filter((mapping) -> mapping.contains("/api/"))
			.map((mapping) -> moved(mapping).replace("{*", "{"))
			.collect(Collectors.toCollection(TreeSet::new));
		expected.add("GET /shop");
		assertThat(described).isEqualTo(expected);
	}

	private static String moved(String path) {
		return path.replaceFirst("/audit", "/ops/audit");
	}

	@TestFactory
	Stream<DynamicTest> everyAnswerIsDescribed() {
		return AccessTests.EXPECTED.stream()
			.filter((expected) -> expected.mapping().contains("/api/") && expected.method().matches("GET|POST|DELETE"))
			.flatMap((expected) -> Stream.of("", "jane", "carol")
				.map((who) -> DynamicTest.dynamicTest(who + " " + expected.method() + " " + expected.path(),
						() -> isDescribed(who, expected))));
	}

	private static void isDescribed(String who, AccessTests.Expected asked) {
		Visitor nobody = Visitor.anonymous(context);
		String path = moved(asked.path()).replace("{bobs}", entry).replace("cursor={cursor}", "limit=1");
		HttpResponse<String> answer = (who.isEmpty() ? nobody : nobody.as(who)).send(asked.method(), path);
		JsonNode operation = description.path("paths")
			.path(moved(asked.mapping().substring(asked.mapping().indexOf(' ') + 1)).replace("{*", "{"))
			.path(asked.method().toLowerCase(Locale.ROOT));
		if (answer.statusCode() != 400) {
			assertThat(names(operation)).containsAll(parameters(path));
		}
		JsonNode response = resolved(operation.path("responses").path(String.valueOf(answer.statusCode())));
		assertThat(response.isMissingNode()).as("answer %d", answer.statusCode()).isFalse();
		String type = answer.headers().firstValue("Content-Type").orElseThrow().replaceFirst(";.*", "");
		JsonNode content = response.path("content").path(type);
		assertThat(content.isMissingNode()).as("type %s", type).isFalse();
		if (type.endsWith("json") && !type.endsWith("ndjson")) {
			assertThat(differences(content.path("schema"), new JsonMapper().readTree(answer.body()), "answer"))
				.isEmpty();
		}
	}

	private static List<String> parameters(String path) {
		return (path.indexOf('?') < 0) ? List.of()
				: Stream.of(path.substring(path.indexOf('?') + 1).split("&"))
					.map((parameter) -> parameter.replaceFirst("=.*", ""))
					.toList();
	}

	private static List<String> names(JsonNode operation) {
		return StreamSupport.stream(operation.path("parameters").spliterator(), false)
			.map((parameter) -> resolved(parameter).path("name").stringValue())
			.toList();
	}

	private static JsonNode resolved(JsonNode node) {
		return node.has("$ref") ? description.at(node.path("$ref").stringValue().substring(1)) : node;
	}

	/** Where a value is not as its schema says, as far as our schemas say anything. */
	private static List<String> differences(JsonNode reference, JsonNode value, String where) {
		JsonNode schema = resolved(reference);
		if (schema.has("anyOf")) {
			return value.isNull() ? List.of() : differences(schema.path("anyOf").get(0), value, where);
		}
		List<String> found = new ArrayList<>();
		String type = type(value);
		if (!StreamSupport.stream(schema.path("type").spliterator(), false)
			.map(JsonNode::asString)
			.toList()
			.contains(type) && !schema.path("type").asString("").equals(type)) {
			found.add("%s is %s, not %s".formatted(where, type, schema.path("type")));
		}
		if (schema.has("enum") && !schema.path("enum").toString().contains(value.toString())) {
			found.add("%s is %s, none of %s".formatted(where, value, schema.path("enum")));
		}
		schema.path("required").forEach((name) -> {
			if (!value.has(name.stringValue())) {
				found.add("%s has no %s".formatted(where, name));
			}
		});
		Function<String, JsonNode> member = (name) -> schema.path("properties").path(name);
		value.forEachEntry((name, each) -> {
			if (!member.apply(name).isMissingNode()) {
				found.addAll(differences(member.apply(name), each, where + "." + name));
			}
			else if (!schema.has("additionalProperties")) {
				found.add("%s has %s".formatted(where, name));
			}
		});
		if (value.isArray()) {
			value.forEach((each) -> found.addAll(differences(schema.path("items"), each, where + "[]")));
		}
		return found;
	}

	private static String type(JsonNode value) {
		return value.isNull() ? "null" : value.isObject() ? "object" : value.isArray() ? "array"
				: value.isBoolean() ? "boolean" : value.isIntegralNumber() ? "integer" : "string";
	}

	@Test
	void everyFilterIsDescribed() {
		Set<String> described = new TreeSet<>(
				names(description.path("paths").path("/ops/audit/api/entries").path("get")));
		String known = Visitor.anonymous(context).as("carol").get("/ops/audit/api/entries?colour=red").body();
		assertThat(known).contains("there are " + String.join(", ", described) + "\"");
	}

	@Test
	void formatsAndLimitsAreDescribed() {
		JsonNode parameters = description.at("/components/parameters");
		assertThat(parameters.at("/AuditOutcome/schema/items/enum").toString())
			.isEqualTo("[\"success\",\"failure\",\"denied\"]");
		assertThat(parameters.at("/AuditSeverity/schema/items/enum").toString())
			.isEqualTo("[\"info\",\"warning\",\"error\",\"critical\"]");
		assertThat(parameters.at("/AuditFrom/schema/format").stringValue()).isEqualTo("date-time");
		assertThat(parameters.at("/AuditOperation/schema/items/format").stringValue()).isEqualTo("uuid");
		assertThat(description.at("/components/schemas/AuditEntry/properties/before/type").toString()).contains("null");
	}

	@Test
	void whereTheApplicationLeavesThisApiOutItStaysOut() {
		JsonNode shop = Visitor.anonymous(context).json("/v3/api-docs/shop");
		assertThat(shop.path("paths").propertyNames()).containsExactly("/shop");
		assertThat(shop.toString()).doesNotContain("Audit");
	}

	@Configuration(proxyBeanMethods = false)
	@RestController
	static class Shop {

		@GetMapping("/shop")
		String shop() {
			return "open";
		}

		@Bean
		GroupedOpenApi shopApi() {
			return GroupedOpenApi.builder().group("shop").pathsToMatch("/shop/**").build();
		}

	}

}
