/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.web.internal.value.Cursor;
import io.auditspring.web.internal.value.InstantParameter;
import io.auditspring.web.internal.value.MalformedParameterException;
import org.jspecify.annotations.Nullable;

import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriUtils;

/**
 * Which entries a request asks for. Every parameter narrows; none can widen what the
 * reader may see. What is unknown, malformed, or given twice where one entry has only one
 * of many, is refused, since an audit that silently looked at something else would be
 * worse than none.
 */
final class EntryParameters {

	static final String CURSOR = "cursor";

	private static final String LIMIT = "limit";

	private static final int MOST_VALUES = 20;

	static final String TARGET_TYPE = "targetType";

	static final String TARGET_ID = "targetId";

	/** Of pages and files; what is counted or comes as it happens has none. */
	static final String ORDER = "order";

	/** How much of each entry is wanted, where entries are told. */
	static final String FIELDS = "fields";

	private static final String SUMMARY = "summary";

	private static final Map<String, BiFunction<AuditQuery, List<String>, AuditQuery>> FILTERS = filters();

	/** Of which several would contradict each other. */
	private static final Set<String> ONCE = Set.of("minSeverity", "from", "to", "occurredFrom", "occurredTo", "q",
			LIMIT, CURSOR);

	/** Stands before the name of a parameter whose values are not wanted. */
	private static final String NOT = "-";

	/** An entry has many words: none of those that are unwanted may be among them. */
	private static final String NOT_WORDS = "-q";

	/** What is not left out, but limits what is wanted. */
	private static final Set<String> LIMITS = Set.of("from", "to", "occurredFrom", "occurredTo", LIMIT, CURSOR);

	private static final String FIELD = "field";

	private final Map<String, List<String>> values = new LinkedHashMap<>();

	private EntryParameters() {
	}

	/**
	 * Reads the parameters of a request.
	 * @param parameters the parameters; blank ones count as left out
	 * @param others names that the request may have beside the filters
	 * @return what it asks for
	 * @throws IllegalArgumentException naming the parameter that is wrong
	 */
	static EntryParameters of(MultiValueMap<String, String> parameters, String... others) {
		Set<String> known = new TreeSet<>(FILTERS.keySet());
		FILTERS.keySet().stream().filter((name) -> !LIMITS.contains(name)).map(NOT::concat).forEach(known::add);
		known.addAll(List.of(others));
		return read(parameters, known);
	}

	/**
	 * Reads the parameters of a request that has no filters.
	 * @param parameters the parameters; blank ones count as left out
	 * @param names names that the request may have
	 * @return what it asks for
	 * @throws IllegalArgumentException naming the parameter that is wrong
	 */
	static EntryParameters only(MultiValueMap<String, String> parameters, String... names) {
		return read(parameters, new TreeSet<>(List.of(names)));
	}

	private static EntryParameters read(MultiValueMap<String, String> parameters, Set<String> known) {
		EntryParameters read = new EntryParameters();
		parameters.forEach((name, given) -> {
			if (!known.contains(name)) {
				throw new MalformedParameterException(name,
						"There is no parameter '%s'; there are %s".formatted(name, String.join(", ", known)));
			}
			read.add(name, given);
		});
		return read;
	}

	private void add(String name, List<String> given) {
		if (given.size() > 1 && !isRepeatable(name)) {
			throw new MalformedParameterException(name,
					"%s is given %s times; once is enough".formatted(name, given.size()));
		}
		if (given.stream().anyMatch((value) -> value.indexOf('\0') >= 0)) {
			throw new MalformedParameterException(name, name + " contains the character NUL, which no entry has");
		}
		List<String> said = given.stream().filter((value) -> !value.isBlank()).distinct().toList();
		if (said.size() > MOST_VALUES) {
			throw new MalformedParameterException(name,
					"%s is given %s times; up to %s are allowed".formatted(name, said.size(), MOST_VALUES));
		}
		if (!said.isEmpty()) {
			this.values.put(name, said);
		}
	}

	private static boolean isRepeatable(String name) {
		String wanted = name.startsWith(NOT) ? name.substring(1) : name;
		return FIELD.equals(name) || NOT_WORDS.equals(name) || FILTERS.containsKey(wanted) && !ONCE.contains(wanted);
	}

	@Nullable String value(String name) {
		List<String> values = this.values.get(name);
		return (values != null) ? values.get(0) : null;
	}

