/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.hibernate.engine.jdbc.Size;
import org.hibernate.metamodel.mapping.JdbcMapping;
import org.hibernate.type.BasicPluralType;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.jdbc.JdbcType;
import org.hibernate.type.descriptor.jdbc.TimeJdbcType;
import org.hibernate.type.descriptor.jdbc.TimestampJdbcType;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGInterval;

/**
 * What a column makes of a value: it rounds, cuts and pads (PostgreSQL manual, chapter
 * 8). So one knows what reading the row again would show, without reading it.
 *
 * @param kind what sort of column it is
 * @param jdbcType how values get there
 * @param size its scale, its fractional digits or its length, or {@code null} where
 * nobody says
 */
public record StoredForm(Kind kind, @Nullable JdbcType jdbcType, @Nullable Integer size) {

	/** That of a column that keeps what it is given. */
	static final StoredForm AS_IT_IS = new StoredForm(Kind.OTHER, null, null);

	/** PostgreSQL counts microseconds, from the year 2000 on. */
	private static final int MICROS = 6;

	private static final long MICROS_OF_SECOND = 1_000_000;

	/** PostgreSQL ends in the year 294276. */
	private static final long MAX_SECONDS = 10_000_000_000_000L;

	private static final long SECONDS_OF_DAY = Duration.ofDays(1).toSeconds();

	private static final long MILLIS_OF_DAY = Duration.ofDays(1).toMillis();

	private static final int LAST_JULIAN_YEAR = 1582;

	private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

	/** Of a floating point number that becomes a decimal one, no more is kept. */
	private static final MathContext DOUBLE_DIGITS = new MathContext(15);

	private static final MathContext FLOAT_DIGITS = new MathContext(6);

	private static final Pattern DEFINITION = Pattern.compile("\\s*(?<name>[a-z]\\w*(?: varying| precision)?)"
			+ "(?:\\s*\\(\\s*(?<first>\\d+)\\s*(?:,\\s*(?<second>\\d+)\\s*)?\\))?(?<array>\\s*\\[|\\s+array\\b)?.*",
			Pattern.DOTALL);

	/**
	 * The form of a type, where nothing is known of its column.
	 * @param type the type
	 * @return the form
	 */
	public static StoredForm of(JdbcMapping type) {
		return of(type, new Size());
	}

	/**
	 * The form of a type in a column.
	 * @param type the type
	 * @param size what is known of the column
	 * @return the form
	 */
	static StoredForm of(JdbcMapping type, Size size) {
		JdbcMapping single = (type instanceof BasicPluralType<?, ?> plural) ? plural.getElementType() : type;
		JdbcType jdbcType = single.getJdbcType();
		return switch (jdbcType.getDdlTypeCode()) {
			case SqlTypes.DATE -> new StoredForm(Kind.DATE, jdbcType, null);
			case SqlTypes.TIME, SqlTypes.TIME_UTC, SqlTypes.TIME_WITH_TIMEZONE, SqlTypes.LOCAL_TIME,
					SqlTypes.OFFSET_TIME ->
				new StoredForm(Kind.TIME, jdbcType, size.getPrecision());
			case SqlTypes.TIMESTAMP, SqlTypes.TIMESTAMP_UTC, SqlTypes.TIMESTAMP_WITH_TIMEZONE, SqlTypes.INSTANT,
					SqlTypes.LOCAL_DATE_TIME, SqlTypes.OFFSET_DATE_TIME, SqlTypes.ZONED_DATE_TIME ->
				new StoredForm(Kind.TIMESTAMP, jdbcType, size.getPrecision());
			case SqlTypes.INTERVAL_SECOND -> new StoredForm(Kind.INTERVAL, jdbcType, size.getScale());
			case SqlTypes.NUMERIC, SqlTypes.DECIMAL -> new StoredForm(Kind.NUMERIC, jdbcType, size.getScale());
			case SqlTypes.REAL -> new StoredForm(Kind.REAL, jdbcType, null);
			case SqlTypes.FLOAT, SqlTypes.DOUBLE ->
				new StoredForm(isReal(size) ? Kind.REAL : Kind.DOUBLE, jdbcType, null);
			case SqlTypes.CHAR, SqlTypes.NCHAR -> new StoredForm(Kind.CHAR, jdbcType, length(size));
			case SqlTypes.VARCHAR, SqlTypes.NVARCHAR -> new StoredForm(Kind.VARCHAR, jdbcType, length(size));
			default -> new StoredForm(Kind.OTHER, jdbcType, null);
		};
	}

	private static boolean isReal(Size size) {
		return size.getPrecision() != null && size.getPrecision() <= 24;
	}

