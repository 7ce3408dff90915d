package io.auditspring.capture.state;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;

import io.auditspring.ledger.internal.entry.CanonicalJson;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Converter;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Temporal;
import jakarta.persistence.TemporalType;
import org.awaitility.Awaitility;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.TimeZoneStorage;
import org.hibernate.annotations.TimeZoneStorageType;
import org.hibernate.envers.Audited;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.YesNoConverter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random values in columns of many types: what an entry shows of a row is what reading it
 * again shows, what PostgreSQL itself says of it, and what Envers wrote down.
 */
class ReadAgainTests {

	private static final int ROWS = Integer.getInteger("faults.rows", 20);

	private static final List<String> ZONES = List.of("Europe/Berlin", "Pacific/Auckland", "America/New_York",
			"Asia/Kolkata", "UTC");

	/** In its own tables, Envers does not declare how exact a time is. */
	private static final Set<String> NOT_IN_ENVERS = Set.of("millis", "seconds", "centis", "micro_time",
			"precise_time");

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	@Test
	void anEntryShowsWhatTheRowHolds() {
		assertAnEntryShowsWhatTheRowHolds("");
	}

	@Test
	@Tag("thorough")
	void anEntryShowsWhatTheRowHoldsWhoseTimesAreOfAnotherZone() {
		assertAnEntryShowsWhatTheRowHolds("America/New_York");
	}

	private static void assertAnEntryShowsWhatTheRowHolds(String jdbcZone) {
		String[] properties = jdbcZone.isEmpty() ? new String[0]
				: new String[] { "spring.jpa.properties.hibernate.jdbc.time_zone=" + jdbcZone };
		Map<String, String> differences = new TreeMap<>();
		TimeZone own = TimeZone.getDefault();
		try (StateApplication application = new StateApplication(properties)) {
			for (int i = 0; i < ROWS; i++) {
				TimeZone.setDefault(TimeZone.getTimeZone(ZONES.get(i % ZONES.size())));
				Random random = new Random(i);
				compare(application, new Everything(i, random), jdbcZone, differences);
			}
		}
		finally {
			TimeZone.setDefault(own);
		}
		assertThat(differences).isEmpty();
	}

	private static void compare(StateApplication application, Everything written, String jdbcZone,
			Map<String, String> differences) {
		ObjectNode after = state(application.call((entityManager) -> entityManager.persist(written)), "after_state");
		JsonNode row = row(application, "everything", written.id);
		JsonNode envers = row(application, "everything_aud", written.id);
		ObjectNode again = state(application.call((entityManager) -> {
			Everything read = entityManager.find(Everything.class, written.id);
			read.touched = true;
			read.parts.size();
			read.moments.size();
			read.hours.size();
			read.byAmount.size();
			read.byInstant.size();
			read.byPadded.size();
			read.byCell.size();
			read.inners.size();
			read.tags.size();
		}), "before_state");
		String place = " in row " + written.id + " at " + TimeZone.getDefault().getID() + "/" + jdbcZone;
		if (!jdbcZone.isEmpty()) {
			// Hibernate itself writes them in one zone and reads them in another.
			after.remove(Set.of("calendar", "calendarTime"));
			again.remove(Set.of("calendar", "calendarTime"));
		}
		differ(after, again, " read again" + place, differences);
		differ(Selected.of(row, jdbcZone).retain(again.propertyNames()), again, " selected" + place, differences);
		ObjectNode comparable = ((ObjectNode) row).remove(NOT_IN_ENVERS);
		differ(comparable, (ObjectNode) envers, " by Envers" + place, differences);
	}

	@Test
	void soDoesThatOfARowInSeveralTables() throws ReflectiveOperationException {
		assertAnEntryShowsWhatIsRead(JoinedLeaf.class);
	}

	@ParameterizedTest
	@ValueSource(classes = { ConcreteLeaf.class, SingleLeaf.class })
	@Tag("thorough")
	void soDoesThatOfARowOfAnySubclass(Class<? extends Leaf> type) throws ReflectiveOperationException {
		assertAnEntryShowsWhatIsRead(type);
	}

