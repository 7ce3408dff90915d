/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.query.internal.condition.AuditWords;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.condition.Restriction;
import io.auditspring.query.internal.value.MetadataValue;
import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.query.internal.value.WeekHours;
import io.auditspring.retention.internal.PersonTrace;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The conditions that entries are found by.
 */
final class AuditFilters {

	private static final Condition OBSERVED = Condition.lacks("metadata", "{\"stated\":[\"state\"]}");

	/**
	 * What most entries are is in no index, and PostgreSQL must see that it is not about
	 * them without knowing the value.
	 */
	private static final Map<String, Object> USUAL = Map.of("outcome", Outcome.SUCCESS, "severity", Severity.INFO);

	private AuditFilters() {
	}

	/**
	 * A plan for any value of these reads everything for a value that nobody has, as it
	 * takes each for frequent. So the statement tells the value.
	 */
	private static final Set<String> FEW_VALUES = Set.of("action", "category", "targetType", "tenant", "service");

	/**
	 * What the database is asked.
	 * @param wanted what is true of the entries that are wanted
	 * @return the same for JPA
	 */
	@SuppressWarnings({ "unchecked", "rawtypes" })
	static Restriction restriction(Condition wanted) {
		String attribute = wanted.attribute();
		return switch (wanted.operator()) {
			case EQUAL -> equal(attribute, wanted.value());
			case UNEQUAL -> (entry, query, builder) -> builder.notEqual(entry.get(attribute), wanted.value());
			case IN -> in(attribute, wanted.values());
			case MISSING -> (entry, query, builder) -> builder.isNull(entry.get(attribute));
			case PRESENT -> (entry, query, builder) -> builder.isNotNull(entry.get(attribute));
			case LIKE -> (entry, query, builder) -> builder.like(entry.get(attribute),
					((NamePattern) wanted.value()).like('!'), '!');
			case AT_LEAST -> (entry, query, builder) -> builder.greaterThanOrEqualTo(entry.get(attribute),
					(Comparable) wanted.value());
			case AT_MOST ->
				(entry, query, builder) -> builder.lessThanOrEqualTo(entry.get(attribute), (Comparable) wanted.value());
			case BELOW ->
				(entry, query, builder) -> builder.lessThan(entry.get(attribute), (Comparable) wanted.value());
			case CONTAINS -> sql("? @> cast(? as jsonb)", wanted);
			case LACKS -> sql("coalesce(? @> cast(? as jsonb), false) = false", wanted);
			case ADDRESS -> sql("? = cast(? as inet)", wanted);
			case NETWORK -> network(wanted);
			case HOURS -> hours(wanted);
			case CHANGED -> changed(wanted);
			case NOT -> not(wanted.conditions().get(0));
			case WORDS -> (entry, query, builder) -> AuditWords
				.found(wanted.values().stream().map(String.class::cast).toList(), entry, builder);
			case ALL -> Restriction.allOf(restrictions(wanted));
			case ANY -> (entry, query, builder) -> builder
				.or(restrictions(wanted).stream().map((one) -> one.toPredicate(entry, query, builder)).toList());
		};
	}

	private static List<Restriction> restrictions(Condition wanted) {
		return wanted.conditions().stream().map(AuditFilters::restriction).toList();
	}

	private static Restriction equal(String attribute, Object value) {
		Object usual = USUAL.get(attribute);
		return (entry, query, builder) -> {
			Predicate equal = isTold(attribute, value) ? builder.equal(entry.get(attribute), builder.literal(value))
					: builder.equal(entry.get(attribute), value);
			return (usual == null || usual.equals(value)) ? equal
					: builder.and(builder.notEqual(entry.get(attribute), builder.literal(usual)), equal);
		};
	}

	private static Restriction in(String attribute, List<?> values) {
		return (entry, query, builder) -> {
			CriteriaBuilder.In<Object> in = builder.in(entry.get(attribute));
			values.forEach((value) -> {
				if (isTold(attribute, value)) {
					in.value(builder.literal(value));
				}
				else {
					in.value(value);
				}
			});
			return in;
		};
	}

	/**
	 * Hibernate doubles quotes, which is all that literals need; only where
	 * {@code standard_conforming_strings} is off a backslash would hide one.
	 */
	private static boolean isTold(String attribute, Object value) {
		return FEW_VALUES.contains(attribute) && value.toString().matches("[^\\\\\\p{Cntrl}]{1,200}");
	}

