package io.auditspring.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.internal.count.ActivityCounter;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads a quarter of a million entries of a year, and looks at how PostgreSQL does it:
 * with plans for the values that are asked for, and with those for any value, which it
 * goes over to when a statement is prepared on the server. With more entries, as
 * {@code -Daudit.test.entries=1000000} has them, the plans are the same.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadPlanTests {

	private static final int MANY = Integer.getInteger("audit.test.entries", 250_000);

	private static final long MOST_ROWS = 5_000;

	private static final long MOST_BLOCKS = 6_000;

	/** Of two frequent values one may be looked for among what the other one gives. */
	private static final long MOST_PASSED = 60_000;

	private static final List<String> ONCE = List.of("force_custom_plan");

	private final LedgerDatabase database = LedgerDatabase.create();

	private final StatementLog log = new StatementLog();

	private final PersistenceUnit unit = PersistenceUnit.watched(this.database, this.log);

	private final AuditTrail trail = new JpaAuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	private final Connection session;

	private Instant middle = Instant.EPOCH;

	ReadPlanTests() throws SQLException {
		this.session = this.database.connect();
	}

	@BeforeAll
	void fill() throws SQLException {
		ManyEntries.fill(this.database, MANY);
		ActivityCounter counter = new ActivityCounter(this.database.dataSource(), this.database.schema());
		for (long counted = 0; counted < MANY;) {
			counted += counter.countOn();
		}
		this.database.execute("analyze audit.audit_activity");
		this.middle = Instant.now().minusSeconds(180L * 86_400);
	}

	@AfterAll
	void close() throws SQLException {
		this.session.close();
		this.unit.close();
		TestDatabase.drop(this.database.dataSource());
	}

	static Stream<String> filters() {
		return queries().keySet().stream();
	}

	@ParameterizedTest
	@MethodSource("filters")
	void aPageIsOneShortRange(String name) throws SQLException {
		AuditQuery query = queries().get(name);
		KeysetScrollPosition middle = ScrollPosition
			.forward(Map.of("recordedAt", this.middle, "seq", MANY / 2L, "id", new UUID(0, 0)));
		for (AuditQuery page : List.of(query, query.after(middle), query.after(middle.backward()),
				query.from(this.middle).to(this.middle.plusSeconds(86_400)))) {
			this.trail.find(page);
			check(name);
		}
	}

	@Test
	void suggestionsJumpFromValueToValue() throws SQLException {
		for (AuditTrail.Attribute attribute : AuditTrail.Attribute.values()) {
			this.trail.suggest(attribute, "", 10, AuditQuery.all());
			check(attribute.name());
		}
	}

	@ParameterizedTest
	@MethodSource("narrowFilters")
	void suggestionsWithinFiltersReadTheNewest(String name) throws SQLException {
		this.trail.suggest(AuditTrail.Attribute.ACTION, "o", 10, narrow().get(name));
		check(name, ONCE, MOST_PASSED, 2 * MOST_BLOCKS);
	}

	@ParameterizedTest
	@MethodSource("narrowFilters")
	void operationsAreReadByTheirIds(String name) throws SQLException {
		this.trail.operations(narrow().get(name));
		check(name, ONCE, MOST_ROWS, MOST_BLOCKS);
	}

	@ParameterizedTest
	@MethodSource("narrowFilters")
	void theChartReadsSumsAndTheNewestEntries(String name) throws SQLException {
		Instant to = Instant.now();
		this.trail.activity(narrow().get(name), to.minusSeconds(300L * 86_400), to, Duration.ofDays(1));
		check(name, ONCE, MOST_PASSED, 2 * MOST_BLOCKS);
	}

	@ParameterizedTest
	@MethodSource("rareFilters")
	void whatIsRareIsCountedByItsIndex(String name) throws SQLException {
		this.trail.count(rare().get(name));
		check(name, ONCE, Math.max(MOST_ROWS, MANY / 100), Math.max(MOST_BLOCKS, MANY / 50));
	}

	/** Rare or not: it is looked for among so many of the newest, and that is said. */
	@ParameterizedTest
	@MethodSource("searches")
	void whatNoIndexFindsIsCountedAmongTheNewest(String name) throws SQLException {
		AuditQuery query = searched().get(name);
		this.trail.count(query, 10_000);
		this.trail.facets(query, Set.of(Facets.Field.values()));
		checkLooked(name);
	}

	/** A page of what is rare is looked for among as many, and says how far it came. */
	@ParameterizedTest
	@MethodSource("unfound")
	void aPageOfWhatNoIndexFindsLooksAtSoMany(String name) throws SQLException {
		AuditQuery query = searched().get(name);
		AuditTrail.Look look = this.trail.look(query);
		assertThat(look.entries()).isEmpty();
		assertThat(look.until()).isNotNull();
		Instant to = Instant.now();
		assertThat(this.trail.activity(query, to.minusSeconds(300L * 86_400), to, Duration.ofDays(1)).from())
			.isEqualTo(look.until());
		checkLooked(name);
	}

	static Stream<String> unfound() {
		return Stream.of("changed", "out of hours", "kind of actor", "began");
	}

	private void checkLooked(String name) throws SQLException {
		List<StatementLog.Executed> executed = this.log.takeAll();
		assertThat(executed).hasSizeGreaterThan(2);
		for (StatementLog.Executed statement : executed) {
			ReadPlan plan = explain(statement, "force_custom_plan");
			String what = "%s: %d rows, %d blocks%n%s%n%s".formatted(name, plan.rowsRead(), plan.blocks(), statement,
					plan);
			assertThat(plan.rowsRead()).as(what).isLessThan(EntryPages.MOST_LOOKED_AT + MANY / 10);
			assertThat(plan.blocks()).as(what).isLessThan(EntryPages.MOST_LOOKED_AT);
		}
	}

	static Stream<String> searches() {
		return searched().keySet().stream();
	}

	/** Of most, one that nothing is found by. */
	private static Map<String, AuditQuery> searched() {
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		queries.put("changed", AuditQuery.all().changed("nothing"));
		queries.put("out of hours", AuditQuery.all().without((other) -> other.hours("mon-sun")));
		queries.put("hours", AuditQuery.all().hours("sun/03:00-03:01/Europe/Oslo"));
		queries.put("began", AuditQuery.all().occurredTo(Instant.EPOCH));
		queries.put("kind of actor", AuditQuery.all().actorType(ActorType.AGENT));
		queries.put("without", AuditQuery.all().without((other) -> other.actorType(ActorType.USER)));
		queries.put("network", AuditQuery.all().ip("192.0.2.0/24"));
		queries.put("thousands of names", AuditQuery.all().actors("user-1*"));
		queries.put("beginning", AuditQuery.all().targetIds("nope*"));
		queries.put("words", AuditQuery.all().text("\"invoice absent\""));
		return queries;
	}

	static Stream<String> narrowFilters() {
		return narrow().keySet().stream();
	}

	static Stream<String> rareFilters() {
		return rare().keySet().stream();
	}

	/** What has sums, and is not rare. */
	private static Map<String, AuditQuery> narrow() {
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		each(queries, "narrowed to", AuditQuery.all(), AuditQuery.all().tenant("tenant-3"),
				AuditQuery.all().action("Order.create"), AuditQuery.all().withoutAction("Order.create"),
				AuditQuery.all().category("category-1"), AuditQuery.all().service("service-1"));
		return queries;
	}

	private static Map<String, AuditQuery> rare() {
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		each(queries, "rare", AuditQuery.all().actor("user-49999"), AuditQuery.all().action("nope"),
				AuditQuery.all().category("nope"), AuditQuery.all().severity(Severity.CRITICAL),
				AuditQuery.all().outcome(Outcome.DENIED), AuditQuery.all().target("Order", 1),
				AuditQuery.all().targetType("Nothing"), AuditQuery.all().tenant("it's nobody's"),
				AuditQuery.all().service("nope"), AuditQuery.all().operation(new UUID(1, 2)),
				AuditQuery.all().trace("nope"), AuditQuery.all().ip("10.1.1.7"));
		return queries;
	}

	private void check(String name) throws SQLException {
		check(name, List.of("force_custom_plan", "force_generic_plan"), MOST_ROWS, MOST_BLOCKS);
	}

	private void check(String name, List<String> plans, long mostRows, long mostBlocks) throws SQLException {
		List<StatementLog.Executed> executed = this.log.takeAll();
		assertThat(executed).isNotEmpty();
		for (StatementLog.Executed statement : executed) {
			for (String mode : isSearch(statement) ? List.of("force_custom_plan") : plans) {
				ReadPlan plan = explain(statement, mode);
				String what = "%s, %s: %d rows, %d sorted, %d blocks%n%s%n%s".formatted(name, mode, plan.rowsRead(),
						plan.mostSorted(), plan.blocks(), statement, plan);
				assertThat(plan.scansTables()).as(what).isFalse();
				assertThat(plan.rowsRead()).as(what).isLessThan(mostRows);
				assertThat(plan.mostSorted()).as(what).isLessThan(mostRows);
				assertThat(plan.blocks()).as(what).isLessThan(mostBlocks);
			}
		}
	}

	/** Searches tell the span of time they are about: no two are the same statement. */
	private static boolean isSearch(StatementLog.Executed statement) {
		return statement.sql().contains("interval '0'");
	}

	private ReadPlan explain(StatementLog.Executed executed, String mode) throws SQLException {
		try (Statement statement = this.session.createStatement()) {
			statement.execute("deallocate all");
			statement.execute("set plan_cache_mode = " + mode);
			statement.execute(executed.prepare("page"));
			try (ResultSet plan = statement
				.executeQuery("explain (analyze, buffers, timing off, format json) " + executed.execute("page"))) {
				plan.next();
				return ReadPlan.parse(plan.getString(1));
			}
		}
	}

	private static Map<String, AuditQuery> queries() {
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		queries.put("everything", AuditQuery.all());
		each(queries, "actor", AuditQuery.all().actor("user-1"), AuditQuery.all().actor("user-49999"),
				AuditQuery.all().actor("nobody"));
		each(queries, "of one who does much, where others do little", AuditQuery.all().actor("robot"),
				AuditQuery.all().actor(Actor.user("robot")), AuditQuery.all().target("Batch", 1),
				AuditQuery.all().targetId(1), AuditQuery.all().ip("10.9.9.9"),
				AuditQuery.all().session("87b7cb79481f317b"));
		each(queries, "action", AuditQuery.all().action("Order.create"), AuditQuery.all().action("nope"));
		each(queries, "category", AuditQuery.all().category("category-1"), AuditQuery.all().category("nope"));
		each(queries, "severity", AuditQuery.all().severity(Severity.INFO),
				AuditQuery.all().severity(Severity.CRITICAL), AuditQuery.all().severity(Severity.WARNING));
		each(queries, "outcome", AuditQuery.all().outcome(Outcome.SUCCESS), AuditQuery.all().outcome(Outcome.DENIED));
		each(queries, "target", AuditQuery.all().target("Order", 1), AuditQuery.all().target("Order", "none"));
		each(queries, "target type", AuditQuery.all().targetType("Order"), AuditQuery.all().targetType("Nothing"));
		each(queries, "target id", AuditQuery.all().targetId(1), AuditQuery.all().targetId("none"));
		each(queries, "severity of at least", AuditQuery.all().severityAtLeast(Severity.WARNING),
				AuditQuery.all().severityAtLeast(Severity.ERROR), AuditQuery.all().severityAtLeast(Severity.CRITICAL));
		each(queries, "actions", AuditQuery.all().actions("Order.*"), AuditQuery.all().actions("Order.c*"),
				AuditQuery.all().actions("*.create"), AuditQuery.all().actions("nope.*"),
				AuditQuery.all().actions("*.nope"));
		each(queries, "related", AuditQuery.all().related("Connector", 7), AuditQuery.all().related("Nothing", 7));
		each(queries, "tenant", AuditQuery.all().tenant("tenant-19"), AuditQuery.all().tenant("nope"),
				AuditQuery.all().withoutTenant());
		each(queries, "service", AuditQuery.all().service("service-1"), AuditQuery.all().service("nope"));
		each(queries, "operation", AuditQuery.all().operation(new UUID(1, 2)));
		each(queries, "trace", AuditQuery.all().trace("c4ca4238a0b923820dcc509a6f75849b"),
				AuditQuery.all().trace("nope"));
		each(queries, "session", AuditQuery.all().session("c4ca4238a0b92382"), AuditQuery.all().session("nope"));
		each(queries, "metadata", AuditQuery.all().metadata("amount", "7"), AuditQuery.all().metadata("amount", "nope"),
				AuditQuery.all().metadata("amount", "7").actor("user-5"));
		each(queries, "one of several", AuditQuery.all().actor("user-1", "user-49999"),
				AuditQuery.all().action("Order.create", "nope"), AuditQuery.all().category("category-1", "nope"),
				AuditQuery.all().outcome(Outcome.DENIED, Outcome.FAILURE), AuditQuery.all().targetType("Order", "Nope"),
				AuditQuery.all().tenant("tenant-3", "nope"), AuditQuery.all().actions("Order.*", "User.create"));
		each(queries, "oldest first", AuditQuery.all().oldestFirst(),
				AuditQuery.all().action("Order.create").oldestFirst(), AuditQuery.all().text("zebra").oldestFirst(),
				AuditQuery.all().severityAtLeast(Severity.WARNING).oldestFirst());
		each(queries, "address", AuditQuery.all().ip("10.1.1.7"), AuditQuery.all().ip("192.0.2.1"));
		each(queries, "words", AuditQuery.all().text("order"), AuditQuery.all().text("walrus"),
				AuditQuery.all().text("zebra"), AuditQuery.all().text("absent"), AuditQuery.all().text("order absent"));
		each(queries, "own", AuditQuery.all().actor(Actor.user("user-1")).action("Order.create"),
				AuditQuery.all().actor(Actor.user("user-49999")).outcome(Outcome.DENIED),
				AuditQuery.all().actor(Actor.user("user-7")).severity(Severity.CRITICAL));
		each(queries, "beginnings and ends", AuditQuery.all().actors("user-4999*"),
				AuditQuery.all().targetTypes("Inv*"), AuditQuery.all().targetIds("1*"),
				AuditQuery.all().targetIds("*7"));
		each(queries, "networks", AuditQuery.all().ip("10.1.0.0/16"), AuditQuery.all().ip("10.1.1.7", "10.2.2.7"),
				AuditQuery.all().ip("192.0.2.0/24"));
		each(queries, "without", AuditQuery.all().without((other) -> other.actor("user-1")),
				AuditQuery.all().without((other) -> other.targetType("Order", "Invoice")),
				AuditQuery.all().without((other) -> other.target("Order", 1)),
				AuditQuery.all().without((other) -> other.ip("10.0.0.0/16")),
				AuditQuery.all().without((other) -> other.text("order")),
				AuditQuery.all().without((other) -> other.actions("Order.*", "*.create")));
		each(queries, "what is frequent without an index", AuditQuery.all().changed("status"),
				AuditQuery.all().hours("06:00-22:00/Europe/Oslo"),
				AuditQuery.all().without((other) -> other.hours("06:00-22:00/Europe/Oslo")),
				AuditQuery.all().occurredFrom(Instant.EPOCH), AuditQuery.all().actorType(ActorType.USER));
		each(queries, "words in their order", AuditQuery.all().text("\"order\""), AuditQuery.all().text("\"by user\""),
				AuditQuery.all().text("walrus \"by user\""));
		each(queries, "in brief", AuditQuery.all().withoutStates(), AuditQuery.all().actor("user-1").withoutStates());
		each(queries, "of a tenant", AuditQuery.all().tenant("tenant-3").action("Order.create"),
				AuditQuery.all().tenant("tenant-3").actor("user-5"),
				AuditQuery.all().tenant("tenant-3").target("Order", 1),
				AuditQuery.all().tenant("tenant-3").outcome(Outcome.DENIED),
				AuditQuery.all().tenant("tenant-3").text("walrus"));
		return queries;
	}

	@ParameterizedTest
	@MethodSource("combinations")
	void aPageOfOneReaderIsAShortRange(String name) throws SQLException {
		this.trail.find(combined().get(name));
		check(name, ONCE, MOST_PASSED, MOST_BLOCKS);
	}

	/** However much others did, and to the same things: it takes no longer. */
	@ParameterizedTest
	@MethodSource("otherFilters")
	void whatIsOwnIsFoundAmongWhatIsOwn(String name) throws SQLException {
		for (String actor : List.of("user-7", "user-49999")) {
			this.trail.find(others().get(name).apply(AuditQuery.all().actor(Actor.user(actor))));
			for (StatementLog.Executed statement : this.log.takeAll()) {
				for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
					ReadPlan plan = explain(statement, mode);
					assertThat(plan.indexes()).as("%s, %s: %s", name, mode, statement).isNotEmpty();
					// Where there is nothing at all, any index tells so at once.
					assertThat(plan.indexesWithEntries()).as("%s, %s: %s", name, mode, statement)
						.allMatch((index) -> index.contains("_actor_id_") || index.contains("_trace_id_"));
				}
			}
		}
	}

	static Stream<String> otherFilters() {
		return others().keySet().stream();
	}

	static Stream<String> combinations() {
		return combined().keySet().stream();
	}

	/** What readers of their own entries, and of those of a tenant, ask for. */
	private static Map<String, AuditQuery> combined() {
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		others().forEach((name, other) -> {
			queries.put("own and " + name, other.apply(AuditQuery.all().actor(Actor.user("user-7"))));
			queries.put("of a tenant and " + name, other.apply(AuditQuery.all().tenant("tenant-3")));
		});
		return queries;
	}

	private static Map<String, UnaryOperator<AuditQuery>> others() {
		Map<String, UnaryOperator<AuditQuery>> others = new LinkedHashMap<>();
		others.put("action", (query) -> query.action("Order.create"));
		others.put("no such action", (query) -> query.action("isn't there"));
		others.put("category", (query) -> query.category("category-1"));
		others.put("severity", (query) -> query.severity(Severity.CRITICAL));
		others.put("severity of at least", (query) -> query.severityAtLeast(Severity.WARNING));
		others.put("actions", (query) -> query.actions("Order.*"));
		others.put("target id", (query) -> query.targetId(1));
		others.put("outcome", (query) -> query.outcome(Outcome.DENIED));
		others.put("target", (query) -> query.target("Order", 1));
		others.put("target type", (query) -> query.targetType("Order"));
		others.put("related", (query) -> query.related("Connector", 7));
		others.put("service", (query) -> query.service("service-1"));
		others.put("trace", (query) -> query.trace("nope"));
		others.put("session", (query) -> query.session("nope"));
		others.put("metadata", (query) -> query.metadata("amount", "7"));
		others.put("no such metadata", (query) -> query.metadata("amount", "nope"));
		others.put("actions of several", (query) -> query.action("Order.create", "Order.update"));
		others.put("outcomes of several", (query) -> query.outcome(Outcome.DENIED, Outcome.FAILURE));
		others.put("oldest first", (query) -> query.oldestFirst());
		others.put("address", (query) -> query.ip("10.1.1.7"));
		others.put("words", (query) -> query.text("walrus"));
		others.put("no such words", (query) -> query.text("absent"));
		return others;
	}

	private static void each(Map<String, AuditQuery> queries, String name, AuditQuery... variants) {
		for (int i = 0; i < variants.length; i++) {
			queries.put(name + " " + (i + 1), variants[i]);
		}
	}

}