	private static void assertAnEntryShowsWhatIsRead(Class<? extends Leaf> type) throws ReflectiveOperationException {
		Map<String, String> differences = new TreeMap<>();
		try (StateApplication application = new StateApplication()) {
			for (int i = 0; i < Math.min(ROWS, 200); i++) {
				Leaf written = type.getDeclaredConstructor().newInstance();
				String code = "c" + i;
				written.fill(code, new Random(i));
				ObjectNode after = state(application.call((entityManager) -> entityManager.persist(written)),
						"after_state");
				List<Map<String, Object>> update = application
					.call((entityManager) -> entityManager.find(type, code).touch());
				differ(after, state(update, "before_state"), " of " + type.getSimpleName(), differences);
				assertThat(update.get(0).get("target_id")).isEqualTo("%-8s".formatted(code));
				assertThat(application.trail().trail(type.getName(), code).getContent()).hasSize(2);
			}
		}
		assertThat(differences).isEmpty();
	}

	@Test
	void whatIsKnownByARoundedValueHasOneTrail() {
		try (StateApplication application = new StateApplication()) {
			Rate rate = new Rate();
			rate.id = new BigDecimal("7.1");
			Reading reading = new Reading();
			reading.id = new ReadingId(new BigDecimal("1"), Instant.parse("2026-01-01T00:00:00.123456Z"));
			application.callOnly((entityManager) -> {
				entityManager.persist(rate);
				entityManager.persist(reading);
			});
			application.callOnly((entityManager) -> {
				entityManager.find(Rate.class, new BigDecimal("7.10")).touched++;
				entityManager.createQuery("from ReadAgainTests$Reading", Reading.class).getSingleResult().touched++;
			});
			Awaitility.await().until(() -> application.log().staged() == 0);
			for (Object id : List.of(new BigDecimal("7.1"), new BigDecimal("7.100"), "7.1")) {
				assertThat(application.trail().trail("Rate", id).getContent()).hasSize(2);
			}
			assertThat(application.trail().trail("Reading", reading.id).getContent()).hasSize(2);
		}
	}

	private static JsonNode row(StateApplication application, String table, long id) {
		return JSON.readTree(application.log()
			.jdbc()
			.queryForObject("select to_jsonb(e) from %s e where id = ?".formatted(table), String.class, id));
	}

	private static ObjectNode state(List<Map<String, Object>> entries, String state) {
		assertThat(entries).hasSize(1);
		return (ObjectNode) JSON.readTree((String) entries.get(0).get(state));
	}

	private static void differ(ObjectNode left, ObjectNode right, String place, Map<String, String> differences) {
		left.propertyStream()
			.filter((property) -> !isSame(property.getValue(), right.get(property.getKey())))
			.forEach((property) -> differences.putIfAbsent(property.getKey() + place.replaceAll(" in row.*", ""),
					property.getValue() + " but " + right.get(property.getKey()) + place));
	}

	private static boolean isSame(JsonNode left, JsonNode right) {
		return right != null && CanonicalJson.of(left).equals(CanonicalJson.of(right));
	}

	/**
	 * What PostgreSQL says of the columns that need no interpretation.
	 */
	private static final class Selected {

		private static final Set<String> DATES = Set.of("day", "sqlDay", "calendarDay", "date");

		private static final Set<String> INSTANTS = Set.of("instant", "millis", "seconds", "offsetTime", "zoned");

		private static final Set<String> LOCAL = Set.of("moment", "stamp", "calendar");

		private static final Set<String> PLAIN = Set.of("amount", "undeclared", "defined", "unlimited", "floating",
				"whole", "number", "decimalDouble", "numericDouble", "padded", "definedPadded", "cut", "price");

		static ObjectNode of(JsonNode row, String jdbcZone) {
			ZoneId zone = jdbcZone.isEmpty() ? ZoneId.systemDefault() : ZoneId.of(jdbcZone);
			ObjectNode selected = JSON.createObjectNode();
			row.propertyStream().forEach((column) -> {
				String name = camel(column.getKey());
				JsonNode value = column.getValue();
				if (DATES.contains(name) || PLAIN.contains(name)) {
					selected.set(name, value.isNumber()
							? JSON.readTree(value.decimalValue().stripTrailingZeros().toPlainString()) : value);
				}
				else if (INSTANTS.contains(name)) {
					selected.put(name, OffsetDateTime.parse(value.asString()).toInstant().toString());
				}
				else if (LOCAL.contains(name)) {
					selected.put(name,
							LocalDateTime.parse(value.asString())
								.atZone(zone)
								.withLaterOffsetAtOverlap()
								.toInstant()
								.toString());
				}
			});
			return selected;
		}