	/**
	 * The same request for the page after it, relative to where it was asked for: what a
	 * proxy puts before the path need not be known.
	 * @param path the path that was asked for
	 * @param cursor where that page begins
	 * @return a link as RFC 8288 has it
	 */
	String nextLink(String path, String cursor) {
		Map<String, List<String>> next = new LinkedHashMap<>(this.values);
		next.put(CURSOR, List.of(cursor));
		return next.entrySet()
			.stream()
			.flatMap((each) -> each.getValue()
				.stream()
				.map((value) -> each.getKey() + "=" + UriUtils.encode(value, StandardCharsets.UTF_8)))
			.collect(Collectors.joining("&", "<./%s?".formatted(path.substring(path.lastIndexOf('/') + 1)),
					">; rel=\"next\""));
	}

	String required(String name) {
		String value = value(name);
		if (value == null) {
			throw new MalformedParameterException(name, name + " is missing");
		}
		return value;
	}

	/** What was asked for, to be noted in the trail. */
	Map<String, List<String>> values() {
		return this.values;
	}

	/** Whether a filter is about something, or leaves something of it out. */
	boolean isAbout(String attribute) {
		return this.values.keySet().stream().anyMatch((name) -> name.contains(attribute));
	}

	/**
	 * Whether what is long is not wanted.
	 * @throws MalformedParameterException if neither that nor everything is asked for
	 */
	boolean isSummary() {
		String fields = value(FIELDS);
		if (fields != null && !Set.of("all", SUMMARY).contains(fields)) {
			throw new MalformedParameterException(FIELDS,
					"fields takes summary, which leaves out what is long, or all, not '%s'".formatted(fields));
		}
		return SUMMARY.equals(fields);
	}

	/** Refuses what only pages have, where there are none. */
	void requireAllPages() {
		for (String name : List.of(LIMIT, CURSOR)) {
			if (value(name) != null) {
				throw new MalformedParameterException(name, "This is not paged: leave out limit and cursor");
			}
		}
	}

	AuditQuery toQuery() {
		AuditQuery query = withTarget(AuditQuery.all());
		for (Map.Entry<String, BiFunction<AuditQuery, List<String>, AuditQuery>> filter : FILTERS.entrySet()) {
			String name = filter.getKey();
			List<String> values = isOneThing(name) ? null : this.values.get(name);
			query = (values != null) ? narrow(query, name, filter.getValue(), values) : query;
			List<String> unwanted = this.values.get(NOT + name);
			query = (unwanted != null)
					? narrow(query, NOT + name, (all, each) -> without(all, name, filter.getValue(), each), unwanted)
					: query;
		}
		return ordered(query);
	}

	private static AuditQuery without(AuditQuery query, String name,
			BiFunction<AuditQuery, List<String>, AuditQuery> filter, List<String> values) {
		return switch (name) {
			case "action" -> withoutActions(query, values);
			case "outcome" -> query.outcome(others(name, Outcome.class, values).toArray(Outcome[]::new));
			case "severity" -> query.severity(others(name, Severity.class, values).toArray(Severity[]::new));
			// Of some of these an entry has many, and none of the values may be among
			// them.
			case "target", "related", "metadata", "q" ->
				each((all, value) -> all.without((one) -> filter.apply(one, List.of(value)))).apply(query, values);
			default -> query.without((one) -> filter.apply(one, values));
		};
	}

	/** The sums that statistics are made of tell what is without an action. */
	private static AuditQuery withoutActions(AuditQuery query, List<String> values) {
		List<String> patterns = values.stream().filter(NamePattern::hasStar).toList();
		List<String> names = values.stream()
			.filter((value) -> !NamePattern.hasStar(value))
			.map(NamePattern::exact)
			.toList();
		AuditQuery named = names.isEmpty() ? query : query.withoutAction(texts(names));
		return patterns.isEmpty() ? named : named.without((one) -> one.actions(texts(patterns)));
	}

	/** Indexes find what it may be, and not what it may not be. */
	private static <E extends Enum<E>> List<E> others(String parameter, Class<E> type, List<String> values) {
		List<E> unwanted = constants(parameter, type, values).toList();
		List<E> others = Stream.of(type.getEnumConstants()).filter((value) -> !unwanted.contains(value)).toList();
		if (others.isEmpty()) {
			throw new IllegalArgumentException("-%s leaves out all there are".formatted(parameter));
		}
		return others;
	}

	/** Whether it is about a thing whose kind tells what its id looks like. */
	private boolean isOneThing(String name) {
		List<String> types = this.values.getOrDefault(TARGET_TYPE, List.of());
		List<String> ids = this.values.getOrDefault(TARGET_ID, List.of());
		return Set.of(TARGET_TYPE, TARGET_ID).contains(name) && types.size() == 1 && !ids.isEmpty()
				&& Stream.concat(types.stream(), ids.stream()).noneMatch(NamePattern::isPattern);
	}

