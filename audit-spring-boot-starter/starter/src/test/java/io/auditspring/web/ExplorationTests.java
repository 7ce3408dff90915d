package io.auditspring.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.RequestContext;
import io.auditspring.Severity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many entries there are, which values they have, and what belongs to one: over real
 * HTTP, to who may read everything and who may read what they did.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExplorationTests {

	private static final String OTHERS = "-action=audit.read&-action=order.see&-action=order.change&-action=customer.move";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	private final Visitor jane = Visitor.anonymous(context).as("jane");

	@BeforeAll
	static void start() {
		context = WebFixture.application().run();
		log = new AuditLog(context.getBean(DataSource.class));
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			for (int i = 0; i < 12; i++) {
				recorder.record(AuditRecord.action("order.pay")
					.actor(Actor.user("jane"))
					.target("Order", i)
					.request(RequestContext.from("192.0.2." + i % 3).withSessionId("JANES"))
					.build());
			}
		});
		for (int i = 0; i < 15; i++) {
			recorder.record(AuditRecord.action("invoice.see-" + i)
				.actor(Actor.user("bob"))
				.target("Invoice", i)
				.category("money")
				.severity((i < 5) ? Severity.WARNING : Severity.INFO)
				.outcome((i < 5) ? Outcome.DENIED : Outcome.SUCCESS)
				.request(RequestContext.from("2001:db8::7"))
				.build());
		}
		log.await(27);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static Map<String, Long> values(JsonNode facets, String field) {
		Map<String, Long> values = new LinkedHashMap<>();
		facets.path("fields")
			.path(field)
			.forEach((value) -> values.put(value.path("value").stringValue(), value.path("count").longValue()));
		return values;
	}

	@Test
	void facetsTellTheMostFrequentValuesOfEachField() {
		JsonNode facets = this.carol.json("/audit/api/facets?" + OTHERS);
		assertThat(facets.path("fields").propertyNames()).containsExactly("outcome", "severity", "action", "actor",
				"targetType", "category", "service", "tenant", "ip");
		assertThat(values(facets, "outcome")).isEqualTo(Map.of("success", 22L, "denied", 5L));
		assertThat(values(facets, "severity")).isEqualTo(Map.of("info", 22L, "warning", 5L));
		assertThat(values(facets, "actor")).containsExactly(Map.entry("bob", 15L), Map.entry("jane", 12L));
		assertThat(values(facets, "targetType")).isEqualTo(Map.of("Invoice", 15L, "Order", 12L));
		assertThat(values(facets, "category")).isEqualTo(Map.of("money", 15L));
		assertThat(values(facets, "ip"))
			.isEqualTo(Map.of("2001:db8::7", 15L, "192.0.2.0", 4L, "192.0.2.1", 4L, "192.0.2.2", 4L));
		assertThat(values(facets, "tenant")).isEmpty();
		assertThat(values(facets, "action")).hasSize(10);
		assertThat(values(facets, "action").entrySet()).startsWith(Map.entry("order.pay", 12L));
		assertThat(facets.path("of").toString()).contains("\"entries\":27").contains("\"exact\":true");
		assertThat(facets.path("newest")).isEmpty();
	}

	@Test
	void facetsAreOfWhatTheFiltersLeave() {
		JsonNode facets = this.carol.json("/audit/api/facets?field=action&field=outcome&actor=jane&" + OTHERS);
		assertThat(facets.path("fields").propertyNames()).containsExactly("action", "outcome");
		assertThat(values(facets, "action")).isEqualTo(Map.of("order.pay", 12L));
		JsonNode search = this.carol.json("/audit/api/facets?field=action&q=jane&" + OTHERS);
		assertThat(values(search, "action")).isEqualTo(Map.of("order.pay", 12L));
		assertThat(this.carol.get("/audit/api/facets?field=colour").body()).contains("\"parameter\":\"field\"",
				"targetType");
		assertThat(this.carol.status("/audit/api/facets?colour=red")).isEqualTo(400);
		assertThat(this.carol.status("/audit/api/facets?limit=3")).isEqualTo(400);
	}

	@Test
	void facetsAndCountsTellOfNothingThatTheReaderMayNotSee() {
		JsonNode facets = this.jane.json("/audit/api/facets?" + OTHERS);
		assertThat(values(facets, "actor")).isEqualTo(Map.of("jane", 12L));
		assertThat(values(facets, "action")).isEqualTo(Map.of("order.pay", 12L));
		assertThat(facets.path("of").path("entries").longValue()).isEqualTo(12);
		assertThat(values(this.jane.json("/audit/api/facets?actor=bob"), "action")).isEmpty();
		assertThat(count(this.jane, OTHERS)).isEqualTo("12 true");
		assertThat(count(this.jane, "actor=bob")).isEqualTo("0 true");
		assertThat(Visitor.anonymous(context).status("/audit/api/facets")).isEqualTo(401);
		assertThat(Visitor.anonymous(context).status("/audit/api/entries/count")).isEqualTo(401);
	}

	private static String count(Visitor visitor, String filter) {
		JsonNode count = visitor.json("/audit/api/entries/count?" + filter);
		return count.path("count").longValue() + " " + count.path("exact").booleanValue();
	}

	@ParameterizedTest
	@CsvSource({ "limit=, 27 true", "actor=bob, 15 true", "outcome=denied, 5 true",
			"outcome=denied&outcome=success, 27 true", "q=bob, 15 true", "action=order.*&actor=jane, 12 true",
			"action=nope, 0 true", "-q=bob, 12 true", "-q=bob&-q=jane, 0 true" })
	void entriesAreCounted(String filter, String count) {
		assertThat(count(this.carol, OTHERS + "&" + filter)).isEqualTo(count);
	}

	@ParameterizedTest
	@CsvSource({ "-target=Order:1, 11 true", "-target=Order:1&-target=Order:2, 10 true", "-target=Order:1*, 9 true",
			"-target=Invoice:1, 12 true", "target=Order:1&target=Order:2&target=Invoice:1, 2 true",
			"target=Order:1*, 3 true" })
	void aThingIsLeftOutWithoutItsKind(String filter, String count) {
		assertThat(count(this.carol, "action=order.pay&" + filter)).isEqualTo(count);
	}

	@Test
	void whatIsNoThingIsToldAsWhatItIs() {
		for (String name : List.of("target", "-target", "related")) {
			assertThat(this.carol.get("/audit/api/entries?%s=Order".formatted(name)).body()).contains("takes Type:id",
					"\"parameter\":\"%s\"".formatted(name));
		}
	}

	@Test
	void aStarThatANameHasItselfIsWrittenWithABackslash() {
		for (String actor : List.of("st*", "st*r", "star", "s\\t*")) {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action("order.see").actor(Actor.user(actor)).build());
		}
		log.settled();
		Map<String, String> counts = new LinkedHashMap<>();
		counts.put("actor=st*", "3 true");
		counts.put("actor=st%5C*", "1 true");
		counts.put("actor=st%5C*r", "1 true");
		counts.put("actor=st%5C**", "2 true");
		counts.put("actor=s%5C%5Ct%5C*", "1 true");
		counts.put("actor=st%5C*&actor=sta*", "2 true");
		counts.put("actor=st*&-actor=st%5C*", "2 true");
		counts.forEach((filter, count) -> assertThat(count(this.carol, "action=order.see&" + filter)).as(filter)
			.isEqualTo(count));
	}

	/** Something blank is what many entries share by having nothing. */
	@Test
	@Order(Integer.MAX_VALUE)
	void whatIsBlankIsNothingThatOthersHaveToo() {
		MDC.put("traceId", "");
		try {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action("order.untraced").delivery(Delivery.SYNC).build());
		}
		finally {
			MDC.remove("traceId");
		}
		JsonNode entry = this.carol.json("/audit/api/entries?action=order.untraced&limit=1").at("/entries/0");
		JsonNode related = this.carol.json("/audit/api/entries/" + entry.path("id").stringValue() + "/context");
		assertThat(related.path("trace").isNull()).isTrue();
		assertThat(related.path("operation").path("count").intValue()).isOne();
	}

	@Test
	void theContextOfAnEntryIsCountedWithTheFiltersThatShowIt() {
		log.settled();
		JsonNode entry = this.carol.json("/audit/api/entries?action=order.pay&limit=1").at("/entries/0");
		JsonNode related = this.carol.json("/audit/api/entries/" + entry.path("id").stringValue() + "/context");
		assertThat(related.propertyNames()).containsExactly("operation", "actor", "session", "address", "trace");
		assertThat(related.at("/operation/count").longValue()).isEqualTo(1);
		assertThat(related.at("/actor/count").longValue()).isGreaterThanOrEqualTo(12);
		assertThat(related.at("/session/count").longValue()).isEqualTo(12);
		assertThat(related.at("/address/count").longValue()).isEqualTo(4);
		assertThat(related.at("/address/exact").booleanValue()).isTrue();
		assertThat(related.at("/address/filter").propertyNames()).containsExactly("ip");
		assertThat(related.path("trace").isNull()).isTrue();
		for (String name : List.of("operation", "actor", "session", "address")) {
			StringBuilder filter = new StringBuilder("limit=1000");
			related.path(name)
				.path("filter")
				.forEachEntry((key, value) -> filter.append('&').append(key).append('=').append(value.stringValue()));
			assertThat(this.carol.json("/audit/api/entries?" + filter).path("entries")).as(name)
				.hasSize(related.path(name).path("count").intValue());
		}
	}

	@Test
	void theContextOfAnEntryTellsOfNothingThatTheReaderMayNotSee() {
		String bobs = this.carol.json("/audit/api/entries?actor=bob&limit=1").at("/entries/0/id").stringValue();
		assertThat(this.jane.get("/audit/api/entries/" + bobs + "/context").body().replace(bobs, ""))
			.isEqualTo(unknown(UUID.randomUUID().toString()));
		for (String who : List.of("jane", "dora")) {
			context.getBean(AuditRecorder.class)
				.record(AuditRecord.action("order.see")
					.actor(Actor.user(who))
					.request(RequestContext.from("198.51.100.9").withSessionId("SHARED"))
					.build());
		}
		log.settled();
		String own = this.jane.json("/audit/api/entries?action=order.see&limit=1").at("/entries/0/id").stringValue();
		for (String name : List.of("session", "address")) {
			assertThat(this.jane.json("/audit/api/entries/" + own + "/context").path(name).path("count").intValue())
				.isEqualTo(1);
			assertThat(this.carol.json("/audit/api/entries/" + own + "/context").path(name).path("count").intValue())
				.isEqualTo(2);
		}
	}

	private String unknown(String id) {
		return this.jane.get("/audit/api/entries/" + id + "/context").body().replace(id, "");
	}

	@Test
	void whoExploresIsNoted() {
		this.carol.get("/audit/api/facets?actor=facets");
		this.carol.get("/audit/api/entries/count?actor=count");
		log.settled();
		for (String what : List.of("facets", "count")) {
			assertThat(this.carol
				.json("/audit/api/entries?action=audit.read&metadata=read:" + what + "&metadata=parameters.actor:"
						+ what)
				.path("entries")).hasSize(1);
		}
	}

	@Test
	void whatChangedAPropertyIsFoundByItsName() {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("customer.move")
				.actor(Actor.user("bob"))
				.before(Map.of("name", "Acme", "address", Map.of("city", "Oslo", "zip", "0150")))
				.after(Map.of("name", "Acme", "address", Map.of("city", "Bergen", "zip", "0150")))
				.build());
		log.settled();
		for (String found : List.of("changed=address", "changed=address.city", "changed=none&changed=address.city",
				"-changed=name", "-changed=address.zip")) {
			assertThat(this.carol.actions("/audit/api/entries?action=customer.move&" + found)).as(found).hasSize(1);
		}
		for (String none : List.of("changed=name", "changed=address.zip", "changed=city", "-changed=address.city",
				"changed=address.city'")) {
			assertThat(this.carol.actions("/audit/api/entries?action=customer.move&" + none.replace("'", "%27")))
				.as(none)
				.isEmpty();
		}
	}

	@Test
	void aListIsSentInFewerBytesToWhoTakesThat() throws IOException {
		String list = "/audit/api/entries?fields=summary&limit=20&" + OTHERS;
		HttpResponse<byte[]> compressed = this.carol.with("Accept-Encoding", "gzip").bytes(list);
		assertThat(compressed.headers().firstValue("Content-Encoding")).hasValue("gzip");
		assertThat(compressed.headers().allValues("Vary")).contains("Accept-Encoding");
		HttpResponse<String> plain = this.carol.get(list);
		assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
		assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body()))).hasContent(plain.body());
		assertThat(compressed.body().length).isLessThan(plain.body().length() / 4);
		for (String other : List.of("/audit/api/reader", "/audit/api/entries?" + OTHERS)) {
			assertThat(this.carol.with("Accept-Encoding", "gzip").get(other).headers().firstValue("Content-Encoding"))
				.isEmpty();
		}
	}

	@Test
	void aSummaryLeavesOutWhatIsLong() {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("order.change")
				.actor(Actor.user("jane"))
				.target("Order", 1)
				.metadata("long", "x".repeat(1_000))
				.before(state("old"))
				.after(state("new"))
				.build());
		log.settled();
		JsonNode whole = this.carol.json("/audit/api/entries?action=order.change").at("/entries/0");
		JsonNode summary = this.carol.json("/audit/api/entries?action=order.change&fields=summary").at("/entries/0");
		assertThat(summary.has("before") || summary.has("after") || summary.has("metadata")).isFalse();
		assertThat(summary.path("hash")).isEqualTo(whole.path("hash"));
		assertThat(whole.path("changes")).hasSize(8);
		assertThat(summary.path("changes")).hasSize(5);
		assertThat(summary.path("furtherChanges").intValue()).isEqualTo(3);
		assertThat(summary.at("/changes/p0/to").stringValue()).hasSize(200).startsWith("new").endsWith("…");
		assertThat(summary.at("/changes/p1/from").stringValue()).isEqualTo("old");
		JsonNode own = this.jane.json("/audit/api/targets/Order/1?fields=summary&action=order.change").at("/entries/0");
		assertThat(own.has("before")).isFalse();
		assertThat(own.path("seq").isNull()).isTrue();
		assertThat(
				this.carol.json("/audit/api/entries?fields=summary&action=order.pay").at("/entries/0/changes").isNull())
			.isTrue();
		assertThat(this.carol.get("/audit/api/entries?fields=few").body()).contains("\"parameter\":\"fields\"");
	}

	private static Map<String, Object> state(String value) {
		Map<String, Object> state = new LinkedHashMap<>();
		state.put("p0", value + "x".repeat(1_000));
		for (int i = 1; i < 8; i++) {
			state.put("p" + i, value);
		}
		return state;
	}

}
