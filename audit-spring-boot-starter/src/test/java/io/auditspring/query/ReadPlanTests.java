package io.auditspring.query;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.LedgerDatabase;
import io.auditspring.ledger.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.domain.ScrollPosition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads a million entries of a year, and looks at how PostgreSQL does it: with plans for
 * the values that are asked for, and with those for any value, which it goes over to when
 * a statement is prepared on the server.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadPlanTests {

	/** Fewer are enough to try something out. */
	private static final int MANY = Integer.getInteger("audit.test.entries", 1_000_000);

	private static final long MOST_ROWS = 5_000;

	private static final long MOST_BLOCKS = 6_000;

	private final LedgerDatabase database = LedgerDatabase.create();

	private final StatementLog log = new StatementLog();

	private final PersistenceUnit unit = PersistenceUnit.watched(this.database, this.log);

	private final AuditTrail trail = new AuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	private Instant middle = Instant.EPOCH;

	@BeforeAll
	void fill() throws SQLException {
		ManyEntries.fill(this.database, MANY);
		this.middle = Instant.now().minusSeconds(180L * 86_400);
	}

	@AfterAll
	void close() {
		this.unit.close();
	}

	static Stream<String> filters() {
		return queries().keySet().stream();
	}

	@ParameterizedTest
	@MethodSource("filters")
	void aPageIsOneShortRange(String name) throws SQLException {
		AuditQuery query = queries().get(name);
		ScrollPosition middle = ScrollPosition
			.forward(Map.of("recordedAt", this.middle, "seq", MANY / 2L, "id", new UUID(0, 0)));
		for (AuditQuery page : List.of(query, query.after(middle), query.before(middle),
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

	private void check(String name) throws SQLException {
		List<StatementLog.Executed> executed = this.log.takeAll();
		assertThat(executed).isNotEmpty();
		for (StatementLog.Executed statement : executed) {
			for (String mode : modes(statement)) {
				ReadPlan plan = explain(statement, mode);
				String what = "%s, %s: %d rows, %d sorted, %d blocks%n%s%n%s".formatted(name, mode, plan.rowsRead(),
						plan.mostSorted(), plan.blocks(), statement, plan);
				assertThat(plan.scansTables()).as(what).isFalse();
				assertThat(plan.rowsRead()).as(what).isLessThan(MOST_ROWS);
				assertThat(plan.mostSorted()).as(what).isLessThan(MOST_ROWS);
				assertThat(plan.blocks()).as(what).isLessThan(MOST_BLOCKS);
			}
		}
	}

	/** Searches tell the span of time they are about: no two are the same statement. */
	private static List<String> modes(StatementLog.Executed statement) {
		return statement.sql().contains("interval '0'") ? List.of("force_custom_plan")
				: List.of("force_custom_plan", "force_generic_plan");
	}

	private ReadPlan explain(StatementLog.Executed executed, String mode) throws SQLException {
		try (Connection connection = this.database.connect(); Statement statement = connection.createStatement()) {
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
		each(queries, "action", AuditQuery.all().action("Order.create"), AuditQuery.all().action("nope"));
		each(queries, "category", AuditQuery.all().category("category-1"), AuditQuery.all().category("nope"));
		each(queries, "severity", AuditQuery.all().severity(Severity.INFO),
				AuditQuery.all().severity(Severity.CRITICAL), AuditQuery.all().severity(Severity.WARNING));
		each(queries, "outcome", AuditQuery.all().outcome(Outcome.SUCCESS), AuditQuery.all().outcome(Outcome.DENIED));
		each(queries, "target", AuditQuery.all().target("Order", 1), AuditQuery.all().target("Order", "none"));
		each(queries, "target type", AuditQuery.all().targetType("Order"), AuditQuery.all().targetType("Nothing"));
		each(queries, "related", AuditQuery.all().related("Connector", 7), AuditQuery.all().related("Nothing", 7));
		each(queries, "tenant", AuditQuery.all().tenant("tenant-19"), AuditQuery.all().tenant("nope"),
				AuditQuery.all().withoutTenant());
		each(queries, "service", AuditQuery.all().service("service-1"), AuditQuery.all().service("nope"));
		each(queries, "operation", AuditQuery.all().operation(new UUID(1, 2)));
		each(queries, "trace", AuditQuery.all().trace("c4ca4238a0b923820dcc509a6f75849b"),
				AuditQuery.all().trace("nope"));
		each(queries, "address", AuditQuery.all().ip("10.1.1.7"), AuditQuery.all().ip("192.0.2.1"));
		each(queries, "words", AuditQuery.all().text("order"), AuditQuery.all().text("walrus"),
				AuditQuery.all().text("zebra"), AuditQuery.all().text("absent"), AuditQuery.all().text("order absent"));
		each(queries, "own", AuditQuery.all().actor(Actor.user("user-1")).action("Order.create"),
				AuditQuery.all().actor(Actor.user("user-49999")).outcome(Outcome.DENIED),
				AuditQuery.all().actor(Actor.user("user-7")).severity(Severity.CRITICAL));
		each(queries, "of a tenant", AuditQuery.all().tenant("tenant-3").action("Order.create"),
				AuditQuery.all().tenant("tenant-3").actor("user-5"),
				AuditQuery.all().tenant("tenant-3").target("Order", 1),
				AuditQuery.all().tenant("tenant-3").outcome(Outcome.DENIED),
				AuditQuery.all().tenant("tenant-3").text("walrus"));
		return queries;
	}

	private static void each(Map<String, AuditQuery> queries, String name, AuditQuery... variants) {
		for (int i = 0; i < variants.length; i++) {
			queries.put(name + " " + (i + 1), variants[i]);
		}
	}

}
