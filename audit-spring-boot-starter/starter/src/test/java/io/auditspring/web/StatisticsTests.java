package io.auditspring.web;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Statistics of more entries than are counted one by one.
 */
class StatisticsTests {

	private static final String BUSY = """
			do $$
			begin
				for i in 0 .. 2 loop
					perform audit.audit_make_partition((date_trunc('month', now(), 'UTC') - make_interval(months => i))::date);
				end loop;
			end
			$$;
			alter table audit.audit_log disable trigger all;
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
				action, severity, outcome, hash_version, salt, prev_hash, hash)
			select 'busy', n, gen_random_uuid(), now() - n * interval '1 minute', now(), gen_random_uuid(), 'user',
				'busy', 'job', 'info', 'success', 1, sha256('1'), sha256('2'), sha256('3')
			from generate_series(1, 51000) n
			union all
			select 'few', n, gen_random_uuid(), now() - n * interval '1 minute', now(), gen_random_uuid(), 'user',
				'few', 'job', 'info', 'success', 1, sha256('1'), sha256('2'), sha256('3')
			from generate_series(1, 300) n;
			alter table audit.audit_log enable trigger all;
			""";

	private static final Instant ASKED = Instant.now().minus(59, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

	private static ConfigurableApplicationContext context;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application().run();
		new JdbcTemplate(context.getBean(DataSource.class)).execute(BUSY);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void whatWasNotCountedIsNotShownAsNothing() {
		JsonNode statistics = this.carol.json("/audit/api/statistics?actor=busy&from=" + ASKED);
		assertThat(statistics.path("complete").booleanValue()).isFalse();
		assertThat(statistics.path("total").longValue()).isEqualTo(50_000);
		Instant since = Instant.parse(statistics.path("from").stringValue());
		assertThat(since).isAfter(ASKED);
		Duration interval = Duration.parse(statistics.path("interval").stringValue());
		assertThat(Instant.parse(statistics.path("buckets").get(0).path("start").stringValue()))
			.isAfter(since.minus(interval));
	}

	@Test
	void spansFitTheTimeThatIsLeft() {
		JsonNode fitting = this.carol.json("/audit/api/statistics?actor=busy&from=2000-01-01");
		assertThat(fitting.path("interval").stringValue()).isEqualTo(Duration.ofDays(1).toString());
		JsonNode asked = this.carol.json("/audit/api/statistics?actor=busy&from=2000-01-01&interval=P365D");
		assertThat(asked.path("interval").stringValue()).isEqualTo(Duration.ofDays(365).toString());
		assertThat(asked.path("complete").booleanValue()).isFalse();
	}

	@Test
	void withoutABeginningEverythingIsCountedByFittingSpans() {
		String newest = "/audit/api/statistics?-action=audit.read&actor=few";
		JsonNode statistics = this.carol.json(newest);
		assertThat(statistics.path("complete").booleanValue()).isTrue();
		assertThat(statistics.path("total").longValue()).isEqualTo(300);
		assertThat(statistics.path("interval").stringValue()).isEqualTo(Duration.ofMinutes(5).toString());
		assertThat(Instant.parse(statistics.path("from").stringValue()))
			.isAfter(Instant.now().minus(8, ChronoUnit.HOURS));
		JsonNode nobody = this.carol.json("/audit/api/statistics?actor=nobody");
		assertThat(nobody.path("total").longValue()).isZero();
		assertThat(nobody.path("complete").booleanValue()).isTrue();
		assertThat(this.carol.json("/audit/api/statistics?actor=busy").path("complete").booleanValue()).isFalse();
		assertThat(this.carol.json(newest + "&interval=PT1H").path("total").longValue()).isEqualTo(300);
	}

	@Test
	void whatWasCountedIsComplete() {
		JsonNode statistics = this.carol
			.json("/audit/api/statistics?actor=busy&from=" + Instant.now().minus(10, ChronoUnit.DAYS));
		assertThat(statistics.path("complete").booleanValue()).isTrue();
		assertThat(statistics.path("total").longValue()).isBetween(14_390L, 14_400L);
		assertThat(
				this.carol.json("/audit/api/statistics?actor=nobody&from=2000-01-01").path("complete").booleanValue())
			.isTrue();
	}

}