		private static String camel(String column) {
			StringBuilder name = new StringBuilder();
			for (String word : column.split("_")) {
				name.append(name.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
			}
			return name.toString();
		}

	}

	enum Color {

		RED, GREEN

	}

	record Money(BigDecimal amount) {
	}

	@Converter
	static class MoneyConverter implements AttributeConverter<Money, BigDecimal> {

		@Override
		public BigDecimal convertToDatabaseColumn(Money money) {
			return (money != null) ? money.amount() : null;
		}

		@Override
		public Money convertToEntityAttribute(BigDecimal column) {
			return (column != null) ? new Money(column) : null;
		}

	}

	@Embeddable
	static class Inner {

		@Column(name = "inner_amount", precision = 20, scale = 1)
		BigDecimal amount;

		@Column(name = "inner_day")
		@Temporal(TemporalType.DATE)
		Date day;

	}

	/**
	 * Known by what its column rounds.
	 */
	@Entity
	@Audited
	static class Reading {

		@EmbeddedId
		ReadingId id;

		int touched;

	}

	@Embeddable
	record ReadingId(@Column(precision = 20, scale = 2) BigDecimal place,
			@Column(columnDefinition = "timestamp(3) with time zone") Instant time) implements Serializable {

	}

	@Entity
	@Audited
	static class Rate {

		@Id
		@Column(precision = 20, scale = 2)
		BigDecimal id;

		int touched;

	}

	@Embeddable
	static class Cell {

		@Column(name = "cell_size", precision = 20, scale = 1)
		BigDecimal size;

		@Column(name = "cell_name", columnDefinition = "char(4)")
		String name;

		Cell() {
		}

		Cell(BigDecimal size, String name) {
			this.size = size;
			this.name = name;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Cell cell && this.name.equals(cell.name);
		}

		@Override
		public int hashCode() {
			return this.name.hashCode();
		}

	}

	interface Leaf {

		void fill(String code, Random random);

		void touch();

	}

	/**
	 * What all tables of a hierarchy have.
	 */
	@MappedSuperclass
	@Audited
	abstract static class Stem implements Leaf {

		@Id
		@Column(columnDefinition = "char(8)")
		String code;

		@Column(columnDefinition = "numeric(20, 1)")
		BigDecimal inherited;

		void fillStem(String code, Random random) {
			this.code = code;
			this.inherited = Everything.decimal(random);
		}

	}

	@Entity
	@Audited
	@Inheritance(strategy = InheritanceType.JOINED)
	abstract static class JoinedRoot extends Stem {

		@Column(columnDefinition = "timestamp(1) with time zone")
		Instant instant;

		@Column(name = "shared", columnDefinition = "numeric(20, 3)")
		BigDecimal rooted;

	}

	@Entity
	@Audited
	static class JoinedLeaf extends JoinedRoot {

		@Column(name = "shared", columnDefinition = "numeric(20, 2)")
		BigDecimal leafed;

		@Column(columnDefinition = "char(5)")
		String padded;

		int touched;

		@Override
		public void fill(String code, Random random) {
			fillStem(code, random);
			this.instant = Everything.instant(random);
			this.rooted = Everything.decimal(random);
			this.leafed = Everything.decimal(random);
			this.padded = "x";
		}

		@Override
		public void touch() {
			this.touched++;
		}

	}

	@Entity
	@Audited
	@Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
	abstract static class ConcreteRoot extends Stem {

		@Column(columnDefinition = "timestamp(1) with time zone")
		Instant instant;

		@Column(columnDefinition = "char(6)")
		String rooted;

	}

	@Entity
	@Audited
	static class ConcreteLeaf extends ConcreteRoot {

		@Column(columnDefinition = "numeric(20, 2)")
		BigDecimal leafed;

		int touched;

		@Override
		public void fill(String code, Random random) {
			fillStem(code, random);
			this.instant = Everything.instant(random);
			this.rooted = "r";
			this.leafed = Everything.decimal(random);
		}

		@Override
		public void touch() {
			this.touched++;
		}

	}

	@Entity
	@Audited
	@Inheritance(strategy = InheritanceType.SINGLE_TABLE)
	abstract static class SingleRoot extends Stem {

