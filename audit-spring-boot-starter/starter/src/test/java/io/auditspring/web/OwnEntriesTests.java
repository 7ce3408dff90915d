package io.auditspring.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever may read what they did learns nothing of others by any answer: jane and bob did
 * the same, but within what bob did others did thousands of things, to his things, too.
 * Each answer to one is that to the other, but for names, times and random ids.
 */
class OwnEntriesTests {

	private static final int OWN = 60;

	private static final int OTHERS = 3_000;

	private static ConfigurableApplicationContext context;

	private static Map<String, String> own;

	private static String foreign;

	private final Visitor jane = Visitor.anonymous(context).as("jane");

	private final Visitor bob = Visitor.anonymous(context).as("bob");

	@BeforeAll
	static void start() {
		context = WebFixture.application().profiles("no-csrf").run();
		act("jane", 0, OWN);
		act("bob", 0, OWN / 2);
		act("carol", 0, OTHERS);
		act("bob", OWN / 2, OWN);
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		log.await(2 * OWN + OTHERS);
		own = new TreeMap<>();
		for (String who : List.of("jane", "bob")) {
			own.put(who, id(log, who));
		}
		foreign = id(log, "carol");
	}

	private static String id(AuditLog log, String who) {
		return String.valueOf(log.jdbc()
			.queryForObject("select id::text from audit.audit_log where actor_id = ? order by seq desc limit 1",
					String.class, who));
	}