	/**
	 * Only a revision has a state; an erased entry still names its revision. What an
	 * application states may have been so long before it was recorded.
	 */
	static Condition stateUntil(Instant end) {
		return Condition.all(Condition.atMost("occurredAt", end), OBSERVED,
				Condition.any(Condition.present("before"), Condition.present("after"),
						Condition.all(Condition.present("dataDigest"), Condition.present("revision"))));
	}

	static Condition erasedUntil(Instant end) {
		return Condition.all(Condition.atMost("occurredAt", end), Condition.present("dataDigest"));
	}

	static Condition createdUntil(Instant end) {
		return Condition.all(Condition.atMost("occurredAt", end), OBSERVED, Condition.missing("before"),
				Condition.present("after"));
	}

	static Condition related(String type, String id) {
		return Condition.contains("related",
				CanonicalJson
					.of(JsonNodeFactory.instance.arrayNode()
						.add(JsonNodeFactory.instance.objectNode().put("type", type).put("id", id)))
					.toString());
	}

	/** What somebody did, or had others do, under another identity. */
	static Condition acting(List<String> ids) {
		Stream<Condition> delegates = ids.stream()
			.map(PersonTrace::delegate)
			.map((found) -> Condition.all(Condition.contains("related", found.get(0)),
					Condition.contains("metadata", found.get(1))));
		return Condition.any(Stream.concat(Stream.of(Condition.in("impersonatorId", ids)), delegates).toList());
	}

	static Condition metadata(MetadataValue value) {
		return Condition
			.any(value.documents().stream().map((document) -> Condition.contains("metadata", document)).toList());
	}

	private static Restriction not(Condition unwanted) {
		Restriction condition = restriction(unwanted);
		return (entry, query, builder) -> {
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			return hibernate.isTrue(
					hibernate.sql("((?) is not true)", Boolean.class, condition.toPredicate(entry, query, builder)));
		};
	}

	/** As a range, an index finds it. */
	private static Restriction network(Condition wanted) {
		return (entry, query, builder) -> {
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			Expression<String> address = entry.get(wanted.attribute());
			return hibernate.isTrue(hibernate.sql("(? >= cast(? as inet) and ? <= cast(? as inet))", Boolean.class,
					address, hibernate.value(wanted.value()), address, hibernate.value(wanted.values().get(1))));
		};
	}

	private static Restriction hours(Condition wanted) {
		String sql = ((WeekHours) wanted.value()).sql("?");
		return (entry, query, builder) -> {
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			Expression<?>[] times = new Expression<?>[(int) sql.chars()
				.filter((character) -> character == '?')
				.count()];
			Arrays.fill(times, entry.get(wanted.attribute()));
			return hibernate.isTrue(hibernate.sql(sql, Boolean.class, times));
		};
	}

	private static Restriction changed(Condition wanted) {
		String property = wanted.value().toString();
		int dot = property.indexOf('.');
		return (entry, query, builder) -> {
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			Expression<String> changes = entry.get(wanted.attribute());
			Predicate named = hibernate.isTrue(hibernate.sql("((? -> cast(? as text)) is not null)", Boolean.class,
					changes, hibernate.value(property)));
			return (dot < 1) ? named
					: hibernate.or(named,
							hibernate.isTrue(hibernate.sql(
									"((? #> string_to_array(?, '.')) is distinct from (? #> string_to_array(?, '.')))",
									Boolean.class, changes, hibernate.value(side(property, dot, "from")), changes,
									hibernate.value(side(property, dot, "to")))));
		};
	}

	private static String side(String property, int dot, String side) {
		return property.substring(0, dot) + '.' + side + property.substring(dot);
	}

	/** PostgreSQL looks up a condition in an index, but not whether it is true. */
	static Restriction withoutIndex(Restriction condition) {
		return (entry, query, builder) -> {
			Predicate wanted = condition.toPredicate(entry, query, builder);
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			return hibernate.isTrue(hibernate.sql("((?) is true)", Boolean.class, wanted));
		};
	}

	private static Restriction sql(String condition, Condition wanted) {
		return (entry, query, builder) -> {
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			return hibernate.isTrue(hibernate.sql(condition, Boolean.class, entry.get(wanted.attribute()),
					hibernate.value(wanted.value())));
		};
	}

}