		@Column(columnDefinition = "timestamp(1) with time zone")
		Instant instant;

	}

	@Entity
	@Audited
	@SecondaryTable(name = "single_leaf_more")
	static class SingleLeaf extends SingleRoot {

		@Column(columnDefinition = "numeric(20, 2)")
		BigDecimal leafed;

		@Column(table = "single_leaf_more", columnDefinition = "char(6)")
		String more;

		int touched;

		@Override
		public void fill(String code, Random random) {
			fillStem(code, random);
			this.instant = Everything.instant(random);
			this.leafed = Everything.decimal(random);
			this.more = "m";
		}

		@Override
		public void touch() {
			this.touched++;
		}

	}

	@Entity(name = "Everything")
	@Audited
	@SecondaryTable(name = "everything_more")
	static class Everything {

		@Id
		long id;

		boolean touched;

		@Column(precision = 19, scale = 2)
		BigDecimal amount;

		BigDecimal undeclared;

		@Column(columnDefinition = "numeric(20, 3)")
		BigDecimal defined;

		@Column(columnDefinition = "numeric")
		BigDecimal unlimited;

		@Column(columnDefinition = "double precision")
		BigDecimal floating;

		BigInteger whole;

		double number;

		float small;

		@JdbcTypeCode(SqlTypes.REAL)
		Double realNumber;

		@Column(columnDefinition = "real")
		Double definedReal;

		@Column(columnDefinition = "numeric(20, 2)")
		Double decimalDouble;

		@JdbcTypeCode(SqlTypes.NUMERIC)
		@Column(precision = 20, scale = 3)
		Double numericDouble;

		Instant instant;

		@Column(secondPrecision = 3)
		Instant millis;

		@Column(secondPrecision = 0)
		Instant seconds;

		LocalDateTime local;

		@Column(secondPrecision = 2)
		LocalDateTime centis;

		@Column(columnDefinition = "timestamp(1)")
		LocalDateTime decis;

		LocalTime time;

		@Column(secondPrecision = 6)
		LocalTime microTime;

		LocalDate date;

		OffsetDateTime offsetTime;

		ZonedDateTime zoned;

		@TimeZoneStorage(TimeZoneStorageType.COLUMN)
		OffsetDateTime kept;

		@TimeZoneStorage(TimeZoneStorageType.COLUMN)
		ZonedDateTime keptZoned;

		@TimeZoneStorage(TimeZoneStorageType.NORMALIZE)
		OffsetDateTime normalized;

		@TimeZoneStorage(TimeZoneStorageType.NATIVE)
		ZonedDateTime nativeZoned;

		@Temporal(TemporalType.DATE)
		Date day;

		@Temporal(TemporalType.TIME)
		Date hour;

		@Temporal(TemporalType.TIMESTAMP)
		Date moment;

		java.sql.Date sqlDay;

		Time sqlTime;

		@Column(secondPrecision = 3)
		Time preciseTime;

		Timestamp stamp;

		@Temporal(TemporalType.DATE)
		Calendar calendarDay;

		Calendar calendar;

		@Temporal(TemporalType.TIME)
		Calendar calendarTime;

		Duration duration;

		@JdbcTypeCode(SqlTypes.INTERVAL_SECOND)
		Duration span;

		@JdbcTypeCode(SqlTypes.INTERVAL_SECOND)
		@Column(scale = 3)
		Duration roundedSpan;

		@JdbcTypeCode(SqlTypes.CHAR)
		@Column(length = 10)
		String padded;

		@Column(columnDefinition = "char(8)")
		String definedPadded;

		@Column(length = 5)
		String cut;

		String text;

		char letter;

		char[] letters;

		UUID uuid;

		Locale locale;

		Currency currency;

		ZoneId zone;

		ZoneOffset zoneOffset;

		Year year;

		@Enumerated
		Color ordinal;

		@Enumerated(EnumType.STRING)
		Color named;

		@Convert(converter = YesNoConverter.class)
		boolean yes;

		@Convert(converter = MoneyConverter.class)
		@Column(precision = 20, scale = 2)
		Money price;

		byte[] bytes;

		String[] words;

		int[] numbers;

		@Column(precision = 20, scale = 2)
		BigDecimal[] amounts;

		List<LocalDate> dates;

		Instant[] instants;