	/** Whether what comes first is the oldest. */
	boolean isOldestFirst() {
		return "asc".equals(value(ORDER));
	}

	private AuditQuery ordered(AuditQuery query) {
		String order = value(ORDER);
		if (order != null && !order.matches("asc|desc")) {
			throw new MalformedParameterException(ORDER,
					"order takes asc, which is oldest first, or desc, not '%s'".formatted(order));
		}
		return isOldestFirst() ? query.oldestFirst() : query;
	}

	private static AuditQuery narrow(AuditQuery query, String name,
			BiFunction<AuditQuery, List<String>, AuditQuery> filter, List<String> values) {
		try {
			return filter.apply(query, values);
		}
		catch (MalformedParameterException ex) {
			throw name.startsWith(NOT) ? new MalformedParameterException(name, ex) : ex;
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedParameterException(name, ex);
		}
	}

	private AuditQuery withTarget(AuditQuery query) {
		if (!isOneThing(TARGET_ID)) {
			return query;
		}
		String type = NamePattern.exact(required(TARGET_TYPE));
		List<String> ids = this.values.getOrDefault(TARGET_ID, List.of()).stream().map(NamePattern::exact).toList();
		return (ids.size() == 1) ? query.target(type, ids.get(0)) : query.targets(type, ids.toArray());
	}

	private static Map<String, BiFunction<AuditQuery, List<String>, AuditQuery>> filters() {
		Map<String, BiFunction<AuditQuery, List<String>, AuditQuery>> filters = new LinkedHashMap<>();
		filters.put("actor", named(AuditQuery::actor, AuditQuery::actors, NamePattern::isPattern));
		filters.put("actorType", (query, values) -> query
			.actorType(constants("actorType", ActorType.class, values).toArray(ActorType[]::new)));
		filters.put("impersonator", (query, values) -> query.impersonator(texts(values)));
		filters.put("action", named(AuditQuery::action, AuditQuery::actions, NamePattern::hasStar));
		filters.put(TARGET_TYPE, EntryParameters::types);
		filters.put(TARGET_ID, EntryParameters::ids);
		filters.put("target", EntryParameters::targets);
		filters.put("changed", (query, values) -> query.changed(texts(values)));
		filters.put("category", (query, values) -> query.category(texts(values)));
		filters.put("severity", (query, values) -> query
			.severity(constants("severity", Severity.class, values).toArray(Severity[]::new)));
		filters.put("minSeverity",
				one((query, value) -> query.severityAtLeast(constant("minSeverity", Severity.class, value))));
		filters.put("outcome",
				(query, values) -> query.outcome(constants("outcome", Outcome.class, values).toArray(Outcome[]::new)));
		filters.put("related", each(EntryParameters::related));
		filters.put("metadata", each(EntryParameters::metadata));
		filters.put("tenant", (query, values) -> query.tenant(texts(values)));
		filters.put("service", (query, values) -> query.service(texts(values)));
		filters.put("chain", (query, values) -> query.chain(texts(values)));
		filters.put("operation", (query, values) -> query.operation(uuids("operation", values)));
		filters.put("id", (query, values) -> query.id(uuids("id", values)));
		filters.put("trace", (query, values) -> query.trace(texts(values)));
		filters.put("session", (query, values) -> query.session(texts(values)));
		filters.put("ip", (query, values) -> query.ip(texts(values)));
		filters.put("hours", (query, values) -> query.hours(texts(values)));
		filters.put("occurredFrom",
				one((query, value) -> query.occurredFrom(InstantParameter.parse("occurredFrom", value))));
		filters.put("occurredTo", one((query, value) -> query.occurredTo(InstantParameter.parse("occurredTo", value))));
		filters.put("from", one((query, value) -> query.from(InstantParameter.parse("from", value))));
		filters.put("to", one((query, value) -> query.to(InstantParameter.parse("to", value))));
		filters.put("q", one(AuditQuery::text));
		filters.put(LIMIT, one((query, value) -> query.limit(number(value))));
		filters.put(CURSOR, one((query, value) -> query.after(Cursor.parse(value))));
		return filters;
	}

	private static BiFunction<AuditQuery, List<String>, AuditQuery> one(
			BiFunction<AuditQuery, String, AuditQuery> filter) {
		return (query, values) -> filter.apply(query, values.get(0));
	}

