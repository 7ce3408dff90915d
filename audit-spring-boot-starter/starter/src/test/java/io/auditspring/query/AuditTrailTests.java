package io.auditspring.query;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.Actor;
import io.auditspring.Outcome;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.retention.Redaction;
import io.auditspring.retention.Subject;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.support.StaticMessageSource;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AuditTrailTests {

	private static final LedgerDatabase DATABASE = LedgerDatabase.create();

	private static final PersistenceUnit UNIT = PersistenceUnit.with(DATABASE);

	private final AuditTrail trail = new JpaAuditTrail(UNIT.entityManager(),
			new LedgerVerifier(DATABASE.dataSource(), DATABASE.schema()));

	@BeforeAll
	static void writeEntries() {
		for (int batch = 0; batch < 4; batch++) {
			DATABASE.append((batch % 2 == 0) ? "main" : "other", Entries.entries(30));
		}
		DATABASE.append("main", Entries.entry("cart.clear", "Cart", "1%_\\", "john"),
				Entries.withRelated("[{\"type\":\"Printer\",\"id\":\"7\"},{\"type\":\"Scanner\",\"id\":\"8\"}]"),
				Entries.withMessage("Unusual 100% \"message\""));
	}

	@AfterAll
	static void close() {
		UNIT.close();
	}

	@Test
	void entriesComeNewestFirst() {
		List<AuditEntry> entries = this.trail.find(AuditQuery.all()).getContent();
		assertThat(entries).hasSize(100).isSortedAccordingTo((a, b) -> {
			int time = b.getRecordedAt().compareTo(a.getRecordedAt());
			return (time != 0) ? time : Long.compare(b.getSeq(), a.getSeq());
		});
		assertThat(entries.get(0).getMessage()).isEqualTo("Unusual 100% \"message\"");
	}

	@Test
	void pagesHaveNoGapsAndNoRepetitions() {
		List<UUID> seen = new ArrayList<>();
		Window<AuditEntry> window = this.trail.find(AuditQuery.all().limit(40));
		window.forEach((entry) -> seen.add(entry.getId()));
		while (window.hasNext()) {
			ScrollPosition end = window.positionAt(window.size() - 1);
			window = this.trail.find(AuditQuery.all().limit(40).after(end));
			window.forEach((entry) -> seen.add(entry.getId()));
		}
		assertThat(seen).hasSize(123).doesNotHaveDuplicates();
	}

	@Test
	void pagesCanBeTurnedBack() {
		Window<AuditEntry> first = this.trail.find(AuditQuery.all().limit(40));
		Window<AuditEntry> second = this.trail.find(AuditQuery.all().limit(40).after(first.positionAt(39)));
		ScrollPosition back = ScrollPosition.backward(((KeysetScrollPosition) second.positionAt(0)).getKeys());
		assertThat(this.trail.find(AuditQuery.all().limit(40).after(back)).getContent()).extracting(AuditEntry::getId)
			.isEqualTo(first.getContent().stream().map(AuditEntry::getId).toList());
	}

	@Test
	void aStreamGivesAll() {
		assertThat(this.trail.stream(AuditQuery.all().limit(3)).map(AuditEntry::getId)).hasSize(123)
			.doesNotHaveDuplicates();
		assertThat(this.trail.stream(AuditQuery.all().chain("other"))).hasSize(60);
	}

	@Test
	void aStreamNeedsNoMoreThanItIsAskedFor() {
		assertThat(this.trail.stream(AuditQuery.all()).limit(2)).hasSize(2);
	}

	@Test
	void everyFilterNarrows() {
		AuditEntry entry = this.trail.trail("Cart", "1%_\\").getContent().get(0);
		assertThat(count(AuditQuery.all().actor("john"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().action("cart.clear"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().category("order"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().category("cart"))).isZero();
		assertThat(count(AuditQuery.all().severity(Severity.INFO))).isEqualTo(123);
		assertThat(count(AuditQuery.all().severity(Severity.ERROR))).isZero();
		assertThat(count(AuditQuery.all().outcome(Outcome.SUCCESS))).isEqualTo(123);
		assertThat(count(AuditQuery.all().outcome(Outcome.DENIED))).isZero();
		assertThat(count(AuditQuery.all().target("Cart", "1%_\\"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().target("Order", "1%_\\"))).isZero();
		assertThat(count(AuditQuery.all().target("Order", 42))).isEqualTo(122);
		assertThat(count(AuditQuery.all().targetType("Cart"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().tenant("acme"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().tenant("umbrella"))).isZero();
		assertThat(count(AuditQuery.all().service("shop"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().service("bank"))).isZero();
		assertThat(count(AuditQuery.all().chain("main"))).isEqualTo(63);
		assertThat(count(AuditQuery.all().operation(entry.getOperationId()))).isEqualTo(1);
		assertThat(count(AuditQuery.all().trace("4bf92f3577b34da6a3ce929d0e0e4736"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().trace("none"))).isZero();
		assertThat(count(AuditQuery.all().actor("john").actor("jane"))).isZero();
	}

	@Test
	void whoHadOthersActIsFoundToo() {
		LedgerDatabase database = LedgerDatabase.create();
		Entry entry = Entries.delegated("agent", "it's \\\\ root");
		database.append("main", entry, Entries.delegated("agent", "roo"),
				Entries.withRelated("[{\"type\":\"Agent\",\"id\":\"root\"}]"));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			String root = "it's \\ root";
			assertThat(trail.about(Subject.actor(root))).extracting(AuditEntry::getId).containsExactly(entry.id());
			assertThat(trail.find(AuditQuery.all().impersonator(root)).getContent()).extracting(AuditEntry::getId)
				.containsExactly(entry.id());
			assertThat(trail.look(AuditQuery.all().impersonator("nobody", root)).entries()).hasSize(1);
			assertThat(trail.look(AuditQuery.all().without((other) -> other.impersonator(root))).entries()).hasSize(2);
			assertThat(trail.find(AuditQuery.all().impersonator("agent")).getContent()).hasSize(2);
		}
	}

	@Test
	void oneOfSeveralValuesIsEnough() {
		assertThat(count(AuditQuery.all().actor("john", "jane"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().action("cart.clear", "order.pay.29", "none"))).isEqualTo(5);
		assertThat(count(AuditQuery.all().action("cart.clear", "cart.clear"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().actions("cart.*", "order.pay.29"))).isEqualTo(5);
		assertThat(count(AuditQuery.all().actions("*.clear", "*.29").actor("john"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().withoutAction("cart.clear", "order.pay.29"))).isEqualTo(118);
		assertThat(count(AuditQuery.all().category("order", "cart"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().severity(Severity.INFO, Severity.ERROR))).isEqualTo(123);
		assertThat(count(AuditQuery.all().outcome(Outcome.FAILURE, Outcome.DENIED))).isZero();
		assertThat(count(AuditQuery.all().targetType("Cart", "Basket"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().tenant("acme", "umbrella"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().service("bank", "mill"))).isZero();
		assertThat(this.trail.find(AuditQuery.all().action("cart.clear", "order.pay.29").limit(3))).hasSize(3);
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().actor(new String[0]))
			.withMessage("Leave the filter out, or give it a value");
	}

	@Test
	void whatWasDoneInASessionIsFound() {
		assertThat(count(AuditQuery.all().session("5f2c"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().session("none"))).isZero();
	}

	@Test
	void valuesInMetadataAreFoundWhateverTheirKind() {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main",
				Entries.withMetadata("{\"version\":\"1.0\",\"request\":{\"method\":\"POST\"},\"dry\":true}"),
				Entries.withMetadata("{\"version\":1.0,\"steps\":[\"a\",\"b?\",3],\"dry\":\"true\"}"),
				Entries.withMetadata("{\"it's \\\"\":\"\\\\ ?\"}"));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			Map<AuditQuery, Integer> expected = Map.of(AuditQuery.all().metadata("version", "1.0"), 2,
					AuditQuery.all().metadata("version", "1"), 1, AuditQuery.all().metadata("request.method", "POST"),
					1, AuditQuery.all().metadata("dry", "true"), 2, AuditQuery.all().metadata("steps", "b?"), 1,
					AuditQuery.all().metadata("steps", "3"), 1, AuditQuery.all().metadata("it's \"", "\\ ?"), 1,
					AuditQuery.all().metadata("version", "2"), 0, AuditQuery.all().metadata("steps.a", "b?"), 0,
					AuditQuery.all().metadata("version", "1.0").metadata("dry", "true"), 2);
			for (String index : List.of("", "create index on audit.audit_log using gin (metadata jsonb_path_ops)")) {
				database.execute(index);
				expected.forEach((query, found) -> assertThat(trail.find(query)).hasSize(found));
			}
		}
		for (String path : List.of("", ".", "a..b", "a.", "x".repeat(301))) {
			assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().metadata(path, "1"))
				.withMessageContaining("request.method");
		}
	}

	@Test
	void entriesCanComeOldestFirst() {
		for (AuditQuery query : List.of(AuditQuery.all(), AuditQuery.all().text("roe"),
				AuditQuery.all().category("order", "cart"), AuditQuery.all().severityAtLeast(Severity.INFO))) {
			List<UUID> oldestFirst = new ArrayList<>(this.trail.stream(query).map(AuditEntry::getId).toList());
			Collections.reverse(oldestFirst);
			assertThat(this.trail.stream(query.oldestFirst()).map(AuditEntry::getId).toList()).isEqualTo(oldestFirst);
			AuditQuery pages = query.oldestFirst().limit(50);
			Window<AuditEntry> first = this.trail.find(pages);
			Window<AuditEntry> second = this.trail.find(pages.after(first.positionAt(49)));
			assertThat(ids(first)).isEqualTo(oldestFirst.subList(0, 50));
			assertThat(ids(second)).isEqualTo(oldestFirst.subList(50, 100));
			assertThat(ids(this.trail.find(pages.after(backward(second))))).isEqualTo(ids(first));
		}
		Instant occurred = Instant.parse("2026-11-21T09:46:01.100000Z");
		assertThat(this.trail.stateAt(AuditQuery.all().target("Cart", "1%_\\").oldestFirst(), occurred)).isNotEmpty();
	}

	private static ScrollPosition backward(Window<AuditEntry> window) {
		return ((KeysetScrollPosition) window.positionAt(0)).backward();
	}

	private static List<UUID> ids(Window<AuditEntry> window) {
		return window.getContent().stream().map(AuditEntry::getId).toList();
	}

	@Test
	void whateverAThingWasCalledWhenItWasRecordedItIsFound() {
		TargetNames names = new TargetNames() {

			@Override
			public String kind(String type) {
				return type.equals("Basket") ? "Cart" : type;
			}

			@Override
			public Set<String> kinds(String type) {
				return type.equals("Basket") ? Set.of("Basket", "Cart") : Set.of(type);
			}

			@Override
			public String id(String type, Object id) {
				return id.equals("secret") ? "1%_\\" : id.toString();
			}

		};
		AuditTrail named = new JpaAuditTrail(UNIT::entityManager,
				new LedgerVerifier(DATABASE.dataSource(), DATABASE.schema()), names, (attribute) -> List.of());
		for (String id : List.of("secret", "1%_\\")) {
			assertThat(named.find(AuditQuery.all().target("Basket", id))).hasSize(1);
			assertThat(named.count(AuditQuery.all().target("Basket", id).actor("john"))).isEqualTo(1);
			assertThat(named.operations(AuditQuery.all().target("Basket", id))).hasSize(1);
			assertThat(named.stream(AuditQuery.all().target("Cart", id))).hasSize(1);
		}
		assertThat(named.find(AuditQuery.all().targetType("Basket"))).hasSize(1);
		assertThat(named.find(AuditQuery.all().targetType("Basket", "Printer"))).hasSize(1);
		assertThat(named.find(AuditQuery.all().target("Order", "secret"))).isEmpty();
		assertThat(named.suggest(AuditTrail.Attribute.ACTION, "", 10, AuditQuery.all().targetType("Basket")))
			.containsExactly("cart.clear");
	}

	@Test
	void valuesAreNoSql() {
		LedgerDatabase database = LedgerDatabase.create();
		List<String> values = List.of("it's", "''", "' or ''='", "\\' or 1=1 --", "\\", "a?b", "$1", ":name",
				"{fn now()}", "/* -- */", "\"quoted\"", "Größe 🧾", "line\nbreak", "%_", "x".repeat(300));
		values.forEach((value) -> database.append("main", Entries.entry(value, "Cart", "1", "john")));
		for (String conforming : List.of("on", "off")) {
			database.execute("alter role current_user set standard_conforming_strings = " + conforming);
			assertThat(database.query("show standard_conforming_strings")).isEqualTo(conforming);
			try (PersistenceUnit unit = PersistenceUnit.with(database)) {
				AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
						new LedgerVerifier(database.dataSource(), database.schema()));
				for (String value : values) {
					assertThat(trail.find(AuditQuery.all().action(value))).as(value + ", " + conforming)
						.singleElement()
						.extracting(AuditEntry::getAction)
						.isEqualTo(value);
				}
			}
			finally {
				database.execute("alter role current_user reset standard_conforming_strings");
			}
		}
	}

	@Test
	void relatedResourcesAreFound() {
		assertThat(count(AuditQuery.all().related("Scanner", 8))).isEqualTo(1);
		assertThat(count(AuditQuery.all().related("Scanner", 7))).isZero();
		assertThat(count(AuditQuery.all().related("Quote\"' ?", "\\"))).isZero();
	}

	@Test
	void addressesAreFoundInAnyNotation() {
		assertThat(count(AuditQuery.all().ip("203.0.113.9"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().ip("::ffff:cb00:7109"))).isEqualTo(123);
		assertThat(count(AuditQuery.all().ip("203.0.113.10"))).isZero();
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().ip("localhost"))
			.withMessage("'localhost' is not an IP address");
	}

	@Test
	void periodsIncludeTheirStartButNotTheirEnd() {
		Instant time = this.trail.find(AuditQuery.all()).getContent().get(0).getRecordedAt();
		assertThat(count(AuditQuery.all().from(time))).isEqualTo(3);
		assertThat(count(AuditQuery.all().to(time))).isEqualTo(120);
		assertThat(count(AuditQuery.all().from(time).to(time.plusNanos(1000)))).isEqualTo(3);
	}

	@Test
	void wordsAreFoundInAnyOrderTheLastOneByItsBeginning() {
		assertThat(count(AuditQuery.all().text("UNUSUAL 100%"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().text("message unusual"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().text("unusual mess"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().text("mess unusual"))).isZero();
		assertThat(count(AuditQuery.all().text("usual"))).isZero();
		assertThat(count(AuditQuery.all().text("unusual absent"))).isZero();
		assertThat(count(AuditQuery.all().text("john"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().text("roe no."))).isEqualTo(123);
		assertThat(count(AuditQuery.all().text("clear"))).isEqualTo(1);
		assertThat(count(AuditQuery.all().text("clear").actor("jane"))).isZero();
	}

	@Test
	void wordsThatWereErasedAreNotFound() {
		LedgerDatabase database = LedgerDatabase.create();
		database.execute("select audit.audit_index_words()");
		Entry told = Entries.withMessage("Unusual zebra");
		database.append("main", told, Entries.withMessage("Another zebra"));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			assertThat(trail.find(AuditQuery.all().text("zebra"))).hasSize(2);
			new Redaction(database.dataSource(), database.schema(), () -> Entries.entry("by", "-", "-", "lawyer"))
				.redact(List.of(told.id()), EntryGroup.DATA, "request 7");
			assertThat(trail.find(AuditQuery.all().text("zebra"))).extracting(AuditEntry::getMessage)
				.containsExactly("Another zebra");
			assertThat(trail.find(AuditQuery.all().text("unusual"))).isEmpty();
		}
	}

	@Test
	void textNeedsAWordOfReasonableLength() {
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().text(" %_' "))
			.withMessage("' %_' ' has no word to search for");
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().text("x".repeat(201)))
			.withMessageContaining("200");
		assertThat(count(AuditQuery.all().text("it's & | ! ( :* \\ jan"))).isZero();
		assertThat(count(AuditQuery.all().text("\u2019\u02bc\uff07 or 1=1 -- $1 ? :x {ts"))).isZero();
	}

	@Test
	void searchesHavePagesBothWaysToo() {
		AuditQuery query = AuditQuery.all().text("roe").limit(50);
		Window<AuditEntry> first = this.trail.find(query);
		Window<AuditEntry> second = this.trail.find(query.after(first.positionAt(49)));
		assertThat(this.trail.find(query.after(backward(second))).getContent()).extracting(AuditEntry::getId)
			.isEqualTo(first.getContent().stream().map(AuditEntry::getId).toList());
		assertThat(this.trail.stream(query).map(AuditEntry::getId)).hasSize(123).doesNotHaveDuplicates();
	}

	@Test
	void entriesAreCounted() {
		assertThat(this.trail.count(AuditQuery.all().limit(1))).isEqualTo(123);
		assertThat(this.trail.count(AuditQuery.all().chain("other").text("roe"))).isEqualTo(60);
	}

	@Test
	void valuesAreSuggested() {
		assertThat(this.trail.suggest(AuditTrail.Attribute.ACTION, "", 3, AuditQuery.all()))
			.containsExactly("cart.clear", "order.pay", "order.pay.0");
		assertThat(this.trail.suggest(AuditTrail.Attribute.ACTION, "order.pay.29", 3, AuditQuery.all()))
			.containsExactly("order.pay.29");
		assertThat(this.trail.suggest(AuditTrail.Attribute.ACTOR, "", 10, AuditQuery.all())).containsExactly("jane",
				"john");
		assertThat(this.trail.suggest(AuditTrail.Attribute.ACTOR, "j", 10, AuditQuery.all().action("cart.clear")))
			.containsExactly("john");
		assertThat(this.trail.suggest(AuditTrail.Attribute.TARGET_TYPE, "x", 10, AuditQuery.all())).isEmpty();
		assertThat(this.trail.suggest(AuditTrail.Attribute.ACTION, "Order.pay.29", 3, AuditQuery.all()))
			.containsExactly("order.pay.29");
	}

	@Test
	void operationsComeWithTheirEntries() {
		LedgerDatabase database = LedgerDatabase.create();
		Entry first = Entries.entry("order.pay");
		database.append("main", first, sameOperation(first, Entries.entry("order.ship")), Entries.entry("order.close"));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			Window<AuditOperation> page = trail.operations(AuditQuery.all().limit(1));
			assertThat(page).singleElement()
				.satisfies((operation) -> assertThat(actions(operation)).containsExactly("order.close"));
			assertThat(page.hasNext()).isTrue();
			page = trail.operations(AuditQuery.all().limit(1).after(page.positionAt(0)));
			assertThat(page).singleElement()
				.satisfies((operation) -> assertThat(actions(operation)).containsExactly("order.ship", "order.pay"));
			assertThat(page.hasNext()).isFalse();
			assertThat(trail.operations(AuditQuery.all().action("order.pay"))).singleElement()
				.satisfies((operation) -> assertThat(actions(operation)).containsExactly("order.pay"));
		}
	}

	@Test
	void aPageOfOperationsTakesTwoStatements() {
		LedgerDatabase database = LedgerDatabase.create();
		List<Entry> entries = new ArrayList<>();
		Entry large = Entries.entry("order.import");
		for (int i = 0; i < 10; i++) {
			Entry small = Entries.entry("order.pay");
			entries.addAll(List.of(small, sameOperation(small, Entries.entry("order.ship"))));
			for (int line = 0; line < 15; line++) {
				entries.add(sameOperation(large, Entries.entry("line." + (i * 15 + line))));
			}
		}
		database.append("main", entries.toArray(Entry[]::new));
		StatementLog log = new StatementLog();
		try (PersistenceUnit unit = PersistenceUnit.watched(database, log)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			Window<AuditOperation> page = trail.operations(AuditQuery.all());
			assertThat(log.takeAll()).hasSize(2);
			assertThat(page).hasSize(11);
			assertThat(actions(page.getContent().get(0))).hasSize(OperationPages.MOST_ENTRIES)
				.startsWith("line.149", "line.148")
				.endsWith("line.50");
			assertThat(page.getContent().subList(1, 11))
				.allSatisfy((operation) -> assertThat(actions(operation)).containsExactly("order.ship", "order.pay"));
			assertThat(trail.operations(AuditQuery.all().action("nothing"))).isEmpty();
			assertThat(log.takeAll()).hasSize(1);
		}
	}

	private static List<String> actions(AuditOperation operation) {
		return operation.entries().stream().map(AuditEntry::getAction).toList();
	}

	private static Entry sameOperation(Entry first, Entry next) {
		return new Entry(next.id(), next.occurredAt(), next.service(), next.tenant(), first.operation(), next.action(),
				next.category(), next.severity(), next.outcome(), next.actorType(), next.targetType(), next.targetId(),
				next.revision(), next.durationMicros(), next.traceId(), next.actor(), next.data());
	}

	@Test
	void aPageHasBetweenOneAndAThousandEntries() {
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().limit(0))
			.withMessageContaining("1 to 1000");
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().limit(1001))
			.withMessageContaining("1 to 1000");
		assertThatIllegalArgumentException().isThrownBy(() -> AuditQuery.all().after(ScrollPosition.offset()))
			.withMessageContaining("keyset");
	}

	@Test
	void oneEntryIsReadByItsId() {
		AuditEntry entry = this.trail.trail("Cart", "1%_\\").getContent().get(0);
		assertThat(this.trail.entry(entry.getId())).get().extracting(AuditEntry::getAction).isEqualTo("cart.clear");
		assertThat(this.trail.entry(UUID.randomUUID())).isEmpty();
	}

	@Test
	void everythingIsReadAsItWasWritten() {
		AuditEntry entry = this.trail.trail("Cart", "1%_\\").getContent().get(0);
		assertThat(entry.getOccurredAt()).isEqualTo("2026-11-21T09:46:01.100Z");
		assertThat(entry.getActor()).isEqualTo(Actor.user("john", "Jane Roe").impersonatedBy("root"));
		assertThat(entry).extracting(AuditEntry::getTargetType, AuditEntry::getTargetId, AuditEntry::getTargetName)
			.containsExactly("Cart", "1%_\\", "Order no. 42");
		assertThat(entry.getRelated()).containsExactly(new Resource("Connector", "9"));
		assertThat(entry.getBefore()).isEqualTo(Map.of("status", "NEW", "total", new BigDecimal("1.5")));
		assertThat(entry.getAfter()).isEqualTo(Map.of("status", "PAID", "total", 9007199254740993L));
		assertThat(entry.getChanges()).isEqualTo(Map.of("status", Map.of("from", "NEW", "to", "PAID")));
		assertThat(entry.getMetadata()).containsEntry("amount", 100).containsEntry("note", null);
		assertThat(entry.getIpAddress()).isEqualTo("203.0.113.9");
		assertThat(entry.getGeolocation()).isEqualTo(Map.of("country", "NO"));
		assertThat(entry.getDurationMicros()).isEqualTo(1834);
	}

	@Test
	void whatChangedIsToldInTheLanguageOfTheReader() {
		AuditEntry entry = this.trail.trail("Cart", "1%_\\").getContent().get(0);
		StaticMessageSource messages = new StaticMessageSource();
		messages.addMessage("audit.Cart.status", Locale.GERMAN, "Zustand");
		messages.addMessage("audit.Cart.status.NEW", Locale.GERMAN, "neu");
		ChangeSummary summary = new ChangeSummary(messages);
		assertThat(summary.of(entry, Locale.GERMAN)).isEqualTo("Zustand: neu → PAID");
		assertThat(summary.of(entry, Locale.ENGLISH)).isEqualTo(entry.getChangeSummary())
			.isEqualTo("status: NEW → PAID");
	}

	@Test
	void theJsonOfAnEntryHasAllMembersInOrder() {
		AuditEntry entry = this.trail.trail("Cart", "1%_\\").getContent().get(0);
		assertThat(JsonMapper.shared().writeValueAsString(entry)).isEqualTo("{\"id\":\"" + entry.getId()
				+ "\",\"chain\":\"main\",\"seq\":60,\"recordedAt\":\"" + entry.getRecordedAt()
				+ "\",\"occurredAt\":\"2026-11-21T09:46:01.100Z\",\"service\":\"shop\",\"tenant\":\"acme\",\"operationId\":\""
				+ entry.getOperationId()
				+ "\",\"actor\":{\"type\":\"user\",\"id\":\"john\",\"name\":\"Jane Roe\",\"impersonatorId\":\"root\"},"
				+ "\"action\":\"cart.clear\",\"category\":\"order\",\"severity\":\"info\",\"outcome\":\"success\","
				+ "\"target\":{\"type\":\"Cart\",\"id\":\"1%_\\\\\",\"name\":\"Order no. 42\"},"
				+ "\"related\":[{\"type\":\"Connector\",\"id\":\"9\"}],\"message\":\"Order 1%_\\\\: cart.clear\","
				+ "\"justification\":\"asked to\",\"error\":\"none\",\"before\":{\"status\":\"NEW\",\"total\":1.5},"
				+ "\"after\":{\"status\":\"PAID\",\"total\":9007199254740993},"
				+ "\"changes\":{\"status\":{\"from\":\"NEW\",\"to\":\"PAID\"}},\"changeSummary\":\"status: NEW → PAID\","
				+ "\"metadata\":{\"amount\":100,\"note\":null},\"ipAddress\":\"203.0.113.9\","
				+ "\"userAgent\":\"curl/8.5.0\",\"sessionId\":\"5f2c\",\"deviceFingerprint\":\"device-1\","
				+ "\"geolocation\":{\"country\":\"NO\"},\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\","
				+ "\"revision\":7,\"durationMicros\":1834,\"prevHash\":\""
				+ HexFormat.of().formatHex(entry.getPrevHash()) + "\",\"hash\":\""
				+ HexFormat.of().formatHex(entry.getHash()) + "\"}");
	}

	@Test
	void theJsonOfAnEntryHasMembersWithoutValueToo() {
		LedgerDatabase database = LedgerDatabase.create();
		database.append("main", Entries.bare("login"));
		try (PersistenceUnit unit = PersistenceUnit.with(database)) {
			AuditTrail trail = new JpaAuditTrail(unit.entityManager(),
					new LedgerVerifier(database.dataSource(), database.schema()));
			assertThat(trail.find(AuditQuery.all()))
				.satisfiesExactly((entry) -> assertThat(JsonMapper.shared().writeValueAsString(entry)).contains(
						"\"service\":null,\"tenant\":null,", "\"target\":null,\"related\":[],\"message\":null,",
						"\"actor\":{\"type\":\"system\",\"id\":\"system\",\"name\":null,\"impersonatorId\":null}",
						"\"before\":null,\"after\":null,\"changes\":null,\"changeSummary\":null,\"metadata\":null,\"ipAddress\":null,",
						"\"revision\":null,\"durationMicros\":null,"));
		}
	}

	@Test
	void theLedgerIsVerified() {
		assertThat(this.trail.verify().valid()).isTrue();
		assertThat(this.trail.verify("main").entries()).isEqualTo(63);
	}

	private long count(AuditQuery query) {
		return this.trail.stream(query).count();
	}

	@Test
	void theStateAtATimeIsThatOfTheNewestEntryUntilThen() {
		Instant occurred = Instant.parse("2026-11-21T09:46:01.100000Z");
		assertThat(this.trail.stateAt("Cart", "1%_\\", occurred))
			.hasValueSatisfying((state) -> assertThat(state).containsEntry("status", "PAID"));
		assertThat(this.trail.stateAt("Cart", "1%_\\", occurred.minusNanos(1000))).isEmpty();
		assertThat(this.trail.stateAt("Cart", "unknown", occurred)).isEmpty();
	}

}