		@JdbcTypeCode(SqlTypes.JSON)
		Map<String, Object> json;

		@JdbcTypeCode(SqlTypes.JSON)
		String rawJson;

		InetAddress address;

		@Embedded
		Inner inner = new Inner();

		@ElementCollection
		@Column(precision = 20, scale = 1)
		Set<BigDecimal> parts = new HashSet<>();

		@ElementCollection
		List<Date> moments = new ArrayList<>();

		@ElementCollection
		Map<LocalDate, LocalTime> hours = new HashMap<>();

		@ElementCollection
		@MapKeyColumn(precision = 20, scale = 1)
		Map<BigDecimal, Integer> byAmount = new HashMap<>();

		@ElementCollection
		@MapKeyColumn(columnDefinition = "timestamp(3) with time zone")
		Map<Instant, Integer> byInstant = new HashMap<>();

		@ElementCollection
		@MapKeyColumn(columnDefinition = "char(7)")
		Map<String, Integer> byPadded = new HashMap<>();

		@ElementCollection
		Map<Cell, Integer> byCell = new HashMap<>();

		@ElementCollection
		List<Inner> inners = new ArrayList<>();

		@ElementCollection
		@Column(columnDefinition = "char(9)")
		Set<String> tags = new HashSet<>();

		@Column(table = "everything_more", columnDefinition = "numeric(20, 1)")
		BigDecimal moreAmount;

		@Column(table = "everything_more", columnDefinition = "char(6)")
		String morePadded;

		@JdbcTypeCode(SqlTypes.NAMED_ENUM)
		Color nativeEnum;

		@Enumerated(EnumType.STRING)
		Color[] colors;

		Everything() {
		}