	/** An entry has many of these, and must have all that are asked for. */
	private static BiFunction<AuditQuery, List<String>, AuditQuery> each(
			BiFunction<AuditQuery, String, AuditQuery> filter) {
		return (query, values) -> {
			AuditQuery narrowed = query;
			for (String value : values) {
				narrowed = filter.apply(narrowed, value);
			}
			return narrowed;
		};
	}

	private static String[] texts(List<String> values) {
		return values.toArray(String[]::new);
	}

	/** Names, or how they begin or end. */
	private static BiFunction<AuditQuery, List<String>, AuditQuery> named(
			BiFunction<AuditQuery, String[], AuditQuery> whole, BiFunction<AuditQuery, String[], AuditQuery> patterns,
			Predicate<String> pattern) {
		return (query, values) -> values.stream().anyMatch(pattern) ? patterns.apply(query, texts(values))
				: whole.apply(query, values.stream().map(NamePattern::exact).toArray(String[]::new));
	}

	private static AuditQuery types(AuditQuery query, List<String> values) {
		return named(AuditQuery::targetType, AuditQuery::targetTypes, NamePattern::isPattern).apply(query, values);
	}

	private static AuditQuery ids(AuditQuery query, List<String> values) {
		return named((all, ids) -> all.targetId((Object[]) ids), AuditQuery::targetIds, NamePattern::isPattern)
			.apply(query, values);
	}

	/** One of several things; of one, kind and id may be known in part. */
	private static AuditQuery targets(AuditQuery query, List<String> values) {
		List<Resource> things = values.stream().map((value) -> resource("target", value)).toList();
		if (things.size() == 1
				&& Stream.of(things.get(0).type(), things.get(0).id()).anyMatch(NamePattern::isPattern)) {
			return ids(types(query, List.of(things.get(0).type())), List.of(things.get(0).id()));
		}
		return query.targets(things.stream()
			.map((thing) -> new Resource(NamePattern.exact(thing.type()), NamePattern.exact(thing.id())))
			.toArray(Resource[]::new));
	}

	private static Resource resource(String name, String value) {
		int colon = value.indexOf(':');
		if (colon < 1) {
			throw new IllegalArgumentException("%s takes Type:id, such as Order:42, not '%s'".formatted(name, value));
		}
		return new Resource(value.substring(0, colon), value.substring(colon + 1));
	}

	private static AuditQuery metadata(AuditQuery query, String value) {
		int colon = value.indexOf(':');
		if (colon < 1) {
			throw new IllegalArgumentException(
					"metadata takes name:value, such as version:1.0, not '%s'".formatted(value));
		}
		return query.metadata(value.substring(0, colon), value.substring(colon + 1));
	}

	private static <E extends Enum<E>> Stream<E> constants(String parameter, Class<E> type, List<String> values) {
		return values.stream().map((value) -> constant(parameter, type, value));
	}

	private static AuditQuery related(AuditQuery query, String value) {
		Resource thing = resource("related", value);
		return query.related(thing.type(), thing.id());
	}

	private static <E extends Enum<E>> E constant(String parameter, Class<E> type, String value) {
		for (E constant : type.getEnumConstants()) {
			if (constant.name().equalsIgnoreCase(value)) {
				return constant;
			}
		}
		throw new MalformedParameterException(parameter, "%s takes one of %s, not '%s'".formatted(parameter,
				List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT), value));
	}

	/**
	 * Reads what suggestions are wanted of.
	 * @param parameter where it was given
	 * @param value its name, as filters have it
	 * @return the attribute
	 * @throws IllegalArgumentException if it is none
	 */
	static AuditTrail.Attribute attribute(String parameter, @Nullable String value) {
		String name = (value != null) ? value.replace("targetType", "target_type") : "";
		return constant(parameter, AuditTrail.Attribute.class, name);
	}

	/**
	 * Reads an id.
	 * @param parameter where it was given
	 * @param value the id
	 * @return the id
	 * @throws IllegalArgumentException if it is none
	 */
	static UUID uuid(String parameter, String value) {
		try {
			return UUID.fromString(value);
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedParameterException(parameter,
					new IllegalArgumentException("%s takes a UUID, not '%s'".formatted(parameter, value), ex));
		}
	}

	private static UUID[] uuids(String parameter, List<String> values) {
		return values.stream().map((value) -> uuid(parameter, value)).toArray(UUID[]::new);
	}

	private static int number(String value) {
		try {
			return Integer.parseInt(value);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(
					"limit takes a number from 1 to %s, not '%s'".formatted(AuditQuery.MAX_LIMIT, value), ex);
		}
	}

}
