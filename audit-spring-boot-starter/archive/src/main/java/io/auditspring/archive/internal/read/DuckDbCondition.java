/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.read;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.entry.Timestamps;
import io.auditspring.query.internal.condition.AuditWords;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.query.internal.value.WeekHours;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A condition in the SQL of DuckDB. Values are literals, whose quotes are doubled: DuckDB
 * knows no other way out of them.
 */
public final class DuckDbCondition {

	private static final Map<String, String> OTHER_NAMES = Map.of("before", "before_state", "after", "after_state");

	/** What an index of words in the database is made of. */
	private static final String TEXTS = "lower(concat_ws(' ', message, target_name, actor_id, actor_name))";

	/** What JSON shows as it is. */
	private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9 _.:-]+");

	private static final String NO_LETTER = "[^\\p{L}\\p{N}]";

	private int lists;

	private DuckDbCondition() {
	}

	public static String of(Condition condition) {
		return new DuckDbCondition().sql(condition);
	}

	/**
	 * The column that holds an attribute.
	 * @param attribute the attribute's name
	 * @return the column's name
	 */
	static String column(String attribute) {
		String name = OTHER_NAMES.getOrDefault(attribute, attribute);
		return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
	}

	private String sql(Condition condition) {
		String column = column(condition.attribute());
		return switch (condition.operator()) {
			case EQUAL, ADDRESS -> column + " = " + literal(condition.value());
			case UNEQUAL -> column + " <> " + literal(condition.value());
			case IN -> column + " in "
					+ condition.values()
						.stream()
						.map(DuckDbCondition::literal)
						.collect(Collectors.joining(", ", "(", ")"));
			case MISSING -> isThere(condition) + " is not true";
			case PRESENT -> isThere(condition);
			case LIKE -> column + " like " + literal(((NamePattern) condition.value()).like('!')) + " escape '!'";
			case AT_LEAST -> column + " >= " + literal(condition.value());
			case AT_MOST -> column + " <= " + literal(condition.value());
			case BELOW -> column + " < " + literal(condition.value());
			case CONTAINS -> document(column, json(condition));
			case LACKS -> "(" + document(column, json(condition)) + ") is not true";
			case NETWORK -> network(column, condition.value().toString(), condition.values().get(1).toString());
			case HOURS -> ((WeekHours) condition.value()).sql(column);
			case CHANGED -> changed(column, condition.value().toString());
			case NOT -> "(" + sql(condition.conditions().get(0)) + ") is not true";
			case WORDS -> words(condition.values());
			case ALL -> joined(condition, " and ", "true");
			case ANY -> joined(condition, " or ", "false");
		};
	}

	/** Archived addresses have all their parts, which are made equally long here. */
	private static String network(String column, String first, String last) {
		boolean old = first.indexOf('.') >= 0;
		String separator = old ? "." : ":";
		int length = old ? 3 : 4;
		String address = Stream.iterate(1, (part) -> part <= (old ? 4 : 8), (part) -> part + 1)
			.map((part) -> "lpad(split_part(%s, '%s', %s), %s, '0')".formatted(column, separator, part, length))
			.collect(Collectors.joining(" || ", "(", ")"));
		return "(contains(%s, '%s') and %s between %s and %s)".formatted(column, separator, address,
				literal(parts(first, separator, length)), literal(parts(last, separator, length)));
	}

	private static String parts(String address, String separator, int length) {
		return Stream.of(address.split(Pattern.quote(separator)))
			.map((part) -> "0".repeat(length - part.length()) + part)
			.collect(Collectors.joining());
	}

	/** As the database finds it: by name, or below the old and the new value. */
	private static String changed(String column, String property) {
		String named = among(column, shown(property, "\":"),
				"json_extract(%s, %s) is not null".formatted(column, literal("/" + escaped(property))));
		int dot = property.indexOf('.');
		if (dot < 1) {
			return "(" + named + ")";
		}
		String head = "/" + escaped(property.substring(0, dot));
		String rest = escaped(property.substring(dot)).replace('.', '/');
		return "(%s or %s)".formatted(named,
				among(column, shown(property.substring(0, dot), "\":"),
						"json_extract(%s, %s) is distinct from json_extract(%s, %s)".formatted(column,
								literal(head + "/from" + rest), column, literal(head + "/to" + rest))));
	}

	private static String escaped(String member) {
		return member.replace("~", "~0").replace("/", "~1");
	}

	/** Digests are kept of what is not erased, too. */
	private static String isThere(Condition condition) {
		return switch (condition.attribute()) {
			case "dataDigest" -> "data_erased";
			case "actorDigest" -> "actor_erased";
			default -> "(" + column(condition.attribute()) + " is not null)";
		};
	}

	private String joined(Condition condition, String with, String none) {
		List<Condition> all = condition.conditions();
		return all.isEmpty() ? none : all.stream().map(this::sql).collect(Collectors.joining(with, "(", ")"));
	}

	public static String literal(Object value) {
		if (value instanceof Instant time) {
			return "timestamptz '%s'".formatted(Timestamps.format(time));
		}
		if (value instanceof Number) {
			return value.toString();
		}
		String text = (value instanceof Enum<?> constant) ? constant.name().toLowerCase(Locale.ROOT) : value.toString();
		return "'" + text.replace("'", "''") + "'";
	}

	private static JsonNode json(Condition condition) {
		return JsonMapper.shared().readTree(condition.value().toString());
	}

	/** As {@code @>} of PostgreSQL. */
	private String document(String column, JsonNode wanted) {
		return among(column, shown(wanted), contains(column, "", wanted));
	}

	/**
	 * Asks only those that show some texts: to parse JSON takes many times as much memory
	 * as it is long.
	 */
	private static String among(String column, Stream<String> shown, String condition) {
		String candidate = shown.distinct()
			.map((text) -> "contains(%s, %s)".formatted(column, literal(text)))
			.collect(Collectors.joining(" and "));
		return candidate.isEmpty() ? condition : "(case when %s then %s end)".formatted(candidate, condition);
	}

	/** How the names and texts of a document look in it. */
	private static Stream<String> shown(JsonNode wanted) {
		if (wanted.isObject()) {
			return wanted.properties()
				.stream()
				.flatMap((member) -> Stream.concat(shown(member.getKey(), "\":"), shown(member.getValue())));
		}
		return wanted.isArray() ? wanted.valueStream().flatMap(DuckDbCondition::shown)
				: wanted.isString() ? shown(wanted.asString(), "\"") : Stream.empty();
	}

	private static Stream<String> shown(String text, String end) {
		return PLAIN.matcher(text).matches() ? Stream.of('"' + text + end) : Stream.empty();
	}

	private String contains(String document, String pointer, JsonNode wanted) {
		String type = "json_type(%s%s)".formatted(document, pointer.isEmpty() ? "" : ", " + literal(pointer));
		if (wanted.isObject()) {
			return Stream
				.concat(Stream.of(type + " = 'OBJECT'"), wanted.properties()
					.stream()
					.map((member) -> contains(document, pointer + "/" + escaped(member.getKey()), member.getValue())))
				.collect(Collectors.joining(" and ", "(", ")"));
		}
		if (wanted.isArray()) {
			StringBuilder sql = new StringBuilder("(" + type + " = 'ARRAY'");
			String array = pointer.isEmpty() ? document : "json_extract(%s, %s)".formatted(document, literal(pointer));
			for (JsonNode element : wanted) {
				String each = "element" + this.lists++;
				sql.append(" and len(list_filter(json_extract(%s, '$[*]'), lambda %s: %s)) > 0".formatted(array, each,
						contains(each, "", element)));
			}
			return sql.append(')').toString();
		}
		String text = "json_extract_string(%s, %s)".formatted(document, literal(pointer.isEmpty() ? "$" : pointer));
		if (wanted.isNumber()) {
			return "(%s not in ('VARCHAR', 'OBJECT', 'ARRAY') and %s)".formatted(type,
					equal(text, wanted.decimalValue()));
		}
		String scalar = wanted.isString() ? "VARCHAR" : wanted.isBoolean() ? "BOOLEAN" : "NULL";
		return wanted.isNull() ? type + " = 'NULL'"
				: "(%s = '%s' and %s = %s)".formatted(type, scalar, text, literal(wanted.asString()));
	}

	/** What has a fraction is a double to DuckDB; whole numbers are exact. */
	private static String equal(String text, BigDecimal number) {
		BigDecimal plain = number.stripTrailingZeros();
		return (plain.scale() <= 0) ? "%s = '%s'".formatted(text, plain.toPlainString())
				: "try_cast(%s as double) = try_cast('%s' as double)".formatted(text, plain.toPlainString());
	}

	private static String words(List<?> words) {
		return Stream.iterate(0, (place) -> place < words.size(), (place) -> place + 1).map((place) -> {
			String some = words.get(place).toString();
			String end = (place == words.size() - 1 && !AuditWords.isPhrase(some)) ? "" : "(" + NO_LETTER + "|$)";
			String word = String.join(NO_LETTER + "+", AuditWords.each(some.toLowerCase(Locale.ROOT)));
			return "regexp_matches(%s, %s)".formatted(TEXTS, literal("(^|" + NO_LETTER + ")" + word + end));
		}).collect(Collectors.joining(" and ", "(", ")"));
	}

}