	private static void act(String who, int from, int to) {
		context.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			for (int i = from; i < to; i++) {
				context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("order.pay")
						.actor(Actor.user(who))
						.target("Order", i % 7)
						.related("Invoice", i % 3)
						.message("Paid in full")
						.metadata("amount", 7)
						.build());
			}
		});
		new AuditLog(context.getBean(DataSource.class)).settled();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	static Stream<String> paths() {
		String mine = "-action=audit.read";
		return Stream.of("entries?" + mine, "entries?limit=7&" + mine, "entries?limit=60&" + mine,
				"entries?limit=59&" + mine, "entries?q=paid&limit=7&" + mine,
				"entries?related=Invoice:1&limit=7&" + mine, "entries?actor=carol&" + mine,
				"entries?actor=carol&actor={who}&" + mine, "entries?order=asc&limit=7&" + mine,
				"entries?metadata=amount:7&limit=7&" + mine, "entries?metadata=amount:8&" + mine,
				"entries?session=none&" + mine, "entries?action=order.pay&action=nope&limit=7&order=asc&" + mine,
				"export?format=csv&order=asc&" + mine, "entries?chain=main&limit=1&" + mine,
				"entries?from=2020-01-01&" + mine, "entries?cursor=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
				"entries/{own}", "entries/{foreign}", "entries/" + UUID.randomUUID(), "targets/Order/1?" + mine,
				"targets/Order/1/state", "state?targetType=Order&targetId=1",
				"statistics?from=2020-01-01&to=2100-01-01&interval=P36500D&" + mine,
				"statistics?from=2020-01-01&to=2100-01-01&interval=P36500D&actor=carol", "facets?" + mine,
				"facets?q=paid&" + mine, "facets?actor=carol", "entries/count?" + mine, "entries/count?actor=carol",
				"entries/count?related=Invoice:1&" + mine, "entries/{foreign}/context",
				"entries?fields=summary&limit=7&" + mine, "entries?-actor=carol&limit=7&" + mine,
				"entries?-outcome=denied&limit=7&" + mine, "entries?actor=*&actor=carol", "entries?actor=car*",
				"entries?actor=*a*", "entries?actor=*l&" + mine, "entries?ip=0.0.0.0/0&" + mine,
				"entries?targetId=1*&" + mine, "entries?changed=amount&" + mine,
				"entries?occurredFrom=2020-01-01&limit=7&" + mine, "entries/count?-actor=carol&" + mine,
				"facets?-actor=carol&" + mine, "suggestions?attribute=actor&" + mine,
				"suggestions?attribute=action&" + mine, "suggestions?attribute=category&" + mine,
				"suggestions?attribute=targetType&" + mine, "suggestions?attribute=service&" + mine,
				"suggestions?attribute=tenant&" + mine, "reader", "ledger", "verification", "verification/progress",
				"export?format=csv&" + mine, "export?format=ecs&" + mine, "export?format=ocsf&" + mine,
				"export?format=ndjson", "export?format=csv&actor=carol");
	}

	@ParameterizedTest
	@MethodSource("paths")
	void theAnswerSaysNothingOfOthers(String path) {
		for (String method : List.of("GET", "HEAD", "OPTIONS")) {
			assertThat(told(this.bob, "bob", method, path)).isEqualTo(told(this.jane, "jane", method, path))
				.doesNotContain("\"carol\"");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "DELETE", "PUT" })
	void nothingIsDoneToTheLedger(String method) {
		assertThat(told(this.bob, "bob", method, "verification"))
			.isEqualTo(told(this.jane, "jane", method, "verification"));
	}

	@Test
	void whichEntriesThereAreIsNotTold() {
		String known = told(this.jane, "jane", "GET", "entries/" + foreign);
		String unknown = told(this.jane, "jane", "GET", "entries/" + UUID.randomUUID());
		assertThat(known).isEqualTo(unknown).contains("status 404");
	}

	/** By its pages, each of which says whether there is another one. */
	@Test
	void pagesLeadFromOneToTheNextAlike() {
		StringBuilder janes = new StringBuilder();
		StringBuilder bobs = new StringBuilder();
		for (Map.Entry<Visitor, StringBuilder> each : Map.of(this.jane, janes, this.bob, bobs).entrySet()) {
			String cursor = "";
			do {
				JsonNode page = each.getKey().json("/audit/api/entries?limit=11&-action=audit.read&cursor=" + cursor);
				each.getValue().append(page.get("entries").size()).append(page.get("next").isNull()).append(' ');
				cursor = page.get("next").stringValue("");
			}
			while (!cursor.isEmpty());
		}
		assertThat(bobs).asString().isEqualTo(janes.toString()).startsWith("11false 11false 11false 11false 11false ");
	}

	/** What is sent to who watches: nothing while others do something. */
	@Test
	void whatIsSentLiveIsOnesOwn() throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(this.jane.address() + "/audit/api/live?-action=audit.read"));
		request.headers(this.jane.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofLines());
		act("carol", 0, 150);
		act("jane", OWN, OWN + 1);
		act("bob", OWN, OWN + 1);
		try (Stream<String> lines = answer.body()) {
			List<String> sent = lines.takeWhile((line) -> !line.contains("\"order.pay\"")).toList();
			assertThat(sent).noneMatch((line) -> line.contains("carol") || line.contains("more"));
		}
	}

	/** Such as of another service, which was quiet while the reader did much. */
	@Test
	void thatAnotherChainGrowsSaysNotThatThereIsMoreOfOnesOwn() throws Exception {
		Visitor kim = Visitor.anonymous(context).as("kim");
		appendTo("quiet");
		act("kim", 0, 150);
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(kim.address() + "/audit/api/live?-action=audit.read"));
		request.headers(kim.headers().toArray(String[]::new));
		HttpResponse<Stream<String>> answer = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofLines());
		try (Stream<String> lines = answer.body()) {
			Iterator<String> sent = lines.iterator();
			act("kim", 0, 1);
			next(sent, 1);
			appendTo("quiet");
			act("kim", 0, 1);
			assertThat(next(sent, 1)).doesNotContain("event:more");
			act("kim", 0, 150);
			assertThat(next(sent, 100)).containsOnlyOnce("event:more");
		}
	}

	private static void appendTo(String chain) throws SQLException {
		try (Connection connection = context.getBean(DataSource.class).getConnection()) {
			connection.setAutoCommit(false);
			new LedgerWriter(new Schema("audit")).append(connection, chain,
					List.of(Entries.entry("order.pay", "Order", "1", "zoe")));
			connection.commit();
		}
	}

	/** What comes until so many entries have come. */
	private static List<String> next(Iterator<String> sent, int entries) {
		List<String> lines = new ArrayList<>();
		for (int come = 0; come < entries; come += lines.get(lines.size() - 1).contains("\"order.pay\"") ? 1 : 0) {
			lines.add(sent.next());
		}
		return lines;
	}

	private static String told(Visitor visitor, String who, String method, String path) {
		return Told.by(visitor, method,
				"/audit/api/" + path.replace("{own}", String.valueOf(own.get(who)))
					.replace("{foreign}", foreign)
					.replace("{who}", who),
				who);
	}

	/** A failed login under a name is not what its owner did. */
	@Test
	void whatStrangersTryUnderAName() {
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("login").actor(new Actor(ActorType.ANONYMOUS, "jane", null, null)).build());
		new AuditLog(context.getBean(DataSource.class)).settled();
		assertThat(this.jane.actions("/audit/api/entries?action=login")).isEmpty();
		assertThat(Visitor.anonymous(context).as("dora").actions("/audit/api/entries?actor=jane&action=login"))
			.containsExactly("login");
		try (ConfigurableApplicationContext warned = WebFixture.application()
			.properties("audit.web.own-failed-logins=true")
			.run()) {
			for (ActorType type : List.of(ActorType.ANONYMOUS, ActorType.API_KEY)) {
				warned.getBean(AuditRecorder.class)
					.record(AuditRecord.action("login").actor(new Actor(type, "jane", null, null)).build());
			}
			new AuditLog(warned.getBean(DataSource.class)).await(2);
			assertThat(Visitor.anonymous(warned).as("jane").actions("/audit/api/entries")).hasSize(1);
		}
	}

}
