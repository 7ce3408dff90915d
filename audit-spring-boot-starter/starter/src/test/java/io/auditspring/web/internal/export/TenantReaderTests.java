package io.auditspring.web.internal.export;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.query.AuditRedaction;
import io.auditspring.web.Told;
import io.auditspring.web.Visitor;
import io.auditspring.web.WebFixture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever may read what is done in their tenant learns nothing of other tenants by any
 * answer: in acme and in umbrella the same was done, but within what was done in umbrella
 * a third tenant did thousands of things. Each answer to one is that to the other.
 */
class TenantReaderTests {

	private static final int OWN = 60;

	private static final int OTHERS = 3_000;

	private static final List<String> TENANTS = List.of("acme", "umbrella");

	private static ConfigurableApplicationContext context;

	private static Map<String, String> own;

	private static String foreign;

	@BeforeAll
	static void start() {
		context = WebFixture.application().profiles("no-csrf", "tenants").run();
		act("acme", "jane", 0, OWN);
		act("umbrella", "jane", 0, OWN / 2);
		act("initech", "milton", 0, OTHERS);
		act("umbrella", "jane", OWN / 2, OWN);
		own = new TreeMap<>();
		TENANTS.forEach((tenant) -> own.put(tenant, id(tenant)));
		foreign = id("initech");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static String id(String tenant) {
		return String.valueOf(new AuditLog(context.getBean(DataSource.class)).jdbc()
			.queryForObject("select id::text from audit.audit_log where tenant = ? order by seq desc limit 1",
					String.class, tenant));
	}

	private static void act(String tenant, String who, int from, int to) {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Tenant", tenant);
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
				for (int i = from; i < to; i++) {
					context.getBean(AuditRecorder.class)
						.record(AuditRecord.action(who.equals("jane") ? "order.pay" : "merger." + i % 900)
							.actor(Actor.user(who))
							.target("Order", i % 7)
							.related("Invoice", i % 3)
							.message(who.equals("jane") ? "Paid in full" : "Paid for the merger")
							.metadata("amount", 7)
							.build());
				}
			});
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
		new AuditLog(context.getBean(DataSource.class)).settled();
	}

	private static Visitor reader(String tenant) {
		return Visitor.anonymous(context).as("carol").with("X-Tenant", tenant);
	}

	static Stream<String> paths() {
		String done = "-action=audit.read";
		return Stream.of("entries?" + done, "entries?limit=7&" + done, "entries?limit=59&" + done,
				"entries?q=paid&limit=7&" + done, "entries?q=merger", "entries?related=Invoice:1&limit=7&" + done,
				"entries?actor=milton", "entries?action=merger.*", "entries?action=*.7", "entries?tenant=initech",
				"entries?chain=main&limit=1&" + done, "entries?minSeverity=error",
				"entries?cursor=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "entries/{own}", "entries/{foreign}",
				"entries/" + UUID.randomUUID(), "targets/Order/1?" + done, "targets/Order/1/state",
				"targets/Order/none/state", "statistics?from=2020-01-01&to=2100-01-01&interval=P36500D&" + done,
				"statistics?from=2020-01-01&to=2100-01-01&interval=P36500D&tenant=initech",
				"statistics?from=2020-01-01&to=2100-01-01&interval=P36500D&actor=milton", "suggestions?attribute=actor",
				"suggestions?attribute=action", "suggestions?attribute=targetType", "suggestions?attribute=tenant",
				"reader", "ledger", "verification", "verification/progress", "export?format=csv&" + done,
				"export?format=ecs&" + done, "export?format=ocsf&" + done, "export?format=ndjson",
				"export?format=ndjson&actor=milton", "export?format=csv&tenant=initech");
	}

	@ParameterizedTest
	@MethodSource("paths")
	void theAnswerSaysNothingOfOtherTenants(String path) {
		for (String method : List.of("GET", "HEAD", "OPTIONS")) {
			assertThat(told("umbrella", method, path)).isEqualTo(told("acme", method, path))
				.doesNotContain("\"milton\"", "\"initech\"");
		}
	}

	private static String told(String tenant, String method, String path) {
		return Told.by(reader(tenant), method,
				"/audit/api/" + path.replace("{own}", String.valueOf(own.get(tenant))).replace("{foreign}", foreign),
				tenant);
	}

	@Test
	void noPlaceIsTold() {
		JsonNode page = reader("acme").json("/audit/api/entries?limit=5&action=order.pay");
		page.get("entries")
			.forEach((entry) -> LedgerPlace.NAMES.forEach((name) -> assertThat(entry.get(name).isNull()).isTrue()));
		JsonNode last = page.get("entries").get(4);
		assertThat(HexFormat.of().formatHex(Base64.getUrlDecoder().decode(page.get("next").stringValue())))
			.isEqualTo("02%016x%s".formatted(
					ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(last.get("recordedAt").stringValue())),
					last.get("id").stringValue().replace("-", "")));
	}

	/**
	 * What the ledger says of its own doing names places, and how many entries there are.
	 */
	@Test
	void noPlaceIsToldByWhatTheLedgerSaysItself() {
		act("hooli", "jane", 0, 2);
		UUID erased = UUID.fromString(id("hooli"));
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-Tenant", "hooli");
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			context.getBean(AuditRedaction.class).redact(erased, EntryGroup.DATA, "asked for");
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
		String seq = new AuditLog(context.getBean(DataSource.class)).jdbc()
			.queryForObject("select seq::text from audit.audit_log where id = ?", String.class, erased);
		String redactions = "/audit/api/entries?action=audit.redaction";
		JsonNode entry = reader("hooli").json(redactions).get("entries").get(0);
		assertThat(entry.get("metadata").toString()).contains("asked for", erased.toString()).doesNotContain("seq");
		assertThat(reader("hooli").json(redactions + "&metadata=seq:" + seq).get("entries")).isEmpty();
		for (String format : List.of("csv", "ecs", "ocsf")) {
			assertThat(reader("hooli").get("/audit/api/export?action=audit.redaction&format=" + format).body())
				.contains("asked for")
				.doesNotContain("\"seq");
		}
	}

	@Test
	void whoReadsForNoTenantIsNotToldThatChainsHaveGrown() {
		new AuditLog(context.getBean(DataSource.class)).jdbc()
			.execute("select audit.audit_append_root('0', audit.audit_by_owner(null))");
		Visitor nobodys = Visitor.anonymous(context).as("carol");
		assertThat(nobodys.json("/audit/api/entries?action=audit.root").get("entries")).isEmpty();
		assertThat(nobodys.json("/audit/api/entries/count?action=audit.root").get("count").intValue()).isZero();
		for (String filter : List.of("action=audit.root", "chain=root")) {
			assertThat(nobodys.json("/audit/api/statistics?" + filter).get("total").longValue()).as(filter).isZero();
		}
	}

	/** Nor is who has an unknown one told what belongs to none. */
	@Test
	void whoseTenantCannotBeFoundOutReadsNothing() {
		context.getBean(AuditRecorder.class).record(AuditRecord.action("tenantless").delivery(Delivery.SYNC).build());
		assertThat(Visitor.anonymous(context).as("carol").json("/audit/api/entries?action=tenantless").get("entries"))
			.isNotEmpty();
		for (String path : List.of("entries?action=tenantless", "statistics", "live", "export?format=csv")) {
			HttpResponse<String> answer = reader("broken").get("/audit/api/" + path);
			assertThat(answer.statusCode()).as(path).isEqualTo(503);
			assertThat(answer.body()).doesNotContain("tenantless", "table is away");
		}
	}

	@Test
	void pagesLeadFromOneToTheNextAlike() {
		Map<String, StringBuilder> sizes = new TreeMap<>();
		for (String tenant : TENANTS) {
			String cursor = "";
			do {
				JsonNode page = reader(tenant).json("/audit/api/entries?limit=11&-action=audit.read&cursor=" + cursor);
				sizes.computeIfAbsent(tenant, (key) -> new StringBuilder())
					.append(page.get("entries").size())
					.append(page.get("next").isNull())
					.append(' ');
				cursor = page.get("next").stringValue("");
			}
			while (!cursor.isEmpty());
		}
		assertThat(sizes.get("umbrella")).asString()
			.isEqualTo(sizes.get("acme").toString())
			.startsWith("11false 11false 11false 11false 11false ");
	}

	/** Nothing is sent to who watches while another tenant does something. */
	@Test
	void whatIsSentLiveIsOfTheTenant() throws Exception {
		Visitor acme = reader("acme");
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(acme.address() + "/audit/api/live?action=order.pay&minSeverity=info"));
		request.headers(acme.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofLines());
		act("initech", "jane", 0, 150);
		act("acme", "jane", 0, 1);
		try (Stream<String> lines = answer.body()) {
			List<String> sent = lines.takeWhile((line) -> !line.contains("\"order.pay\"")).toList();
			assertThat(sent).noneMatch((line) -> line.contains("initech") || line.contains("more"));
		}
	}

	/** What somebody was let in to see is neither of another tenant nor older. */
	@Test
	void whoComesAgainForMoreIsAnotherReading() throws Exception {
		String token = token(reader("acme"), "none");
		long before = watches("umbrella");
		token(reader("umbrella"), Instant.now().toEpochMilli() + "." + token);
		assertThat(watches("umbrella")).isEqualTo(before + 1);
		before = watches("acme");
		token(reader("acme"), Instant.now().toEpochMilli() + "." + token);
		assertThat(watches("acme")).isEqualTo(before);
		token(reader("acme"), "0." + token);
		assertThat(watches("acme")).isEqualTo(before + 1);
	}

	private static long watches(String tenant) {
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		log.settled();
		return Objects.requireNonNull(log.jdbc().queryForObject("""
				select count(*) from audit.audit_log
				where action = 'audit.read' and metadata ->> 'read' = 'live' and tenant = ?
				""", Long.class, tenant));
	}

	private static String token(Visitor visitor, String lastEventId) throws Exception {
		Visitor watching = lastEventId.equals("none") ? visitor : visitor.with("Last-Event-ID", lastEventId);
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(watching.address() + "/audit/api/live?action=again.and.again"));
		request.headers(watching.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofLines());
		try (Stream<String> lines = answer.body()) {
			String id = lines.filter((line) -> line.startsWith("id:")).findFirst().orElseThrow();
			return id.substring(id.indexOf('.') + 1);
		}
	}

}
