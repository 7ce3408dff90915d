package io.auditspring.capture.state;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Consumer;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Temporal;
import jakarta.persistence.TemporalType;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.envers.AuditOverride;
import org.hibernate.envers.Audited;
import org.hibernate.type.SqlTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where what is in memory is not what the row holds, or does not tell it.
 */
@ExtendWith(OutputCaptureExtension.class)
class RowsTests {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private static StateApplication application;

	@BeforeAll
	static void start() {
		application = new StateApplication();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	private static Map<String, Object> entry(List<Map<String, Object>> entries, String type, Object id) {
		List<Map<String, Object>> of = entries.stream()
			.filter((entry) -> type.equals(entry.get("target_type"))
					&& String.valueOf(id).equals(entry.get("target_id")))
			.toList();
		assertThat(of).as("entries of %s %s in %s", type, id, entries).hasSize(1);
		return of.get(0);
	}

	private static Map<String, Object> only(Consumer<EntityManager> work) {
		List<Map<String, Object>> entries = application.call(work);
		assertThat(entries).hasSize(1);
		return entries.get(0);
	}

	private static JsonNode json(Map<String, Object> entry, String part) {
		return JSON.readTree(String.valueOf(entry.get(part)));
	}

	private static JsonNode json(String json) {
		return JSON.readTree(json.replace('\'', '"'));
	}

	@ParameterizedTest
	@ValueSource(strings = { "Europe/Berlin", "Pacific/Auckland", "America/New_York", "UTC" })
	void aDateIsTheDayOfTheColumnInAnyZone(String zone) {
		long id = zone.hashCode();
		TimeZone own = TimeZone.getDefault();
		try {
			TimeZone.setDefault(TimeZone.getTimeZone(zone));
			JsonNode after = json(only((entityManager) -> entityManager.persist(new Appointment(id))), "after_state");
			assertThat(after.get("day").asString()).isEqualTo("2026-11-21");
			assertThat(after.get("sqlDay").asString()).isEqualTo("2026-11-21");
			assertThat(after.get("calendarDay").asString()).isEqualTo("2026-11-21");
			assertThat(after.get("hour").asString()).isEqualTo("00:30:00");
			assertThat(after.get("stamp").asString()).isEqualTo(LocalDate.of(2026, 11, 21)
				.atTime(0, 30, 0, 123_456_000)
				.atZone(TimeZone.getDefault().toZoneId())
				.toInstant()
				.toString());
			assertThat(application.log()
				.jdbc()
				.queryForObject("select day::text from appointment where id = ?", String.class, id))
				.isEqualTo("2026-11-21");
		}
		finally {
			TimeZone.setDefault(own);
		}
	}

	@Test
	void whatIsEqualOnceItIsStoredIsNoChange() {
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Price price = new Price(1);
			price.amount = new BigDecimal("10.005");
			price.at = Instant.parse("2026-11-21T09:46:01.123456789Z");
			price.offset = OffsetDateTime.parse("2026-11-21T09:46:01+01:00");
			price.code = "AB";
			entityManager.persist(price);
		});
		assertThat(json(entries.get(0), "after_state")).isEqualTo(json("""
				{'id': 1, 'amount': 10.01, 'at': '2026-11-21T09:46:01.123457Z', 'offset': '2026-11-21T08:46:01Z',
				'code': 'AB  '}"""));
		assertThat(json(only((entityManager) -> {
			Price price = entityManager.find(Price.class, 1);
			price.amount = new BigDecimal("10.0051");
			price.at = Instant.parse("2026-11-21T09:46:01.123456999Z");
			price.offset = OffsetDateTime.parse("2026-11-21T13:46:01+05:00");
			price.code = "AB";
		}), "changes")).isEqualTo(json("{}"));
	}

	@Test
	void whatIsFlushedTwiceChangesOnlyIfItsRowDoes() {
		application.prepare((entityManager) -> entityManager.persist(new Price(2)));
		assertThat(json(only((entityManager) -> {
			Price price = entityManager.find(Price.class, 2);
			price.amount = new BigDecimal("7.004");
			entityManager.flush();
			price.amount = new BigDecimal("7.00");
			price.code = "C";
		}), "changes")).isEqualTo(json("{'amount': {'from': null, 'to': 7}, 'code': {'from': null, 'to': 'C   '}}"));
	}

	@Test
	void aForeignKeyThatIsMappedTwiceHasOneValue() {
		application.prepare((entityManager) -> {
			entityManager.persist(new Plant(1));
			entityManager.persist(new Plant(2));
		});
		List<Map<String, Object>> inserted = application.call((entityManager) -> {
			Shift shift = new Shift(1);
			shift.plant = entityManager.getReference(Plant.class, 1);
			shift.otherId = 2L;
			entityManager.persist(shift);
		});
		assertThat(json(entry(inserted, "Shift", 1), "after_state"))
			.isEqualTo(json("{'id': 1, 'plant': 1, 'plantId': 1, 'other': 2, 'otherId': 2}"));
		List<Map<String, Object>> updated = application.call((entityManager) -> {
			Shift shift = entityManager.find(Shift.class, 1);
			shift.plant = entityManager.getReference(Plant.class, 2);
			shift.otherId = 1L;
		});
		assertThat(json(entry(updated, "Shift", 1), "changes")).isEqualTo(json("""
				{'plant': {'from': 1, 'to': 2}, 'plantId': {'from': 1, 'to': 2},
				'other': {'from': 2, 'to': 1}, 'otherId': {'from': 2, 'to': 1}}"""));
		assertThat(json(entry(updated, "Shift", 1), "before_state"))
			.isEqualTo(json("{'id': 1, 'plant': 1, 'plantId': 1, 'other': 2, 'otherId': 2}"));
	}

	@Test
	void aReferenceOfColumnsThatOthersWriteIsShownByThem() {
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			entityManager.persist(new Identifiers.Seat(new Identifiers.SeatKey("R", 1)));
			Ticket ticket = new Ticket(1);
			ticket.letter = "R";
			ticket.number = 1;
			entityManager.persist(ticket);
		});
		assertThat(json(entry(entries, "Ticket", 1), "after_state"))
			.isEqualTo(json("{'id': 1, 'letter': 'R', 'number': 1}"));
	}

	@Test
	void whatNoStatementWritesIsNotShownAsWritten() {
		Map<String, Object> inserted = only((entityManager) -> {
			Stamp stamp = new Stamp(1);
			stamp.born = "here";
			stamp.filled = "by memory";
			entityManager.persist(stamp);
		});
		assertThat(json(inserted, "after_state")).isEqualTo(json("{'id': 1, 'born': 'here', 'name': null}"));
		Map<String, Object> updated = only((entityManager) -> {
			Stamp stamp = entityManager.find(Stamp.class, 1);
			stamp.born = "elsewhere";
			stamp.filled = "by memory";
			stamp.name = "x";
		});
		assertThat(json(updated, "changes")).isEqualTo(json("{'name': {'from': null, 'to': 'x'}}"));
		assertThat(json(updated, "after_state"))
			.isEqualTo(json("{'id': 1, 'born': 'here', 'filled': null, 'name': 'x'}"));
	}

	@Test
	void whatIsEncryptedAnewEachTimeIsNoChange() {
		application.prepare((entityManager) -> entityManager.persist(new Chart(1)));
		Map<String, Object> entry = only((entityManager) -> {
			Chart chart = entityManager.find(Chart.class, 1);
			chart.findings.size();
			chart.notes.size();
			chart.visits.size();
			chart.results.size();
			chart.title = "b";
			entityManager.flush();
			chart.title = "c";
			entityManager.flush();
			chart.title = "d";
			chart.findings = new ArrayList<>(List.of("third finding", "second finding", "first finding"));
			chart.notes = new HashSet<>(chart.notes);
			chart.results = new HashMap<>(chart.results);
		});
		assertThat(json(entry, "changes")).isEqualTo(json("{'title': {'from': 'a', 'to': 'd'}}"));
		JsonNode before = json(entry, "before_state");
		JsonNode after = json(entry, "after_state");
		assertThat(before.toString()).doesNotContain("plain", " finding", "lung");
		for (String name : List.of("text", "bytes", "object", "findings", "notes", "visits", "results")) {
			assertThat(after.get(name)).as(name).isNotNull().isEqualTo(before.get(name));
		}
	}

	@Test
	void thatAnEncryptedValueChangedIsSeenInEveryPlace() {
		application.prepare((entityManager) -> entityManager.persist(new Chart(2)));
		JsonNode changes = json(only((entityManager) -> {
			Chart chart = entityManager.find(Chart.class, 2);
			chart.text = "another plain text";
			chart.bytes = "another plain text".getBytes(StandardCharsets.UTF_8);
			chart.object = new Diagnosis("another", 3);
			chart.findings.set(0, "another finding");
			chart.notes.add(new Note("another"));
			chart.results.put("liver", "bad");
		}), "changes");
		assertThat(changes.propertyNames()).containsExactlyInAnyOrder("text", "bytes", "object", "findings", "notes",
				"results");
	}

	@Test
	void aBatchWithDetachedParentsDoesNotGuessTheirCollections() {
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Job job = new Job(1);
			entityManager.persist(job);
			for (int i = 1; i <= 12; i++) {
				Line line = new Line(i, job);
				job.lines.add(line);
				entityManager.persist(line);
				if (i % 5 == 0) {
					entityManager.flush();
					entityManager.clear();
				}
			}
		});
		assertThat(entries.stream().filter((entry) -> "Line".equals(entry.get("target_type")))).hasSize(12);
		assertThat(json(entry(entries, "Job", 1), "after_state")).isEqualTo(json("{'id': 1, 'name': 'a'}"));
	}

	@Test
	void aDetachedParentThatWasUpdatedKeepsWhatIsKnown() {
		application.prepare((entityManager) -> entityManager.persist(new Job(2)));
		Map<String, Object> entry = entry(application.call((entityManager) -> {
			Job job = entityManager.find(Job.class, 2);
			job.name = "b";
			job.lines.size();
			entityManager.flush();
			entityManager.clear();
			entityManager.persist(new Line(21, job));
		}), "Job", 2);
		assertThat(json(entry, "before_state")).isEqualTo(json("{'id': 2, 'name': 'a', 'lines': []}"));
		assertThat(json(entry, "after_state")).isEqualTo(json("{'id': 2, 'name': 'b'}"));
		assertThat(json(entry, "changes")).isEqualTo(json("{'name': {'from': 'a', 'to': 'b'}, 'lines': {'from': []}}"));
	}

	@Test
	void aChildOfADetachedParentChangesItsCollection() {
		Job job = new Job(3);
		application.prepare((entityManager) -> entityManager.persist(job));
		Map<String, Object> entry = entry(application.call((entityManager) -> entityManager.persist(new Line(31, job))),
				"Job", 3);
		assertThat(json(entry, "before_state")).isEqualTo(json("{'id': 3}"));
		assertThat(json(entry, "after_state")).isEqualTo(json("{'id': 3}"));
		assertThat(json(entry, "changes")).isEqualTo(json("{'lines': {}}"));
	}

	@Test
	void aParentThatIsDeletedAfterItsDetachedChildIsDeleted() {
		application.prepare((entityManager) -> {
			Job job = new Job(4);
			entityManager.persist(job);
			entityManager.persist(new Line(41, job));
		});
		List<Map<String, Object>> entries = application.call((entityManager) -> {
			Line line = entityManager.find(Line.class, 41);
			entityManager.remove(line);
			entityManager.flush();
			entityManager.clear();
			entityManager.remove(entityManager.find(Job.class, 4));
		});
		assertThat(entry(entries, "Job", 4).get("after_state")).isNull();
		assertThat(json(entry(entries, "Job", 4), "before_state").get("name").asString()).isEqualTo("a");
	}

	@Test
	void aCollectionThatTheApplicationDoesNotMaintainIsNotBelieved() {
		application.prepare((entityManager) -> {
			Job job = new Job(5);
			entityManager.persist(job);
			entityManager.persist(new Line(51, job));
		});
		Map<String, Object> entry = entry(application.call((entityManager) -> {
			Job job = entityManager.find(Job.class, 5);
			job.lines.size();
			entityManager.persist(new Line(52, job));
			Line kept = new Line(53, job);
			job.lines.add(kept);
			entityManager.persist(kept);
		}), "Job", 5);
		assertThat(json(entry, "changes")).isEqualTo(json("{'lines': {'from': [51]}}"));
		assertThat(json(entry, "after_state")).isEqualTo(json("{'id': 5, 'name': 'a'}"));
	}

	@Test
	void theStartAndTheEntrySayWhatEnversLeavesOutOfAMappedSuperclass(CapturedOutput output) {
		assertThat(output.toString().split("of the mapped superclass")).hasSize(2);
		assertThat(output)
			.contains("Envers does not audit [createdBy, name] of the mapped superclass " + Silent.class.getName()
					+ ", so the states of [" + Second.class.getName() + ", " + Silenced.class.getName() + "] lack them")
			.contains("@AuditOverride(forClass = Silent.class)");
		application.prepare((entityManager) -> {
			entityManager.persist(new Silenced(1));
			entityManager.persist(new Meant(1));
		});
		Map<String, Object> entry = only((entityManager) -> {
			Silenced silenced = entityManager.find(Silenced.class, 1);
			silenced.name = "another";
			silenced.own = "another";
		});
		assertThat(json(entry, "changes")).isEqualTo(json("{'own': {'from': null, 'to': 'another'}}"));
		assertThat(json(entry, "metadata")).isEqualTo(json("{'notAudited': {'Silenced': ['createdBy', 'name']}}"));
		assertThat(only((entityManager) -> entityManager.find(Meant.class, 1).own = "another").get("metadata"))
			.isNull();
	}

	@Entity(name = "Appointment")
	@Audited
	static class Appointment {

		@Id
		long id;

		@Temporal(TemporalType.DATE)
		Date day;

		java.sql.Date sqlDay = java.sql.Date.valueOf("2026-11-21");

		@Temporal(TemporalType.DATE)
		Calendar calendarDay;

		java.sql.Time hour = java.sql.Time.valueOf(LocalTime.of(0, 30));

		java.sql.Timestamp stamp = java.sql.Timestamp.valueOf("2026-11-21 00:30:00.123456");

		Appointment() {
		}

		Appointment(long id) {
			this.id = id;
			this.day = new Date(this.stamp.getTime());
			this.calendarDay = Calendar.getInstance();
			this.calendarDay.setTime(this.stamp);
		}

	}

	@Entity(name = "Price")
	@Audited
	static class Price {

		@Id
		long id;

		@Column(precision = 19, scale = 2)
		BigDecimal amount;

		@Column(name = "at_time")
		Instant at;

		@Column(name = "with_offset")
		OffsetDateTime offset;

		@JdbcTypeCode(SqlTypes.CHAR)
		@Column(length = 4)
		String code;

		Price() {
		}

		Price(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Plant")
	@Audited
	static class Plant {

		@Id
		long id;

		Plant() {
		}

		Plant(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Shift")
	@Audited
	static class Shift {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		@JoinColumn(name = "plant_id")
		Plant plant;

		@Column(name = "plant_id", insertable = false, updatable = false)
		Long plantId;

		@ManyToOne(fetch = FetchType.LAZY)
		@JoinColumn(name = "other_id", insertable = false, updatable = false)
		Plant other;

		@Column(name = "other_id")
		Long otherId;

		Shift() {
		}

		Shift(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Ticket")
	@Audited
	static class Ticket {

		@Id
		long id;

		String letter;

		int number;

		@ManyToOne(fetch = FetchType.LAZY)
		@JoinColumn(name = "letter", referencedColumnName = "letter", insertable = false, updatable = false)
		@JoinColumn(name = "number", referencedColumnName = "number", insertable = false, updatable = false)
		Identifiers.Seat seat;

		Ticket() {
		}

		Ticket(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Stamp")
	@Audited
	static class Stamp {

		@Id
		long id;

		@Column(updatable = false)
		String born;

		@Column(insertable = false, updatable = false)
		String filled;

		String name;

		Stamp() {
		}

		Stamp(long id) {
			this.id = id;
		}

	}

	record Diagnosis(String name, int grade) {
	}

	@Embeddable
	record Note(@Convert(converter = Randomly.class) String content) {
	}

	@Entity(name = "Chart")
	@Audited
	static class Chart {

		@Id
		long id;

		String title = "a";

		@Convert(converter = Randomly.class)
		String text = "plain text";

		@Convert(converter = RandomBytes.class)
		byte[] bytes = "plain bytes".getBytes(StandardCharsets.UTF_8);

		@Convert(converter = RandomObject.class)
		Diagnosis object = new Diagnosis("lung", 1);

		@ElementCollection
		@Convert(converter = Randomly.class)
		List<String> findings = new ArrayList<>(List.of("first finding", "second finding", "third finding"));

		@ElementCollection
		Set<Note> notes = new HashSet<>(Set.of(new Note("plain 1"), new Note("plain 2"), new Note("plain 3")));

		@ElementCollection
		@Convert(converter = RandomObject.class)
		List<Diagnosis> visits = new ArrayList<>(List.of(new Diagnosis("lung", 1), new Diagnosis("lung", 2)));

		@ElementCollection
		@Convert(attributeName = "key", converter = Randomly.class)
		@Convert(attributeName = "value", converter = Randomly.class)
		Map<String, String> results = new HashMap<>(Map.of("lung", "plain good", "heart", "plain bad"));

		Chart() {
		}

		Chart(long id) {
			this.id = id;
		}

	}

	/**
	 * Encrypts, so to speak: with another text before each.
	 */
	@Converter
	static class Randomly implements AttributeConverter<String, String> {

		@Override
		public String convertToDatabaseColumn(String plain) {
			return (plain != null) ? RandomBytes.hex(plain.getBytes(StandardCharsets.UTF_8)) : null;
		}

		@Override
		public String convertToEntityAttribute(String column) {
			return (column != null) ? new String(RandomBytes.plain(column), StandardCharsets.UTF_8) : null;
		}

	}

	@Converter
	static class RandomObject implements AttributeConverter<Diagnosis, String> {

		private final Randomly text = new Randomly();

		@Override
		public String convertToDatabaseColumn(Diagnosis diagnosis) {
			return (diagnosis != null) ? this.text.convertToDatabaseColumn(diagnosis.name() + "," + diagnosis.grade())
					: null;
		}

		@Override
		public Diagnosis convertToEntityAttribute(String column) {
			if (column == null) {
				return null;
			}
			String[] parts = this.text.convertToEntityAttribute(column).split(",");
			return new Diagnosis(parts[0], Integer.parseInt(parts[1]));
		}

	}

	@Converter
	static class RandomBytes implements AttributeConverter<byte[], byte[]> {

		private static final SecureRandom RANDOM = new SecureRandom();

		@Override
		public byte[] convertToDatabaseColumn(byte[] plain) {
			return (plain != null) ? hex(plain).getBytes(StandardCharsets.US_ASCII) : null;
		}

		@Override
		public byte[] convertToEntityAttribute(byte[] column) {
			return (column != null) ? plain(new String(column, StandardCharsets.US_ASCII)) : null;
		}

		static String hex(byte[] plain) {
			StringBuilder hex = new StringBuilder("%016x".formatted(RANDOM.nextLong()));
			for (byte each : plain) {
				hex.append("%02x".formatted(each ^ 0x55));
			}
			return hex.toString();
		}

		static byte[] plain(String hex) {
			byte[] plain = new byte[hex.length() / 2 - 8];
			for (int i = 0; i < plain.length; i++) {
				plain[i] = (byte) (Integer.parseInt(hex.substring(16 + 2 * i, 18 + 2 * i), 16) ^ 0x55);
			}
			return Arrays.copyOf(plain, plain.length);
		}

	}

	@Entity(name = "Job")
	@Audited
	static class Job {

		@Id
		long id;

		String name = "a";

		@OneToMany(mappedBy = "job")
		List<Line> lines = new ArrayList<>();

		Job() {
		}

		Job(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Line")
	@Audited
	static class Line {

		@Id
		long id;

		@ManyToOne(fetch = FetchType.LAZY)
		Job job;

		Line() {
		}

		Line(long id, Job job) {
			this.id = id;
			this.job = job;
		}

	}

	@MappedSuperclass
	static class Silent {

		@Id
		long id;

		String name = "a";

		String createdBy = "b";

	}

	@Entity(name = "Silenced")
	@Audited
	static class Silenced extends Silent {

		String own;

		Silenced() {
		}

		Silenced(long id) {
			this.id = id;
		}

	}

	@Entity(name = "Second")
	@Audited
	static class Second extends Silent {

	}

	@Entity(name = "Meant")
	@Audited
	@AuditOverride(forClass = Silent.class, isAudited = false)
	static class Meant extends Silent {

		String own;

		Meant() {
		}

		Meant(long id) {
			this.id = id;
		}

	}

}
