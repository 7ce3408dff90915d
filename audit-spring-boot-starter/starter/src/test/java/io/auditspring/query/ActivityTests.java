package io.auditspring.query;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.internal.count.ActivityCounter;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ActivityTests {

	private static final Duration DAY = Duration.ofDays(1);

	private static final Instant QUARTER = Instant.parse("2026-01-01T00:00:00Z");

	private static final String FILL = """
			do $$
			begin
				for i in 1 .. 4 loop
					perform audit.audit_make_partition(make_date(2026, i, 1));
				end loop;
			end
			$$;
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, tenant, service,
				category, actor_type, actor_id, action, severity, outcome, hash_version, salt, prev_hash, hash)
			select c, n, gen_random_uuid(), timestamptz '2026-01-01 00:00:00Z' + n * interval '31 minutes 7 seconds',
				now(), gen_random_uuid(), (array['acme', 'umbrella', '', null])[1 + n % 4], 'shop',
				case n % 5 when 0 then 'order' when 1 then 'login' end, 'user', 'user-' || n % 7, 'act.' || n % 13,
				(array['info', 'info', 'warning', 'error', 'critical'])[1 + n % 5],
				(array['success', 'success', 'failure', 'denied'])[1 + n / 3 % 4], 1, sha256('1'), sha256('2'), sha256('3')
			from generate_series(0, 4999) n, (values ('main'), ('other')) as chains (c);
			insert into audit.audit_chain (name, ledger_id, size, head, recorded_at)
			select chain, gen_random_uuid(), count(*), sha256('4'), max(recorded_at)
			from audit.audit_log
			group by 1;
				""";

	private static final LedgerDatabase FILLED = filled();

	private final LedgerDatabase database = FILLED.copy();

	private final PersistenceUnit unit = PersistenceUnit.with(this.database);

	private final AuditTrail trail = new JpaAuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	private final ActivityCounter counter = new ActivityCounter(this.database.dataSource(), this.database.schema());

	/** Entries of a quarter, in two chains. */
	private static LedgerDatabase filled() {
		LedgerDatabase database = LedgerDatabase.create();
		database.tamper(FILL);
		return database;
	}

	@AfterEach
	void close() {
		this.unit.close();
	}

	@Test
	void sumsTellTheSameAsTheEntries() throws Exception {
		List<Activity> read = answers();
		assertThat(read).allSatisfy((activity) -> assertThat(activity.total()).isPositive());
		assertThat(this.counter.countOn()).isEqualTo(10_000);
		assertThat(this.counter.countOn()).isZero();
		assertThat(answers()).isEqualTo(read);
		// The sums are what answered.
		this.database.tamper("delete from audit.audit_log where recorded_at between '2026-01-04' and '2026-02-01'");
		assertThat(answers()).extracting(Activity::total).isEqualTo(read.stream().map(Activity::total).toList());
	}

	@Test
	void whatIsNotSummedUpYetIsReadFromTheLog() throws Exception {
		assertThat(this.counter.countOn()).isEqualTo(10_000);
		long before = total(AuditQuery.all());
		this.database.append("main", Entries.entries(30));
		this.database.append("new", Entries.entries(3));
		assertThat(total(AuditQuery.all())).isEqualTo(before + 33);
		assertThat(total(AuditQuery.all().tenant("acme").outcome(Outcome.SUCCESS)))
			.isEqualTo(33 + Long.parseLong(String.valueOf(this.database
				.query("select count(*) - 33 from audit.audit_log where tenant = 'acme' and outcome = 'success'"))));
		assertThat(this.counter.countOn()).isEqualTo(33);
		assertThat(total(AuditQuery.all())).isEqualTo(before + 33);
	}

	@Test
	void anActionThatIsLeftOutIsTakenAwayFromTheSums() throws Exception {
		Activity read = this.trail.activity(AuditQuery.all().withoutAction("act.3"), QUARTER,
				QUARTER.plus(90, ChronoUnit.DAYS), DAY);
		this.counter.countOn();
		assertThat(this.trail.activity(AuditQuery.all().withoutAction("act.3"), QUARTER,
				QUARTER.plus(90, ChronoUnit.DAYS), DAY))
			.usingRecursiveComparison()
			.ignoringFields("actions")
			.isEqualTo(read);
		this.database.tamper("delete from audit.audit_log where recorded_at between '2026-01-04' and '2026-02-01'");
		assertThat(this.trail
			.activity(AuditQuery.all().withoutAction("act.3"), QUARTER, QUARTER.plus(90, ChronoUnit.DAYS), DAY)
			.total()).isEqualTo(read.total());
	}

	@Test
	void aPeriodThatIsAskedForTwiceIsTakenFromTheSums() throws Exception {
		Instant end = QUARTER.plus(90, ChronoUnit.DAYS);
		AuditQuery query = AuditQuery.all().from(QUARTER.plus(1, ChronoUnit.DAYS)).to(end.plusSeconds(1));
		Activity read = this.trail.activity(query, QUARTER, end, DAY);
		this.counter.countOn();
		this.database.tamper("delete from audit.audit_log where recorded_at between '2026-01-04' and '2026-02-01'");
		Activity summed = this.trail.activity(query, QUARTER, end, DAY);
		assertThat(summed.buckets()).isEqualTo(read.buckets());
		assertThat(summed.from()).isEqualTo(QUARTER);
		assertThat(this.trail.activity(query.to(QUARTER), QUARTER, end, DAY).total()).isZero();
	}

	@Test
	void facetsAndCountsOfSumsAreThoseOfTheEntries() throws Exception {
		List<AuditQuery> queries = List.of(AuditQuery.all(), AuditQuery.all().tenant("acme"),
				AuditQuery.all().outcome(Outcome.FAILURE), AuditQuery.all().withoutAction("act.3", "act.4"),
				AuditQuery.all().from(QUARTER.plusSeconds(100_003)).to(QUARTER.plusSeconds(3_000_007)),
				AuditQuery.all().action("act.1").from(QUARTER.plus(3, ChronoUnit.DAYS)));
		Map<AuditQuery, Facets> read = new LinkedHashMap<>();
		Map<AuditQuery, AuditTrail.Count> counts = new LinkedHashMap<>();
		for (AuditQuery query : queries) {
			Facets facets = this.trail.facets(query, EnumSet.allOf(Facets.Field.class));
			read.put(query, facets);
			counts.put(query, this.trail.count(query, 10));
			for (Facets.Field field : List.of(Facets.Field.OUTCOME, Facets.Field.ACTION, Facets.Field.TENANT)) {
				if (facets.fields().get(field).exact()) {
					assertThat(facets.fields().get(field)).as("%s of %s", field, query.filters())
						.isEqualTo(counted(query, field));
				}
			}
			assertThat(counts.get(query).entries()).isEqualTo(this.trail.count(query));
			assertThat(counts.get(query).exact()).isTrue();
		}
		this.counter.countOn();
		this.database.tamper("delete from audit.audit_log where recorded_at between '2026-01-04' and '2026-02-01'");
		for (AuditQuery query : queries) {
			assertThat(this.trail.count(query, 10)).isEqualTo(counts.get(query));
			assertThat(this.trail.facets(query, Set.of(Facets.Field.OUTCOME)).fields())
				.isEqualTo(Map.of(Facets.Field.OUTCOME, read.get(query).fields().get(Facets.Field.OUTCOME)));
		}
		Facets all = this.trail.facets(AuditQuery.all(), EnumSet.allOf(Facets.Field.class));
		for (Facets.Field field : List.of(Facets.Field.SEVERITY, Facets.Field.CATEGORY, Facets.Field.SERVICE,
				Facets.Field.TENANT, Facets.Field.ACTION)) {
			assertThat(all.fields().get(field)).isEqualTo(read.get(queries.get(0)).fields().get(field));
			assertThat(all.fields().get(field).exact()).isTrue();
		}
	}

	@Test
	void whatNoSumsTellIsCountedAmongTheNewest() {
		AuditTrail.Count actors = this.trail.count(AuditQuery.all().actor("user-1"), 100);
		assertThat(actors).isEqualTo(new AuditTrail.Count(100, false));
		long all = this.trail.count(AuditQuery.all().actor("user-1"));
		assertThat(this.trail.count(AuditQuery.all().actor("user-1"), (int) all))
			.isEqualTo(new AuditTrail.Count(all, true));
		Facets facets = this.trail.facets(AuditQuery.all().actor("user-1"), Set.of(Facets.Field.ACTION));
		assertThat(facets.exact()).isTrue();
		assertThat(facets.entries()).isEqualTo(all);
		this.database
			.tamper("""
					insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
						action, severity, outcome, hash_version, salt, prev_hash, hash)
					select 'third', n, gen_random_uuid(), timestamptz '2026-04-25Z', now(), gen_random_uuid(), 'user',
						'user-1', 'newest', 'info', 'success', 1, sha256('1'), sha256('2'), sha256('3')
					from generate_series(0, 9999) n
					""");
		Facets newest = this.trail.facets(AuditQuery.all().actor("user-1"), Set.of(Facets.Field.ACTION));
		assertThat(newest.exact()).isFalse();
		assertThat(newest.entries()).isEqualTo(Facets.NEWEST);
		assertThat(newest.fields().get(Facets.Field.ACTION).values()).isEqualTo(Map.of("newest", 10_000L));
	}

	@Test
	void anyPeriodIsExact() throws Exception {
		this.counter.countOn();
		Random random = new Random(7);
		for (int i = 0; i < 30; i++) {
			Instant from = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(8_000_000));
			from = random.nextBoolean() ? from.truncatedTo(ChronoUnit.DAYS) : from;
			Instant to = from.plusSeconds(random.nextInt(9_000_000));
			Activity activity = this.trail.activity(AuditQuery.all().outcome(Outcome.FAILURE), from, to, DAY);
			assertThat(activity.total())
				.isEqualTo(this.trail.count(AuditQuery.all().outcome(Outcome.FAILURE).from(from).to(to)));
		}
	}

	@Test
	void retiredMonthsLeaveTheSums() throws Exception {
		this.counter.countOn();
		long january = Long.parseLong(String.valueOf(this.database
			.query("select count(*) from audit.audit_log where recorded_at < '2026-02-01 00:00:00Z'")));
		this.database.execute("""
				alter table audit.audit_log detach partition audit.audit_log_2026_01;
				drop table audit.audit_log_2026_01;
				""");
		assertThat(total(AuditQuery.all())).isEqualTo(10_000 - january);
		this.counter.countOn();
		assertThat(
				this.database.query("select count(*) from audit.audit_activity where start < '2026-02-01 00:00:00Z'"))
			.isEqualTo("0");
		assertThat(total(AuditQuery.all())).isEqualTo(10_000 - january);
	}

	@Test
	void anyoneCanCompareTheSumsWithTheLog() throws Exception {
		String document = Files.readString(Path.of("..", "TRUST.md"));
		String compare = document.substring(document.indexOf("with counted as ("));
		String differences = "select count(*) from (%s) as differences"
			.formatted(compare.substring(0, compare.indexOf("```")));
		this.counter.countOn();
		this.database.append("main", Entries.entries(30));
		assertThat(this.database.query(differences)).isEqualTo("0");
		assertThat(this.database.query("""
				with changed as (
					update audit.audit_activity set entries = entries + 1
					where dimension = 'tenant' and scale = 'day' and value = '=acme' and start = '2026-01-09 00:00:00Z'
					and outcome = 'success'
					returning 1
				)
				select count(*) from changed
				""")).isEqualTo("1");
		assertThat(this.database.query(differences)).isEqualTo("1");
		this.database.execute("delete from audit.audit_activity where dimension = '' and scale = 'month'");
		assertThat(Integer.parseInt(String.valueOf(this.database.query(differences)))).isGreaterThan(1);
		this.database.execute("truncate audit.audit_activity, audit.audit_activity_position");
		assertThat(this.counter.countOn()).isEqualTo(10_030);
		assertThat(this.database.query(differences)).isEqualTo("0");
	}

	@Test
	void onlyOneCountsAtATime() throws Exception {
		try (var connection = this.database.begin(); var statement = connection.createStatement()) {
			statement.execute("select audit.audit_count_activity(100)");
			assertThat(this.counter.countOn()).isZero();
			connection.rollback();
		}
		assertThat(this.counter.countOn()).isEqualTo(10_000);
	}

	private long total(AuditQuery query) {
		return this.trail
			.activity(query, Instant.parse("2025-12-01T00:00:00Z"), Instant.parse("2036-01-01T00:00:00Z"), DAY)
			.total();
	}

	private Facets.Facet counted(AuditQuery query, Facets.Field field) {
		Facets.Counting counting = new Facets.Counting(List.of(field));
		counting.add(this.trail.stream(query).toList());
		return counting.facets(true).fields().get(field);
	}

	private List<Activity> answers() {
		Instant from = Instant.parse("2026-01-03T10:20:30Z");
		Instant to = Instant.parse("2026-04-10T01:02:03.000004Z");
		return Stream
			.of(AuditQuery.all(), AuditQuery.all().tenant("acme"), AuditQuery.all().withoutTenant(),
					AuditQuery.all().tenant(""), AuditQuery.all().action("act.3"), AuditQuery.all().category("login"),
					AuditQuery.all().severity(Severity.WARNING), AuditQuery.all().service("shop"),
					AuditQuery.all().outcome(Outcome.DENIED), AuditQuery.all().action("act.4").outcome(Outcome.SUCCESS),
					AuditQuery.all().tenant("acme").tenant("acme").outcome(Outcome.FAILURE))
			.flatMap((query) -> Stream.of(Duration.ofHours(6), DAY, Duration.ofDays(7))
				.map((interval) -> this.trail.activity(query, from, to, interval)))
			.toList();
	}

}