		Everything(long id, Random random) {
			this.id = id;
			this.amount = decimal(random);
			this.undeclared = decimal(random);
			this.defined = decimal(random);
			this.unlimited = decimal(random);
			this.floating = decimal(random);
			this.whole = BigInteger.valueOf(random.nextLong());
			this.number = random.nextGaussian() * 1000;
			this.small = (float) random.nextGaussian() * 1000;
			this.realNumber = random.nextGaussian() * 1000;
			this.definedReal = random.nextGaussian() * 1000;
			this.decimalDouble = random.nextGaussian() * 1000;
			this.numericDouble = random.nextGaussian() * 1000;
			this.instant = instant(random);
			this.millis = instant(random);
			this.seconds = instant(random);
			this.local = local(random);
			this.centis = local(random);
			this.decis = local(random);
			this.time = local(random).toLocalTime();
			this.microTime = local(random).toLocalTime();
			this.date = local(random).toLocalDate();
			ZoneId elsewhere = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
			this.offsetTime = instant(random).atZone(elsewhere).toOffsetDateTime();
			this.zoned = instant(random).atZone(elsewhere);
			this.kept = instant(random).atZone(elsewhere).toOffsetDateTime();
			this.keptZoned = instant(random).atZone(elsewhere);
			this.normalized = instant(random).atZone(elsewhere).toOffsetDateTime();
			this.nativeZoned = instant(random).atZone(elsewhere);
			this.day = Date.from(instant(random));
			this.hour = Date.from(instant(random));
			this.moment = random.nextBoolean() ? Date.from(instant(random)) : Timestamp.from(instant(random));
			this.sqlDay = random.nextBoolean() ? java.sql.Date.valueOf(local(random).toLocalDate())
					: new java.sql.Date(instant(random).toEpochMilli());
			this.sqlTime = random.nextBoolean() ? Time.valueOf(local(random).toLocalTime())
					: new Time(instant(random).toEpochMilli());
			this.preciseTime = new Time(instant(random).toEpochMilli());
			this.stamp = Timestamp.from(instant(random));
			this.calendarDay = GregorianCalendar.from(instant(random).atZone(elsewhere));
			this.calendar = GregorianCalendar.from(instant(random).atZone(elsewhere));
			this.calendarTime = GregorianCalendar.from(instant(random).atZone(elsewhere));
			this.duration = Duration.ofNanos(random.nextInt());
			this.span = Duration.ofNanos((random.nextLong() >> 12) / 1_000 * 1_000 + nanos(random) % 1_000);
			this.roundedSpan = Duration.ofNanos((random.nextLong() >> 12) / 1_000_000 * 1_000_000 + 500_000);
			this.padded = text(random, 10);
			this.definedPadded = text(random, 8);
			this.cut = random.nextBoolean() ? text(random, 5) : "ab   " + " ".repeat(random.nextInt(5));
			this.text = text(random, 50) + " ";
			this.letter = (char) ('a' + random.nextInt(26));
			this.letters = text(random, 9).toCharArray();
			this.uuid = new UUID(random.nextLong(), random.nextLong());
			this.locale = Locale.GERMANY;
			this.currency = Currency.getInstance("EUR");
			this.zone = elsewhere;
			this.zoneOffset = this.offsetTime.getOffset();
			this.year = Year.of(1900 + random.nextInt(300));
			this.ordinal = Color.values()[random.nextInt(2)];
			this.named = Color.values()[random.nextInt(2)];
			this.yes = random.nextBoolean();
			this.price = new Money(decimal(random));
			this.bytes = new byte[] { (byte) random.nextInt() };
			this.words = new String[] { text(random, 5), null, text(random, 5) };
			this.numbers = new int[] { random.nextInt(), random.nextInt() };
			this.amounts = new BigDecimal[] { decimal(random), decimal(random) };
			this.dates = List.of(local(random).toLocalDate());
			this.instants = new Instant[] { instant(random) };
			this.json = Map.of("amount", decimal(random), "text", text(random, 5), "list", List.of(1, 2.50));
			this.rawJson = "{\"b\" : 1.50, \"a\": 1e2, \"a\": \"" + random.nextInt() + "\"}";
			try {
				this.address = InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) random.nextInt(100) });
			}
			catch (UnknownHostException ex) {
				throw new IllegalStateException(ex);
			}
			this.inner.amount = decimal(random);
			this.inner.day = Date.from(instant(random));
			this.parts.add(decimal(random));
			this.moments.add(Date.from(instant(random)));
			this.hours.put(local(random).toLocalDate(), local(random).toLocalTime());
			this.byAmount.put(decimal(random), 1);
			this.byInstant.put(instant(random), 2);
			this.byPadded.put(text(random, 6), 3);
			this.byCell.put(new Cell(decimal(random), "c"), 4);
			Inner another = new Inner();
			another.amount = decimal(random);
			another.day = Date.from(instant(random));
			this.inners.add(another);
			this.tags.add(text(random, 8));
			this.moreAmount = decimal(random);
			this.morePadded = text(random, 5);
			this.nativeEnum = Color.values()[random.nextInt(2)];
			this.colors = new Color[] { Color.GREEN, Color.values()[random.nextInt(2)] };
		}

		// Exact halves are what rounding is about.
		private static BigDecimal decimal(Random random) {
			long digits = random.nextInt();
			return BigDecimal.valueOf(random.nextBoolean() ? digits * 10 + 5 : digits, random.nextInt(6));
		}

		private static Instant instant(Random random) {
			long seconds = -1_500_000_000L + (long) (random.nextDouble() * 5_000_000_000L);
			Instant instant = Instant.ofEpochSecond(seconds, nanos(random));
			return (random.nextInt(6) == 0) ? nearTransition(instant, random) : instant;
		}

		// An hour that there is twice, or not at all.
		private static Instant nearTransition(Instant instant, Random random) {
			ZoneOffsetTransition transition = ZoneId.of(ZONES.get(random.nextInt(ZONES.size())))
				.getRules()
				.nextTransition(instant);
			return (transition != null)
					? transition.getInstant().plusSeconds(random.nextInt(10_800) - 7_200).plusNanos(instant.getNano())
					: instant;
		}

		private static int nanos(Random random) {
			return switch (random.nextInt(5)) {
				case 0 -> random.nextInt(1_000_000_000);
				case 1 -> random.nextInt(1_000_000) * 1_000 + 500;
				case 2 -> random.nextInt(1_000) * 1_000_000 + 500_000;
				case 3 -> 999_999_500 + random.nextInt(500);
				default -> 500_000_000;
			};
		}

		private static LocalDateTime local(Random random) {
			return LocalDateTime.ofInstant(instant(random), ZoneOffset.UTC);
		}

		private static String text(Random random, int length) {
			return "äb💧 x".repeat(3).substring(0, random.nextInt(3) * 2)
					+ "z".repeat(random.nextInt(Math.max(length - 4, 1)));
		}

	}

}