	private static @Nullable Integer length(Size size) {
		return (size.getLength() != null) ? Math.toIntExact(Math.min(size.getLength(), Integer.MAX_VALUE)) : null;
	}

	/**
	 * The form of the same values in a column that is defined in SQL.
	 * @param definition the column's type, and what follows
	 * @return the form
	 */
	StoredForm in(String definition) {
		Matcher parts = DEFINITION.matcher(definition.toLowerCase(Locale.ROOT));
		if (!parts.matches()) {
			return new StoredForm(Kind.OTHER, this.jdbcType, null);
		}
		Integer first = (parts.group("first") != null) ? Integer.valueOf(parts.group("first")) : null;
		Integer second = (parts.group("second") != null) ? Integer.valueOf(parts.group("second")) : null;
		return switch (parts.group("name")) {
			case "date" -> with(Kind.DATE, null);
			case "time", "timetz" -> with(Kind.TIME, first);
			case "timestamp", "timestamptz" -> with(Kind.TIMESTAMP, first);
			case "interval" -> with(Kind.INTERVAL, first);
			case "numeric", "decimal", "dec" ->
				with(Kind.NUMERIC, (first != null && second == null) ? Integer.valueOf(0) : second);
			case "smallint", "integer", "int", "bigint", "int2", "int4", "int8" -> with(Kind.NUMERIC, 0);
			case "real", "float4" -> with(Kind.REAL, null);
			case "float" -> with((first != null && first <= 24) ? Kind.REAL : Kind.DOUBLE, null);
			case "double precision", "float8" -> with(Kind.DOUBLE, null);
			case "char", "character", "nchar" -> with(Kind.CHAR, (first != null) ? first : Integer.valueOf(1));
			case "bpchar" -> with(Kind.CHAR, first);
			case "varchar", "character varying" -> with(Kind.VARCHAR, first);
			case "json", "jsonb" -> with((parts.group("array") != null) ? Kind.OTHER : Kind.JSON, null);
			default -> with(Kind.OTHER, null);
		};
	}

	private StoredForm with(Kind kind, @Nullable Integer size) {
		return new StoredForm(kind, this.jdbcType, size);
	}

	/**
	 * Whether texts are longer when they are read again.
	 * @return whether they are padded
	 */
	public boolean pads() {
		return this.kind == Kind.CHAR;
	}

	/**
	 * Whether a definition says that texts in it are JSON.
	 * @return whether it does
	 */
	public boolean isJson() {
		return this.kind == Kind.JSON;
	}

	/**
	 * What reading a value again would show.
	 * @param value the value that is written
	 * @param zone the zone that the column's times are in, or {@code null} for that of
	 * this virtual machine
	 * @return the value that is read
	 */
	public Object read(Object value, @Nullable TimeZone zone) {
		if (value instanceof Object[] array && !(value instanceof Byte[])) {
			return elements(Arrays.asList(array), zone);
		}
		if (value instanceof Collection<?> collection) {
			return elements(collection, zone);
		}
		return switch (this.kind) {
			case DATE -> date(value);
			case TIME -> time(value, (zone != null) ? zone.toZoneId() : ZoneId.systemDefault());
			case TIMESTAMP -> timestamp(value, zone);
			case INTERVAL -> (value instanceof Duration duration) ? rounded(duration) : value;
			case NUMERIC -> decimal(value);
			case REAL -> real(value);
			case DOUBLE -> (value instanceof BigDecimal decimal) ? BigDecimal.valueOf(decimal.doubleValue()) : value;
			case CHAR -> (value instanceof String text) ? padded(cut(text)) : value;
			case VARCHAR -> (value instanceof String text) ? cut(text) : value;
			case JSON, OTHER -> value;
		};
	}

	private List<@Nullable Object> elements(Collection<?> values, @Nullable TimeZone zone) {
		List<@Nullable Object> elements = new ArrayList<>(values.size());
		for (Object value : values) {
			elements.add((value != null) ? read(asText(value), zone) : null);
		}
		return elements;
	}

	// The driver writes arrays as text, of which PostgreSQL itself rounds the seconds.
	private static Object asText(Object value) {
		if (value instanceof Instant instant) {
			double micros = Math.rint(instant.getNano() / 1e9 * MICROS_OF_SECOND);
			return instant.with(ChronoField.NANO_OF_SECOND, 0).plusNanos((long) micros * 1_000);
		}
		return value;
	}

	private static Object date(Object value) {
		if (value instanceof Date date) {
			return new java.sql.Date(date.getTime()).toLocalDate();
		}
		if (value instanceof Calendar calendar) {
			return LocalDate.of(calendar.get(Calendar.YEAR), calendar.get(Calendar.MONTH) + 1,
					calendar.get(Calendar.DAY_OF_MONTH));
		}
		return value;
	}

