package io.auditspring.query;

import java.time.Instant;
import java.util.List;

import io.auditspring.ledger.CanonicalJson;
import io.auditspring.ledger.IpAddress;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.jpa.domain.Specification;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The conditions that entries are found by.
 */
final class AuditFilters {

	private static final List<String> TEXTS = List.of("action", "actorId", "actorName", "targetId", "targetName",
			"message", "justification", "error");

	private static final String RECORDED_AT = "recordedAt";

	private AuditFilters() {
	}

	static Specification<AuditEntry> equal(String attribute, Object value) {
		return (entry, query, builder) -> builder.equal(entry.get(attribute), value);
	}

	static Specification<AuditEntry> unequal(String attribute, Object value) {
		return (entry, query, builder) -> builder.notEqual(entry.get(attribute), value);
	}

	static Specification<AuditEntry> missing(String attribute) {
		return (entry, query, builder) -> builder.isNull(entry.get(attribute));
	}

	/** Only a revision has a state; an erased entry still names its revision. */
	static Specification<AuditEntry> stateUntil(Instant end) {
		return (entry, query, builder) -> builder.and(builder.lessThanOrEqualTo(entry.get("occurredAt"), end), builder
			.or(builder.isNotNull(entry.get("before")), builder.isNotNull(entry.get("after")),
					builder.and(builder.isNotNull(entry.get("dataDigest")), builder.isNotNull(entry.get("revision")))));
	}

	static Specification<AuditEntry> recordedFrom(Instant start) {
		return (entry, query, builder) -> builder.greaterThanOrEqualTo(entry.get(RECORDED_AT), start);
	}

	static Specification<AuditEntry> recordedBefore(Instant end) {
		return (entry, query, builder) -> builder.lessThan(entry.get(RECORDED_AT), end);
	}

	/**
	 * Bounds the entries that come after a position by an inequality that an index range
	 * can start at. The exact condition is a disjunction, for which alone PostgreSQL
	 * would read all pages before.
	 */
	static Specification<AuditEntry> from(KeysetScrollPosition position) {
		Object recordedAt = position.getKeys().get(RECORDED_AT);
		if (!(recordedAt instanceof Instant instant)) {
			return Specification.unrestricted();
		}
		return (entry, query, builder) -> position.scrollsForward()
				? builder.lessThanOrEqualTo(entry.get(RECORDED_AT), instant)
				: builder.greaterThanOrEqualTo(entry.get(RECORDED_AT), instant);
	}

	static Specification<AuditEntry> related(String type, String id) {
		String resource = CanonicalJson
			.of(JsonNodeFactory.instance.arrayNode()
				.add(JsonNodeFactory.instance.objectNode().put("type", type).put("id", id)))
			.toString();
		return (entry, query, builder) -> sql("? @> cast(? as jsonb)", entry.get("related"), resource, builder);
	}

	static Specification<AuditEntry> ip(String address) {
		String normalized = IpAddress.normalize(address);
		if (normalized == null) {
			throw new IllegalArgumentException("'%s' is not an IP address".formatted(address));
		}
		return (entry, query, builder) -> sql("? = cast(? as inet)", entry.get("ipAddress"), normalized, builder);
	}

	static Specification<AuditEntry> text(String text) {
		String pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
		return (entry, query, builder) -> builder
			.or(TEXTS.stream().map((attribute) -> contains(entry, attribute, pattern, builder)).toList());
	}

	private static Predicate contains(Root<AuditEntry> entry, String attribute, String pattern,
			CriteriaBuilder builder) {
		return ((HibernateCriteriaBuilder) builder).ilike(entry.get(attribute), pattern, '\\');
	}

	private static Predicate sql(String condition, Expression<String> column, String value, CriteriaBuilder builder) {
		HibernateCriteriaBuilder hibernate = (HibernateCriteriaBuilder) builder;
		return hibernate.isTrue(hibernate.sql(condition, Boolean.class, column, hibernate.value(value)));
	}

}
