/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditSetupException;
import io.auditspring.Outcome;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditOperation;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.Facets;
import io.auditspring.retention.Retention;
import io.auditspring.retention.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.Lifecycle;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.Window;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The trail answers the same before and after months were dropped that are archived.
 */
class ReadThroughTests {

	private static final String KEY = Ed25519Signer.newPem();

	private static final Instant END = Instant.parse("2026-11-20T00:00:00Z");

	private static final Instant START = Instant.parse("2018-12-01T00:00:00Z");

	private static final UUID ACROSS = UUID.fromString("0167f3a0-0000-7000-8000-000000000001");

	private static final Subject PERSON = Subject.actor("boss").andTarget("Printer", 7);

	@TempDir
	static Path prepared;

	private static ArchivedLedger written;

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	private ArchivedLedger ledger;

	@BeforeEach
	void takeMonths() {
		this.ledger = ArchivedLedger.copyOf(written, new DirectoryArchiveStore(this.directory), KEY, this.memory);
	}

	/** Written once, and copied for each test. */
	@BeforeAll
	static void writeMonths() {
		written = ArchivedLedger.create(new DirectoryArchiveStore(prepared), KEY, prepared);
		SampleChain samples = new SampleChain("main", 5);
		SampleChain others = new SampleChain("other", 6);
		for (int i = 0; i < 4; i++) {
			Instant time = Instant.parse("2018-12-31T23:00:00.000001Z").plusSeconds(i * 1_500);
			written.appendAt(time, "main", samples.unplaced(9));
			written.appendAt(time, "other", others.unplaced(4));
		}
		written.appendAt(Instant.parse("2019-01-15T00:00:00Z"), "main", List.of(order("NEW",
				"{\"delegation\":[\"bot\",\"chief\"],\"order\":{\"lines\":[1,2.50]},\"tags\":[\"a/b~c\",\"it's\"]}",
				ACROSS), order("PAID", "{\"order\":{\"vip\":true}}", ACROSS)));
		written.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "main",
				List.of(order("SHIPPED", "{\"stated\":[\"state\"]}", ACROSS)));
		written.appendAt(Instant.parse("2026-11-02T00:00:00Z"), "main", samples.unplaced(12));
	}

	private static Entry order(String status, String metadata, UUID operation) {
		Entry.ActorGroup actor = new Entry.ActorGroup("müller", "Änne Müller", "boss",
				"2001:db8:0:0:0:0:0:" + status.length(), null, "session1", null, null);
		CanonicalJson state = CanonicalJson.parse("{\"id\":4711,\"status\":\"%s\",\"total\":10.50}".formatted(status));
		Entry.DataGroup data = new Entry.DataGroup("Order no. 4711", "The order is 100%% %s".formatted(status), null,
				null, status.equals("NEW") ? null : CanonicalJson.parse("{\"status\":\"NEW\"}"), state,
				CanonicalJson.parse("{\"status\":{\"from\":\"NEW\",\"to\":\"%s\"}}".formatted(status)),
				CanonicalJson.parse(metadata), CanonicalJson.parse("[%s{\"id\":\"7\",\"type\":\"Printer\"}]"
					.formatted(metadata.contains("delegation") ? "{\"id\":\"chief\",\"type\":\"Agent\"}," : "")));
		Instant occurred = status.equals("SHIPPED") ? Instant.parse("2026-11-01T00:00:00Z")
				: Instant.parse("2019-01-14T00:00:00Z");
		return new Entry(UUID.randomUUID(), occurred, "shop", "it's", operation, "order.change", "order",
				Severity.WARNING, Outcome.SUCCESS, ActorType.USER, "Order", "4711", 5L, 12L, "trace1", actor, data);
	}

	private ApplicationContextRunner application(DataSource dataSource) {
		return ArchivingApplication.of(dataSource, KEY, this.memory);
	}

	private ApplicationContextRunner archiving() {
		return application(this.ledger.dataSource()).withPropertyValues("audit.archive.directory=" + this.directory);
	}

	private static Map<String, AuditQuery> queries() {
		AuditQuery all = AuditQuery.all().to(END);
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		queries.put("all", all);
		queries.put("a chain", all.chain("other"));
		queries.put("a period",
				all.from(Instant.parse("2018-12-31T23:25:00Z")).to(Instant.parse("2019-01-02T00:00:00Z")));
		queries.put("an actor", all.actor("müller"));
		queries.put("own entries", all.actor(new Actor(ActorType.USER, "müller", null, null)));
		queries.put("under another identity", all.impersonator("boss"));
		queries.put("by an agent", all.impersonator("chief", "nobody"));
		queries.put("actions", all.action("order.pay", "login"));
		queries.put("patterns", all.actions("order.*", "*.export"));
		queries.put("without an action", all.withoutAction("login"));
		queries.put("a category", all.category("ord"));
		queries.put("a severity", all.severityAtLeast(Severity.WARNING));
		queries.put("an outcome", all.outcome(Outcome.SUCCESS));
		queries.put("kinds", all.targetType("Order", "Invoice"));
		queries.put("a target", all.target("Order", 4711));
		queries.put("a related thing", all.related("Printer", 7));
		queries.put("another related thing", all.related("Printer", 8));
		queries.put("a number", all.metadata("order.lines", "2.5"));
		queries.put("a truth value", all.metadata("order.vip", "true"));
		queries.put("a text of a list", all.metadata("tags", "a/b~c"));
		queries.put("a quote", all.metadata("tags", "it's"));
		queries.put("a tenant", all.tenant("it's"));
		queries.put("no tenant", all.withoutTenant());
		queries.put("an operation", all.operation(ACROSS));
		queries.put("a trace", all.trace("trace1"));
		queries.put("a session", all.session("session1"));
		queries.put("an address", all.ip("2001:db8::4"));
		queries.put("words", all.text("order 100 pai"));
		queries.put("words in their order", all.text("\"ORDER is 100\" pai"));
		queries.put("words at the end in their order", all.text("paid \"is 100\""));
		queries.put("without words in another order", all.without((other) -> other.text("\"is order\"")));
		queries.put("things of several kinds",
				all.targets(new Resource("Order", "4711"), new Resource("Nothing", "1")));
		queries.put("other words", all.text("MÜLLER"));
		queries.put("kinds of actors", all.actorType(ActorType.SYSTEM, ActorType.USER));
		queries.put("beginnings of actors", all.actors("m*"));
		queries.put("ends of ids", all.targetIds("*11"));
		queries.put("beginnings of kinds", all.targetTypes("Inv*", "O*"));
		queries.put("some targets", all.targets("Order", 4711, 4712));
		queries.put("a network", all.ip("2001:db8::/32"));
		queries.put("another network", all.ip("203.0.0.0/17", "10.0.0.0/8"));
		queries.put("all old addresses", all.ip("0.0.0.0/0"));
		queries.put("what changed", all.changed("status", "address.city"));
		queries.put("what began", all.occurredFrom(Instant.parse("2019-01-14T00:00:00Z"))
			.occurredTo(Instant.parse("2019-01-14T00:00:01Z")));
		queries.put("hours", all.hours("mon/01:00-02:00/Europe/Oslo", "sun/18:00-06:30/America/New_York"));
		queries.put("out of hours", all.without((other) -> other.hours("mon-fri/08:00-17:00/Asia/Kolkata")));
		queries.put("without an actor", all.without((other) -> other.actor("müller")));
		queries.put("without a category", all.without((other) -> other.category("ord")));
		queries.put("without words", all.without((other) -> other.text("order")));
		queries.put("without a network", all.without((other) -> other.ip("2001:db8::/32", "0.0.0.0/0")));
		queries.put("without a change", all.without((other) -> other.changed("status")));
		return queries;
	}

	private static Map<String, Object> answers(AuditTrail trail) {
		return answers(trail, queries().keySet(), List.of("all", "a chain", "a period", "an actor", "patterns"),
				List.of("all", "actions", "patterns", "without an action", "an actor"));
	}

	/** Of each kind of reading, which differ in how an answer is put together. */
	private static Map<String, Object> someAnswers(AuditTrail trail) {
		return answers(trail, List.of("all", "an actor", "words"), List.of("all", "an actor"),
				List.of("all", "an actor"));
	}

	private static Map<String, Object> answers(AuditTrail trail, Collection<String> asked, List<String> paged,
			List<String> summed) {
		Map<String, AuditQuery> queries = queries();
		Map<String, Object> answers = new LinkedHashMap<>();
		for (String name : asked) {
			AuditQuery query = Objects.requireNonNull(queries.get(name));
			answers.put(name + ", streamed", json(trail.stream(query).toList()));
			answers.put(name + ", counted", trail.count(query));
		}
		// What differs between these is how they are read, whatever is wanted.
		for (String name : paged) {
			AuditQuery query = Objects.requireNonNull(queries.get(name));
			answers.put(name + ", newest first", pages(trail, query.limit(30)));
			answers.put(name + ", in brief", pages(trail, query.limit(30).withoutStates()));
			answers.put(name + ", oldest first", pages(trail, query.limit(30).oldestFirst()));
			answers.put(name + ", counted cheaply", trail.count(query, 10_000).entries());
			answers.put(name + ", by operations", operations(trail, query.limit(30)));
			answers.put(name + ", over days", trail.activity(query, START, END, Duration.ofDays(1)));
		}
		for (String name : summed) {
			answers.put(name + ", over weeks", trail.activity(queries.get(name), START,
					Instant.parse("2019-01-20T00:00:00Z"), Duration.ofDays(7)));
		}
		for (String time : List.of("2019-01-01T00:00:00Z", "2019-02-01T00:00:00Z", "2026-11-10T00:00:00Z")) {
			answers.put("state at " + time, trail.stateAt("Order", 4711, Instant.parse(time)));
		}
		answers.put("known since", trail.stateKnownSince(AuditQuery.all().target("Order", 4711)));
		answers.put("about a person", json(trail.about(PERSON).toList()));
		answers.put("the trail of a thing", json(trail.trail("Order", 4711).getContent()));
		return answers;
	}

	private static Object json(Object answer) {
		return JsonMapper.shared().readTree(JsonMapper.shared().writeValueAsString(answer));
	}

	/** All pages forward, and from the last one back. */
	private static List<Object> pages(AuditTrail trail, AuditQuery query) {
		List<Object> pages = new ArrayList<>();
		Window<AuditEntry> page = trail.find(query);
		pages.add(json(page.getContent()));
		while (page.hasNext()) {
			page = trail.find(query.after(page.positionAt(page.size() - 1)));
			pages.add(json(page.getContent()));
		}
		while (!page.isEmpty()) {
			page = trail.find(query.after(((KeysetScrollPosition) page.positionAt(0)).backward()));
			pages.add(json(page.getContent()));
		}
		return pages;
	}

	private static List<Object> operations(AuditTrail trail, AuditQuery query) {
		List<Object> pages = new ArrayList<>();
		Window<AuditOperation> page = trail.operations(query);
		pages.add(json(page.getContent()));
		while (page.hasNext()) {
			page = trail.operations(query.after(page.positionAt(page.size() - 1)));
			pages.add(json(page.getContent()));
		}
		return pages;
	}

	@Test
	void theTrailAnswersTheSameAsBeforeTheMonthsWereDropped() {
		archiving().run((context) -> {
			// A minute after the start it would drop them by itself.
			context.getBean("auditLedgerUpkeep", Lifecycle.class).stop();
			AuditTrail trail = context.getBean(AuditTrail.class);
			Map<String, Object> before = answers(trail);
			assertThat(trail.archived()).isEmpty();
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(2);
			assertThat(this.ledger.query("select count(*) from audit.audit_log where recorded_at < '2020-01-01'"))
				.isEqualTo("0");
			assertThat(trail.archived()).contains(new AuditTrail.ArchivedPeriod(
					Instant.parse("2018-12-31T23:00:00.000001Z"), Instant.parse("2019-01-15T00:00:00Z")));
			Map<String, Object> after = answers(trail);
			before.forEach((name, answer) -> assertThat(after.get(name)).as(name).isEqualTo(answer));
			assertThat(trail.about(PERSON)).extracting(AuditEntry::getMessage)
				.containsExactly("The order is 100% NEW", "The order is 100% PAID", "The order is 100% SHIPPED");
			assertThat(trail.about(Subject.actor("müller").andTarget("Order", 4711).withEverything())).hasSize(3);
			assertThat(trail.about(Subject.actor("nobody"))).isEmpty();
			assertThat(trail.about(Subject.actor("chief"))).extracting(AuditEntry::getMessage)
				.containsExactly("The order is 100% NEW");
			assertThat(trail.count(AuditQuery.all().to(END))).isEqualTo(67);
			assertThat(queries().keySet())
				.allSatisfy((name) -> assertThat((Long) after.get(name + ", counted")).as(name)
					.matches((count) -> (count > 0) != name.equals("another related thing")));
		});
	}

	/** As where entries of an old month are received late. */
	@Test
	void theTrailAnswersTheSameThoughAnOldMonthIsInTheDatabaseAgain() {
		this.ledger.appendAt(Instant.parse("2018-12-31T23:10:00Z"), "late", new SampleChain("late", 7).unplaced(8));
		this.ledger.appendAt(Instant.parse("2018-12-31T23:30:00Z"), "late", List.of(order("LATE", "{}", ACROSS)));
		archiving().run((context) -> {
			context.getBean("auditLedgerUpkeep", Lifecycle.class).stop();
			AuditTrail trail = context.getBean(AuditTrail.class);
			this.ledger.execute("select audit.audit_count_activity(1000000)");
			Map<String, Object> before = someAnswers(trail);
			List<UUID> ids = trail.stream(AuditQuery.all().to(END)).map(AuditEntry::getId).toList();
			this.ledger.execute(
					"create table late as select * from audit.audit_log where chain = 'late' and recorded_at < '2020-01-01'");
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(2);
			receiveLate();
			Map<String, Object> after = someAnswers(trail);
			before.forEach((name, answer) -> assertThat(after.get(name)).as(name).isEqualTo(answer));
			assertThat(ids).hasSize(76).allSatisfy((id) -> assertThat(trail.entry(id)).isPresent());
			assertThat(trail.count(AuditQuery.all().to(END), 10_000)).isEqualTo(new AuditTrail.Count(76, true));
			assertThat(trail.archived()).contains(new AuditTrail.ArchivedPeriod(
					Instant.parse("2018-12-31T23:00:00.000001Z"), Instant.parse("2019-01-15T00:00:00Z")));
		});
	}

	/** Not long after a month was dropped: there are sums of it yet. */
	private void receiveLate() {
		this.ledger.execute("""
				select audit.audit_make_partition('2018-12-01');
				alter table audit.audit_log disable trigger all;
				alter table audit.audit_archived disable trigger all;
				delete from audit.audit_archived where chain = 'late';
				insert into audit.audit_log select * from late;
				alter table audit.audit_log enable trigger all;
				delete from audit.audit_activity where start < '2019-01-01';
				update audit.audit_activity_position set counted = 0 where chain = 'late';
				select audit.audit_count_activity(1000000)
				""");
		assertThat(this.ledger.query("select count(*) from audit.audit_log where recorded_at < '2020-01-01'"))
			.isEqualTo("9");
	}

	/** However many are asked for: none is lost, and none comes twice. */
	@Test
	void noMoreIsReadThanThereIsRoomFor() {
		for (int i = 0; i < 20; i++) {
			Instant time = Instant.parse((i < 12) ? "2019-01-20T00:00:00Z" : "2026-11-03T00:00:00Z").plusSeconds(i);
			this.ledger.appendAt(time, (i % 2 == 0) ? "first" : "second",
					List.of(order("SHIPPED", "{\"text\":\"%s\"}".formatted("x".repeat(900_000)), ACROSS)));
		}
		archiving().run((context) -> {
			AuditTrail trail = context.getBean(AuditTrail.class);
			AuditQuery all = AuditQuery.all().to(END).limit(AuditQuery.MAX_LIMIT);
			List<AuditQuery> queries = List.of(all, all.oldestFirst(), all.chain("first"), all.actor("müller"),
					all.metadata("text", "nothing"), all.without((other) -> other.changed("nothing")).oldestFirst(),
					all.text("order"), all.withoutStates());
			List<List<UUID>> before = queries.stream()
				.map((query) -> trail.stream(query).map(AuditEntry::getId).toList())
				.toList();
			Facets facets = trail.facets(all, EnumSet.allOf(Facets.Field.class));
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(2);
			assertThat(trail.facets(all, EnumSet.allOf(Facets.Field.class)).fields()).isEqualTo(facets.fields());
			for (int i = 0; i < queries.size(); i++) {
				AuditQuery query = queries.get(i);
				assertThat(trail.stream(query).map(AuditEntry::getId).toList()).isEqualTo(before.get(i));
				assertThat(looked(trail, query)).isEqualTo(before.get(i));
			}
			assertThat(before.get(0)).hasSize(87);
			assertThat(trail.look(all.to(Instant.parse("2019-02-01T00:00:00Z"))).entries()).hasSize(8);
			assertThat(trail.find(all)).hasSize(87);
		});
	}

	/** It fills a page of the archive alone, and there are others behind it. */
	@Test
	void anEntryThatLeavesNoRoomForOthersIsNotTheLast() {
		for (int i = 0; i < 6; i++) {
			this.ledger.appendAt(Instant.parse("2019-01-20T00:00:00Z").plusSeconds(i), "first", List.of(order("SHIPPED",
					"{\"text\":\"%s\"}".formatted("x".repeat((i % 3 == 1) ? 8_000_000 : 10)), ACROSS)));
		}
		archiving().run((context) -> {
			AuditTrail trail = context.getBean(AuditTrail.class);
			AuditQuery all = AuditQuery.all().to(END).limit(AuditQuery.MAX_LIMIT);
			List<AuditQuery> queries = List.of(all, all.oldestFirst(), all.chain("first"),
					all.chain("first").oldestFirst(), all.chain("first").limit(1));
			List<List<UUID>> before = queries.stream()
				.map((query) -> trail.stream(query).map(AuditEntry::getId).toList())
				.toList();
			assertThat(context.getBean(Retention.class).apply().retired()).hasSize(2);
			for (int i = 0; i < queries.size(); i++) {
				assertThat(trail.stream(queries.get(i)).map(AuditEntry::getId).toList()).isEqualTo(before.get(i));
				assertThat(looked(trail, queries.get(i))).isEqualTo(before.get(i));
			}
			assertThat(before.get(2)).hasSize(6);
		});
	}

	private static List<UUID> looked(AuditTrail trail, AuditQuery query) {
		List<UUID> ids = new ArrayList<>();
		AuditTrail.Look page = trail.look(query);
		while (true) {
			assertThat(page.entries().stream().mapToLong((entry) -> String.valueOf(entry.getMetadata()).length()).sum())
				.isLessThan(9_000_000);
			page.entries().forEach((entry) -> ids.add(entry.getId()));
			if (page.next() == null) {
				return ids;
			}
			page = trail.look(query.after(page.next()));
		}
	}

	@Test
	void anEntryIsFoundByItsIdWhereverItIs() {
		archiving().run((context) -> {
			AuditTrail trail = context.getBean(AuditTrail.class);
			List<AuditEntry> entries = trail.stream(AuditQuery.all().to(END)).toList();
			context.getBean(Retention.class).apply();
			assertThat(List.of(entries.get(0), entries.get(20), entries.get(66))).allSatisfy((entry) -> {
				AuditEntry found = trail.entry(entry.getId()).orElseThrow();
				assertThat(json(found)).isEqualTo(json(entry));
				assertThat(found.getPrevHash()).isEqualTo(entry.getPrevHash());
				assertThat(found.getIpAddress()).isEqualTo(entry.getIpAddress());
			});
			assertThat(trail.entry(UUID.randomUUID())).isEmpty();
		});
	}

	@Test
	void aFileThatWasChangedOrIsMissingIsAnErrorThatNamesIt() {
		archiving().run((context) -> {
			AuditTrail trail = context.getBean(AuditTrail.class);
			context.getBean(Retention.class).apply();
			assertThat(trail.count(AuditQuery.all().to(END))).isEqualTo(67);
			Path payload = this.directory.resolve("chain=other/000000000000-000000000011/payload-1.parquet");
			byte[] content = Files.readAllBytes(payload);
			content[content.length / 2] ^= 1;
			payload.toFile().setWritable(true);
			FileTime before = Files.getLastModifiedTime(payload);
			Files.write(payload, content);
			Files.setLastModifiedTime(payload, before);
			assertThatExceptionOfType(DataAccessResourceFailureException.class)
				.isThrownBy(() -> trail.count(AuditQuery.all().to(END)))
				.withMessageContaining("payload-1.parquet' is not the one that its manifest names");
			Files.delete(payload);
			assertThatExceptionOfType(DataAccessResourceFailureException.class)
				.isThrownBy(() -> trail.find(AuditQuery.all().chain("other")))
				.withMessageContaining("payload-1.parquet' is missing");
			assertThat(trail.find(AuditQuery.all().chain("main").to(END))).isNotEmpty();
		});
	}

	@Test
	void oneConnectionIsEnoughForWhoReadsInATransaction() throws Exception {
		this.ledger.retention(order("NEW", "{}", ACROSS), UnaryOperator.identity()).apply();
		try (HikariDataSource one = new HikariDataSource()) {
			one.setDataSource(this.ledger.dataSource());
			one.setMaximumPoolSize(1);
			one.setConnectionTimeout(30_000);
			application(one).withPropertyValues("audit.archive.directory=" + this.directory).run((context) -> {
				AuditTrail trail = context.getBean(AuditTrail.class);
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> {
						assertThat(trail.find(AuditQuery.all().to(END).oldestFirst().limit(5))).hasSize(5);
						assertThat(trail.stream(AuditQuery.all().to(END))).hasSize(67);
						assertThat(trail.count(AuditQuery.all().to(END))).isEqualTo(67);
						assertThat(trail.archived()).isPresent();
					});
			});
		}
	}

	@Test
	void toReadWithoutAnArchiveStopsTheStart() {
		application(this.ledger.dataSource()).withPropertyValues("audit.retention.action=drop")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("there is no archive to read"));
	}

}