	private Object time(Object value, ZoneId zone) {
		if (value instanceof LocalTime time) {
			boolean direct = !(this.jdbcType instanceof TimeJdbcType);
			return rounded(direct ? rounded(time, MICROS) : rounded(time, 3), digits());
		}
		if (value instanceof OffsetTime time) {
			return utc(time);
		}
		// Hibernate binds the time in the calendar's own zone, on the first day of all.
		if (value instanceof Calendar calendar) {
			Instant instant = Instant.ofEpochMilli(calendar.getTimeInMillis() % MILLIS_OF_DAY);
			return read(LocalTime.ofInstant(instant, calendar.getTimeZone().toZoneId()), zone);
		}
		if (value instanceof Date date) {
			long millis = (value instanceof Time) ? date.getTime() : date.getTime() % MILLIS_OF_DAY;
			return read(LocalTime.ofInstant(Instant.ofEpochMilli(millis), zone), zone);
		}
		return value;
	}

	private LocalTime read(LocalTime stored, ZoneId zone) {
		return rounded(stored, digits()).atDate(LocalDate.EPOCH)
			.atZone(zone)
			.withZoneSameInstant(ZoneId.systemDefault())
			.toLocalTime();
	}

	private OffsetTime utc(OffsetTime time) {
		OffsetTime stored = (this.jdbcType != null && this.jdbcType.getDdlTypeCode() == SqlTypes.TIME_UTC)
				? time.withOffsetSameInstant(ZoneOffset.UTC) : time;
		// The driver cuts these.
		LocalTime micros = stored.toLocalTime().withNano(stored.getNano() / 1_000 * 1_000);
		return OffsetTime.of(rounded(micros, digits()), stored.getOffset());
	}

	private Object timestamp(Object value, @Nullable TimeZone zone) {
		if (value instanceof LocalDateTime time) {
			if (isEndless(time.toEpochSecond(ZoneOffset.UTC))) {
				return time;
			}
			LocalDateTime stored = LocalDateTime.ofInstant(rounded(time.toInstant(ZoneOffset.UTC)), ZoneOffset.UTC);
			// An hour that the zone leaves out is another one.
			return (this.jdbcType instanceof TimestampJdbcType)
					? Timestamp.from(again(Timestamp.valueOf(stored).toInstant(), zone)).toLocalDateTime() : stored;
		}
		if (value instanceof Date date) {
			return stored((value instanceof Timestamp timestamp) ? timestamp.toInstant() : date(date), zone);
		}
		if (value instanceof Calendar calendar) {
			return calendar(calendar, zone);
		}
		if (value instanceof Instant instant) {
			return stored(instant, zone);
		}
		// The column knows of no offset.
		if (value instanceof OffsetDateTime time) {
			return stored(time.toInstant(), zone);
		}
		return (value instanceof ZonedDateTime time) ? stored(time.toInstant(), zone) : value;
	}

	private Instant stored(Instant instant, @Nullable TimeZone zone) {
		Instant rounded = rounded(instant);
		return (this.jdbcType instanceof TimestampJdbcType) ? again(rounded, zone) : rounded;
	}

	// Without a zone in the column, Hibernate binds the time in the calendar's own zone,
	// but reads it in the session's.
	private Instant calendar(Calendar calendar, @Nullable TimeZone zone) {
		Instant instant = rounded(calendar.toInstant());
		return (this.jdbcType instanceof TimestampJdbcType)
				? again(LocalDateTime.ofInstant(instant, calendar.getTimeZone().toZoneId()), zone) : instant;
	}

	private static Instant again(Instant written, @Nullable TimeZone zone) {
		ZoneId inColumn = (zone != null) ? zone.toZoneId() : ZoneId.systemDefault();
		return again(LocalDateTime.ofInstant(written, inColumn), zone);
	}

	// The driver asks a calendar: an hour that the zone has twice is read as one of them.
	private static Instant again(LocalDateTime stored, @Nullable TimeZone zone) {
		TimeZone inColumn = (zone != null) ? zone : TimeZone.getDefault();
		if (stored.getYear() <= LAST_JULIAN_YEAR) {
			return stored.atZone(inColumn.toZoneId()).toInstant();
		}
		GregorianCalendar calendar = new GregorianCalendar(inColumn);
		calendar.clear();
		calendar.set(stored.getYear(), stored.getMonthValue() - 1, stored.getDayOfMonth(), stored.getHour(),
				stored.getMinute(), stored.getSecond());
		return calendar.toInstant().plusNanos(stored.getNano());
	}

