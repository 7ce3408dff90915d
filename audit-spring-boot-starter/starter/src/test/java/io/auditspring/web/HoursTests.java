package io.auditspring.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataRetrievalFailureException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What began at certain hours of the week, by the clock of a zone, compared with what
 * Java says of the same times.
 */
class HoursTests {

	/** Not a whole number of hours, so that all minutes and weekdays come. */
	private static final Duration STEP = Duration.ofMinutes(11 * 60 + 7);

	private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");

	private static final int MANY = 780;

	private static ConfigurableApplicationContext context;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application().run();
		AuditLog log = new AuditLog(context.getBean(DataSource.class));
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		context.getBean(TransactionTemplate.class)
			.executeWithoutResult((status) -> IntStream.range(0, MANY)
				.forEach((number) -> recorder.record(AuditRecord.action("door.open")
					.actor(Actor.user("user" + number % 3))
					.target("Door", number)
					.occurredAt(time(number))
					.build())));
		log.await(MANY);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	private static Instant time(int number) {
		return BEGIN.plus(STEP.multipliedBy(number));
	}

	private static Set<String> expected(ZoneId zone, Predicate<ZonedDateTime> wanted) {
		return IntStream.range(0, MANY)
			.filter((number) -> wanted.test(time(number).atZone(zone)))
			.mapToObj(String::valueOf)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private Set<String> found(String filter) {
		JsonNode page = this.carol.json("/audit/api/entries?limit=1000&action=door.open&" + filter);
		Set<String> found = new TreeSet<>();
		page.path("entries").forEach((entry) -> found.add(entry.at("/target/id").stringValue()));
		return found;
	}

	private static boolean isWorking(ZonedDateTime time) {
		return time.getDayOfWeek().getValue() <= 5 && !time.toLocalTime().isBefore(LocalTime.of(8, 0))
				&& time.toLocalTime().isBefore(LocalTime.of(17, 0));
	}

	/** Lord Howe puts its clocks on by half an hour. */
	@ParameterizedTest
	@ValueSource(strings = { "Europe/Oslo", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC" })
	void whatBeganWithinAndOutsideOfHoursGoesByTheClockOfTheZone(String zone) {
		Set<String> working = expected(ZoneId.of(zone), HoursTests::isWorking);
		Set<String> others = expected(ZoneId.of(zone), (time) -> !isWorking(time));
		assertThat(working).hasSizeGreaterThan(150);
		assertThat(found("hours=mon-fri/08:00-17:00/" + zone)).isEqualTo(working);
		assertThat(found("-hours=mon-fri/08:00-17:00/" + zone)).isEqualTo(others);
	}

	@Test
	void whatIsLeftOutIsAllDayEveryDayAndUtc() {
		ZoneId utc = ZoneId.of("UTC");
		assertThat(found("hours=08:00-17:00"))
			.isEqualTo(expected(utc, (time) -> time.getHour() >= 8 && time.getHour() < 17));
		assertThat(found("hours=sat-sun/Asia/Tokyo"))
			.isEqualTo(expected(ZoneId.of("Asia/Tokyo"), (time) -> time.getDayOfWeek().getValue() > 5));
		assertThat(found("hours=Wed")).isEqualTo(expected(utc, (time) -> time.getDayOfWeek() == DayOfWeek.WEDNESDAY));
		assertThat(found("hours=sun-mon")).isEqualTo(
				expected(utc, (time) -> Set.of(DayOfWeek.SUNDAY, DayOfWeek.MONDAY).contains(time.getDayOfWeek())));
		assertThat(found("hours=mon-sun")).hasSize(MANY);
		assertThat(found("hours=00:00-24:00")).hasSize(MANY);
		assertThat(found("-hours=00:00-24:00")).isEmpty();
	}

	@Test
	void hoursThatPassMidnightBelongToTheDayOnWhichTheyBegin() {
		ZoneId oslo = ZoneId.of("Europe/Oslo");
		assertThat(found("hours=fri/22:00-06:30/Europe/Oslo"))
			.isEqualTo(expected(oslo, (time) -> time.getDayOfWeek() == DayOfWeek.FRIDAY && time.getHour() >= 22
					|| time.getDayOfWeek() == DayOfWeek.SATURDAY && time.toLocalTime().isBefore(LocalTime.of(6, 30))));
		assertThat(found("hours=sun/20:00-00:00")).isEqualTo(
				expected(ZoneId.of("UTC"), (time) -> time.getDayOfWeek() == DayOfWeek.SUNDAY && time.getHour() >= 20));
	}

	@Test
	void ofSeveralHoursAnyFitAndNoneOfThoseThatAreLeftOut() {
		Predicate<ZonedDateTime> friday = (time) -> time.getDayOfWeek() == DayOfWeek.FRIDAY && time.getHour() >= 8
				&& time.getHour() < 15;
		Predicate<ZonedDateTime> others = (time) -> isWorking(time) && time.getDayOfWeek() != DayOfWeek.FRIDAY;
		String hours = "hours=mon-thu/08:00-17:00/Europe/Oslo&%shours=fri/08:00-15:00/Europe/Oslo";
		assertThat(found(hours.formatted(""))).isEqualTo(expected(ZoneId.of("Europe/Oslo"), friday.or(others)));
		assertThat(found("-" + hours.formatted("-")))
			.isEqualTo(expected(ZoneId.of("Europe/Oslo"), friday.or(others).negate()));
	}

	@Test
	void allThatReadsTakesThem() {
		String filter = "action=door.open&-hours=mon-fri/08:00-17:00/Europe/Oslo";
		int many = expected(ZoneId.of("Europe/Oslo"), (time) -> !isWorking(time)).size();
		assertThat(this.carol.json("/audit/api/entries/count?" + filter).toString())
			.isEqualTo("{\"count\":%d,\"exact\":true}".formatted(many));
		JsonNode facets = this.carol.json("/audit/api/facets?field=action&field=actor&" + filter);
		assertThat(facets.at("/fields/action/0/count").intValue()).isEqualTo(many);
		assertThat(facets.at("/fields/actor")).hasSize(3);
		assertThat(this.carol.json("/audit/api/statistics?" + filter).path("total").intValue()).isEqualTo(many);
		assertThat(this.carol.get("/audit/api/export?format=csv&" + filter).body().lines()).hasSize(many + 1);
		assertThat(this.carol.get("/audit/api/export?format=ndjson&" + filter)
			.body()
			.lines()
			.filter((line) -> line.contains("door.open"))).hasSizeGreaterThanOrEqualTo(many);
		assertThat(this.carol.json("/audit/api/suggestions?attribute=action&" + filter).at("/values/0").stringValue())
			.isEqualTo("door.open");
	}

	@ParameterizedTest
	@CsvSource({ "hours, 8-17", "hours, 08:00-25:00", "hours, mon-xyz/08:00-17:00", "hours, 08:00-08:00",
			"hours, Europe/Oslo", "-hours, mon-fri/Europe/Olso", "hours, sat-sun/", "hours, sat-sun/+02:00",
			"hours, 08:00-17:00/UTC'", "-hours, 08:00/17:00" })
	void whatIsNoHoursIsRefusedByItsName(String name, String value) {
		String problem = this.carol
			.get("/audit/api/entries?%s=%s".formatted(name, URLEncoder.encode(value, StandardCharsets.UTF_8)))
			.body();
		assertThat(problem).contains("\"status\":400", "\"parameter\":\"%s\"".formatted(name), "Europe/Oslo");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Asia/Calcutta", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "Pacific/Chatham" })
	void zonesMeanTheSameToTheDatabaseAndToJava(String zone) {
		assertThat(found("hours=mon-fri/08:00-17:00/" + URLEncoder.encode(zone, StandardCharsets.UTF_8)))
			.isEqualTo(expected(ZoneId.of(zone), HoursTests::isWorking));
	}

	/**
	 * The database of the tests knows all zones: it is asked for one that there is not.
	 */
	@Test
	void aZoneThatTheDatabaseLacksIsToldAsWhatItIs() throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/audit/api/entries");
		MockHttpServletResponse response = new MockHttpServletResponse();
		try (Connection connection = context.getBean(DataSource.class).getConnection();
				Statement statement = connection.createStatement()) {
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> statement.execute("select now() at time zone 'Asia/Nowhere'"))
				.satisfies((ex) -> new ProblemDetails("/audit").resolveException(request, response, null,
						new DataRetrievalFailureException("failed", ex)));
		}
		assertThat(response.getStatus()).isEqualTo(400);
		assertThat(response.getContentAsString()).contains("\"parameter\":\"hours\"", "time zone");
	}

}
