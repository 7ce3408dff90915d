/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.IpAddress;
import io.auditspring.query.internal.value.MetadataValue;
import io.auditspring.query.internal.value.NamePattern;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import tools.jackson.databind.node.JsonNodeFactory;

import org.springframework.data.jpa.domain.Specification;

/**
 * The conditions that entries are found by.
 */
final class AuditFilters {

	private static final String RECORDED_AT = "recordedAt";

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

	static Specification<AuditEntry> equal(String attribute, Object value) {
		Object usual = USUAL.get(attribute);
		return (entry, query, builder) -> {
			Predicate equal = isTold(attribute, value) ? builder.equal(entry.get(attribute), builder.literal(value))
					: builder.equal(entry.get(attribute), value);
			return (usual == null || usual.equals(value)) ? equal
					: builder.and(builder.notEqual(entry.get(attribute), builder.literal(usual)), equal);
		};
	}

	static Specification<AuditEntry> oneOf(String attribute, Set<String> values) {
		if (values.size() == 1) {
			return equal(attribute, values.iterator().next());
		}
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

	static Specification<AuditEntry> unequal(String attribute, Object value) {
		return (entry, query, builder) -> builder.notEqual(entry.get(attribute), value);
	}

	static Specification<AuditEntry> actorType(ActorType... types) {
		return (entry, query, builder) -> entry.get("actorType").in(List.of(types));
	}

	static Specification<AuditEntry> anyOf(String attribute, List<?> values) {
		return (entry, query, builder) -> builder
			.or(values.stream().map((value) -> equal(attribute, value).toPredicate(entry, query, builder)).toList());
	}

	static Specification<AuditEntry> like(String attribute, NamePattern pattern) {
		return (entry, query, builder) -> builder.like(entry.get(attribute), pattern.like('!'), '!');
	}

	static Specification<AuditEntry> missing(String attribute) {
		return (entry, query, builder) -> builder.isNull(entry.get(attribute));
	}

	/**
	 * Only a revision has a state; an erased entry still names its revision. What an
	 * application states may have been so long before it was recorded.
	 */
	static Specification<AuditEntry> stateUntil(Instant end) {
		return (entry, query, builder) -> builder
			.and(builder.lessThanOrEqualTo(entry.get("occurredAt"), end), observed(entry, builder), builder.or(
					builder.isNotNull(entry.get("before")), builder.isNotNull(entry.get("after")),
					builder.and(builder.isNotNull(entry.get("dataDigest")), builder.isNotNull(entry.get("revision")))));
	}

	static Specification<AuditEntry> erasedUntil(Instant end) {
		return (entry, query, builder) -> builder.and(builder.lessThanOrEqualTo(entry.get("occurredAt"), end),
				builder.isNotNull(entry.get("dataDigest")));
	}

	static Specification<AuditEntry> createdUntil(Instant end) {
		return (entry, query, builder) -> builder.and(builder.lessThanOrEqualTo(entry.get("occurredAt"), end),
				observed(entry, builder), builder.isNull(entry.get("before")), builder.isNotNull(entry.get("after")));
	}

	private static Predicate observed(Root<AuditEntry> entry, CriteriaBuilder builder) {
		return sql("coalesce(? @> cast(? as jsonb), false) = false", entry.get("metadata"), "{\"stated\":[\"state\"]}",
				builder);
	}

	static Specification<AuditEntry> recordedFrom(Instant start) {
		return (entry, query, builder) -> builder.greaterThanOrEqualTo(entry.get(RECORDED_AT), start);
	}

	static Specification<AuditEntry> recordedBefore(Instant end) {
		return (entry, query, builder) -> builder.lessThan(entry.get(RECORDED_AT), end);
	}

	static Specification<AuditEntry> related(String type, String id) {
		String resource = CanonicalJson
			.of(JsonNodeFactory.instance.arrayNode()
				.add(JsonNodeFactory.instance.objectNode().put("type", type).put("id", id)))
			.toString();
		return (entry, query, builder) -> sql("? @> cast(? as jsonb)", entry.get("related"), resource, builder);
	}

	static Specification<AuditEntry> metadata(MetadataValue value) {
		return (entry, query,
				builder) -> builder.or(value.documents()
					.stream()
					.map((document) -> sql("? @> cast(? as jsonb)", entry.get("metadata"), document, builder))
					.toList());
	}

	static Specification<AuditEntry> ip(String address) {
		String normalized = IpAddress.normalize(address);
		if (normalized == null) {
			throw new IllegalArgumentException("'%s' is not an IP address".formatted(address));
		}
		return (entry, query, builder) -> sql("? = cast(? as inet)", entry.get("ipAddress"), normalized, builder);
	}

	/** PostgreSQL looks up a condition in an index, but not whether it is true. */
	static Specification<AuditEntry> withoutIndex(Specification<AuditEntry> condition) {
		return (entry, query, builder) -> {
			Predicate wanted = condition.toPredicate(entry, query, builder);
			HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
			return (wanted != null) ? hibernate.isTrue(hibernate.sql("((?) is true)", Boolean.class, wanted))
					: hibernate.conjunction();
		};
	}

	private static Predicate sql(String condition, Expression<String> column, String value, CriteriaBuilder builder) {
		HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
		return hibernate.isTrue(hibernate.sql(condition, Boolean.class, column, hibernate.value(value)));
	}

}