	// The column holds infinity instead.
	private static boolean isEndless(long epochSecond) {
		return Math.abs(epochSecond) > MAX_SECONDS;
	}

	private static Instant date(Date date) {
		return Instant.ofEpochMilli(date.getTime());
	}

	/**
	 * A time with an offset that has a column of its own.
	 * @param time the time
	 * @return the time as it is stored
	 */
	public OffsetDateTime withOffset(OffsetDateTime time) {
		return rounded(time.toInstant()).atOffset(time.getOffset());
	}

	private int digits() {
		return (this.size != null) ? Math.min(this.size, MICROS) : MICROS;
	}

	private static LocalTime rounded(LocalTime time, int digits) {
		long unit = (long) Math.pow(10, 9 - digits);
		long nanos = (time.toNanoOfDay() + unit / 2) / unit * unit;
		return LocalTime.ofNanoOfDay(nanos % Duration.ofDays(1).toNanos());
	}

	// First the driver rounds, later times up; then the column, away from its epoch.
	private Instant rounded(Instant instant) {
		if (isEndless(instant.getEpochSecond())) {
			return instant;
		}
		long nanos = instant.getNano();
		long micros = Math.addExact(
				Math.multiplyExact(instant.getEpochSecond() - EPOCH.getEpochSecond(), MICROS_OF_SECOND),
				(nanos + 500) / 1_000);
		long stored = rounded(micros, digits());
		return EPOCH.plusSeconds(Math.floorDiv(stored, MICROS_OF_SECOND))
			.plusNanos(Math.floorMod(stored, MICROS_OF_SECOND) * 1_000);
	}

	// First the driver rounds the seconds of a minute, then the column what is less than
	// a
	// day.
	private Duration rounded(Duration duration) {
		long seconds = duration.getSeconds();
		PGInterval driven = new PGInterval(0, 0, 0, 0, 0, seconds % 60 + duration.getNano() / 1e9);
		long days = seconds / SECONDS_OF_DAY;
		long time = seconds % SECONDS_OF_DAY - seconds % 60 + driven.getWholeSeconds();
		long stored = rounded(time * MICROS_OF_SECOND + driven.getMicroSeconds(), digits());
		return Duration.ofSeconds(days * SECONDS_OF_DAY).plusNanos(stored * 1_000);
	}

	private static long rounded(long micros, int digits) {
		long unit = (long) Math.pow(10, MICROS - digits);
		return (micros >= 0) ? (micros + unit / 2) / unit * unit : -((-micros + unit / 2) / unit * unit);
	}

	private Object decimal(Object value) {
		if (this.size == null) {
			return value;
		}
		if (value instanceof BigDecimal decimal) {
			return (decimal.scale() > this.size) ? decimal.setScale(this.size, RoundingMode.HALF_UP) : decimal;
		}
		if (value instanceof Double number && Double.isFinite(number)) {
			return decimal(number, DOUBLE_DIGITS, this.size).doubleValue();
		}
		if (value instanceof Float number && Float.isFinite(number)) {
			return decimal(number.doubleValue(), FLOAT_DIGITS, this.size).floatValue();
		}
		return value;
	}

	private BigDecimal decimal(double number, MathContext digits, int scale) {
		boolean decimal = this.jdbcType != null && this.jdbcType.isDecimal();
		BigDecimal written = decimal ? BigDecimal.valueOf(number) : new BigDecimal(number, digits);
		return written.setScale(scale, RoundingMode.HALF_UP);
	}

	private static Object real(Object value) {
		if (value instanceof Double number) {
			return Double.valueOf(Float.toString(number.floatValue()));
		}
		return (value instanceof BigDecimal number) ? new BigDecimal(Float.toString(number.floatValue())) : value;
	}

	// Only spaces go without an error.
	private String cut(String text) {
		if (this.size == null || text.length() <= this.size || text.codePointCount(0, text.length()) <= this.size) {
			return text;
		}
		int end = text.offsetByCodePoints(0, this.size);
		return text.substring(end).chars().allMatch((character) -> character == ' ') ? text.substring(0, end) : text;
	}

	private String padded(String text) {
		int missing = (this.size != null) ? this.size - text.codePointCount(0, text.length()) : 0;
		return (missing > 0) ? text + " ".repeat(missing) : text;
	}

	/**
	 * Sorts of columns that change what they are given.
	 */
	enum Kind {

		DATE, TIME, TIMESTAMP, INTERVAL, NUMERIC, REAL, DOUBLE, CHAR, VARCHAR, JSON, OTHER

	}

}
