/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Hours of the week, by the clock of a zone: daylight saving included, as the database
 * and the archive know its rules.
 *
 * @param spans the hours, none of which passes midnight
 * @param zone the name of the zone in the tz database
 */
public record WeekHours(List<Span> spans, String zone) {

	private static final Pattern DAYS = Pattern.compile("([a-z]{3})(?:-([a-z]{3}))?", Pattern.CASE_INSENSITIVE);

	private static final Pattern HOURS = Pattern
		.compile("([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)");

	private static final List<String> NAMES = Arrays.stream(DayOfWeek.values())
		.map((day) -> day.name().substring(0, 3).toLowerCase(Locale.ROOT))
		.toList();

	private static final List<Integer> ALL_DAYS = List.of(1, 2, 3, 4, 5, 6, 7);

	/**
	 * Reads hours.
	 * @param text days, hours and zone with slashes between them, such as
	 * {@code mon-fri/08:00-17:00/Europe/Oslo}; days or hours may be left out, and the
	 * zone, which then is UTC
	 * @return the hours
	 * @throws IllegalArgumentException if it is something else
	 */
	public static WeekHours parse(String text) {
		String rest = text + "/";
		Matcher days = DAYS.matcher(head(rest));
		List<Integer> wanted = days.matches() ? days(text, days.group(1), days.group(2)) : ALL_DAYS;
		rest = days.matches() ? tail(rest) : rest;
		Matcher hours = HOURS.matcher(head(rest));
		List<Span> spans = hours.matches() ? spans(text, wanted, hours) : List.of(new Span(wanted, null, null));
		rest = hours.matches() ? tail(rest) : rest;
		if (!days.matches() && !hours.matches()) {
			throw malformed(text);
		}
		return new WeekHours(spans, zone(text, rest.isEmpty() ? "UTC/" : rest));
	}

	private static String head(String text) {
		return text.substring(0, Math.max(0, text.indexOf('/')));
	}

	private static String tail(String text) {
		return text.substring(text.indexOf('/') + 1);
	}

	private static List<Integer> days(String text, String first, @Nullable String last) {
		int begin = NAMES.indexOf(first.toLowerCase(Locale.ROOT));
		int end = (last != null) ? NAMES.indexOf(last.toLowerCase(Locale.ROOT)) : begin;
		if (begin < 0 || end < 0) {
			throw malformed(text);
		}
		return Stream.iterate(begin, (day) -> (day + 1) % 7)
			.limit(Math.floorMod(end - begin, 7) + 1L)
			.map((day) -> day + 1)
			.toList();
	}

	/** What passes midnight belongs to the day on which it begins. */
	private static List<Span> spans(String text, List<Integer> days, Matcher hours) {
		LocalTime from = LocalTime.of(number(hours, 1), number(hours, 2));
		LocalTime to = (hours.group(3) != null) ? LocalTime.of(number(hours, 3), number(hours, 4)) : null;
		if (from.equals(to)) {
			throw new IllegalArgumentException(
					"'%s' has no time in it; leave the hours out for whole days, as in mon-fri/Europe/Oslo"
						.formatted(text));
		}
		if (to == null || from.isBefore(to)) {
			return List.of(new Span(days, from, to));
		}
		List<Span> spans = new ArrayList<>(List.of(new Span(days, from, null)));
		if (!to.equals(LocalTime.MIN)) {
			spans.add(new Span(days.stream().map((day) -> day % 7 + 1).toList(), null, to));
		}
		return List.copyOf(spans);
	}

	private static int number(Matcher matcher, int group) {
		return Integer.parseInt(matcher.group(group));
	}

	/** No offsets, which PostgreSQL counts the other way round. */
	private static String zone(String text, String named) {
		String zone = named.substring(0, named.length() - 1);
		if (!ZoneId.getAvailableZoneIds().contains(zone) || zone.startsWith("SystemV/")) {
			throw new IllegalArgumentException(
					"There is no time zone '%s', as in '%s'; zones have names such as Europe/Oslo or UTC"
						.formatted(zone, text));
		}
		return zone;
	}

	private static IllegalArgumentException malformed(String text) {
		return new IllegalArgumentException(
				("'%s' are no hours; they are days, hours or both, and a zone if that is not UTC: mon-fri/08:00-17:00/Europe/Oslo, "
						+ "22:00-06:00, sat-sun/Asia/Tokyo")
					.formatted(text));
	}

	/**
	 * The condition in SQL, which PostgreSQL and DuckDB understand alike. It has nothing
	 * of what somebody typed but the zone, which is one of those that there are.
	 * @param time an expression for a time with time zone
	 * @return the condition
	 */
	public String sql(String time) {
		String local = "(%s at time zone '%s')".formatted(time, this.zone);
		return this.spans.stream().map((span) -> span.sql(local)).collect(Collectors.joining(" or ", "(", ")"));
	}

	/**
	 * Some hours of some days.
	 *
	 * @param days the days, Monday being 1
	 * @param from when they begin, or {@code null} for midnight
	 * @param to before when they end, or {@code null} for midnight
	 */
	public record Span(List<Integer> days, @Nullable LocalTime from, @Nullable LocalTime to) {

		public Span {
			days = List.copyOf(new TreeSet<>(days));
		}

		String sql(String local) {
			List<String> parts = new ArrayList<>();
			if (this.days.size() < ALL_DAYS.size()) {
				parts.add("extract(isodow from %s) in (%s)".formatted(local,
						this.days.stream().map(String::valueOf).collect(Collectors.joining(", "))));
			}
			if (this.from != null) {
				parts.add("cast(%s as time) >= time '%s'".formatted(local, this.from));
			}
			if (this.to != null) {
				parts.add("cast(%s as time) < time '%s'".formatted(local, this.to));
			}
			return parts.isEmpty() ? "true" : parts.stream().collect(Collectors.joining(" and ", "(", ")"));
		}

	}

}
