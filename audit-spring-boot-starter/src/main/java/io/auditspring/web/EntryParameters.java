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
import java.util.stream.Collectors;

import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import org.jspecify.annotations.Nullable;

import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriUtils;

/**
 * Which entries a request asks for. Every parameter narrows; none can widen what the
 * reader may see. What is unknown, given twice or malformed is refused, since an audit
 * that silently looked at something else would be worse than none.
 */
final class EntryParameters {

	static final String CURSOR = "cursor";

	private static final String LIMIT = "limit";

	static final String TARGET_TYPE = "targetType";

	static final String TARGET_ID = "targetId";

	private static final Map<String, BiFunction<AuditQuery, String, AuditQuery>> FILTERS = filters();

	private final Map<String, String> values = new LinkedHashMap<>();

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
		known.addAll(List.of(TARGET_TYPE, TARGET_ID));
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
		if (given.size() > 1) {
			throw new MalformedParameterException(name,
					"%s is given %d times; once is enough".formatted(name, given.size()));
		}
		String value = given.get(0);
		if (value.indexOf('\0') >= 0) {
			throw new MalformedParameterException(name, name + " contains the character NUL, which no entry has");
		}
		if (!value.isBlank()) {
			this.values.put(name, value);
		}
	}

	@Nullable String value(String name) {
		return this.values.get(name);
	}

	/**
	 * The same request for the page after it, relative to where it was asked for: what a
	 * proxy puts before the path need not be known.
	 * @param path the path that was asked for
	 * @param cursor where that page begins
	 * @return a link as RFC 8288 has it
	 */
	String nextLink(String path, String cursor) {
		Map<String, String> next = new LinkedHashMap<>(this.values);
		next.put(CURSOR, cursor);
		return next.entrySet()
			.stream()
			.map((each) -> each.getKey() + "=" + UriUtils.encode(each.getValue(), StandardCharsets.UTF_8))
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
	Map<String, String> values() {
		return this.values;
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
		for (Map.Entry<String, BiFunction<AuditQuery, String, AuditQuery>> filter : FILTERS.entrySet()) {
			String value = this.values.get(filter.getKey());
			query = (value != null) ? narrow(query, filter.getKey(), filter.getValue(), value) : query;
		}
		return query;
	}

	private static AuditQuery narrow(AuditQuery query, String name, BiFunction<AuditQuery, String, AuditQuery> filter,
			String value) {
		try {
			return filter.apply(query, value);
		}
		catch (MalformedParameterException ex) {
			throw ex;
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedParameterException(name, ex);
		}
	}

	private AuditQuery withTarget(AuditQuery query) {
		String type = this.values.get(TARGET_TYPE);
		String id = this.values.get(TARGET_ID);
		if (type == null) {
			return (id != null) ? query.targetId(id) : query;
		}
		return (id != null) ? query.target(type, id) : query.targetType(type);
	}

	private static Map<String, BiFunction<AuditQuery, String, AuditQuery>> filters() {
		Map<String, BiFunction<AuditQuery, String, AuditQuery>> filters = new LinkedHashMap<>();
		filters.put("actor", AuditQuery::actor);
		filters.put("action", (query, value) -> (value.indexOf('*') < 0) ? query.action(value) : query.actions(value));
		filters.put("without", AuditQuery::withoutAction);
		filters.put("category", AuditQuery::category);
		filters.put("severity", (query, value) -> query.severity(constant("severity", Severity.class, value)));
		filters.put("minSeverity",
				(query, value) -> query.severityAtLeast(constant("minSeverity", Severity.class, value)));
		filters.put("outcome", (query, value) -> query.outcome(constant("outcome", Outcome.class, value)));
		filters.put("related", EntryParameters::related);
		filters.put("tenant", AuditQuery::tenant);
		filters.put("service", AuditQuery::service);
		filters.put("chain", AuditQuery::chain);
		filters.put("operation", (query, value) -> query.operation(uuid("operation", value)));
		filters.put("trace", AuditQuery::trace);
		filters.put("ip", AuditQuery::ip);
		filters.put("from", (query, value) -> query.from(Timestamps.parse("from", value)));
		filters.put("to", (query, value) -> query.to(Timestamps.parse("to", value)));
		filters.put("q", AuditQuery::text);
		filters.put(LIMIT, (query, value) -> query.limit(number(value)));
		filters.put(CURSOR, (query, value) -> query.after(Cursor.parse(value)));
		return filters;
	}

	private static AuditQuery related(AuditQuery query, String value) {
		int colon = value.indexOf(':');
		if (colon < 1) {
			throw new IllegalArgumentException("related takes Type:id, such as Order:42, not '%s'".formatted(value));
		}
		return query.related(value.substring(0, colon), value.substring(colon + 1));
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

	private static int number(String value) {
		try {
			return Integer.parseInt(value);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException(
					"limit takes a number from 1 to %d, not '%s'".formatted(AuditQuery.MAX_LIMIT, value), ex);
		}
	}

}
