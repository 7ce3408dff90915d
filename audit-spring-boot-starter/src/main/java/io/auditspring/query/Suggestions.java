package io.auditspring.query;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Root;

/**
 * Finds the values that an attribute has.
 */
final class Suggestions {

	static final int NEWEST = 2_000;

	/** Ids of actors and the rest; names of columns by those of attributes. */
	private static final Map<String, List<String>> ATTRIBUTES = new TreeMap<>(
			Map.of("actor", List.of("actorId", "actor_id"), "action", List.of("action", "action"), "category",
					List.of("category", "category"), "targetType", List.of("targetType", "target_type"), "tenant",
					List.of("tenant", "tenant"), "service", List.of("service", "service")));

	/** Comes after all other characters. */
	private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

	private final EntityManager entityManager;

	private final String attribute;

	private final String column;

	Suggestions(EntityManager entityManager, String attribute) {
		List<String> names = ATTRIBUTES.get(attribute);
		if (names == null) {
			throw new IllegalArgumentException("There are no suggestions for '%s', only for %s".formatted(attribute,
					String.join(", ", ATTRIBUTES.keySet())));
		}
		this.entityManager = entityManager;
		this.attribute = names.get(0);
		this.column = names.get(1);
	}

	List<String> find(AuditQuery query, String prefix, int limit) {
		return query.filters().isEmpty() ? all(prefix, limit) : among(query, prefix, limit);
	}

	/** Jumps from value to value: one descent into an index each. */
	@SuppressWarnings("unchecked")
	private List<String> all(String prefix, int limit) {
		return this.entityManager.createNativeQuery("""
				with recursive suggestion (value) as (
					(
						select %1$s from %2$s
						where %1$s >= :prefix and %1$s < :end
						order by %1$s
						limit 1
					)
					union all
					select (
						select %1$s from %2$s
						where %1$s > suggestion.value and %1$s < :end
						order by %1$s
						limit 1
					)
					from suggestion
					where suggestion.value is not null
				)
				select value from suggestion where value is not null limit :limit
				""".formatted(this.column, LedgerNames.of(this.entityManager).table("audit_log")), String.class)
			.setParameter("prefix", prefix)
			.setParameter("end", prefix + LAST)
			.setParameter("limit", limit)
			.getResultList();
	}

	private List<String> among(AuditQuery query, String prefix, int limit) {
		CriteriaBuilder builder = this.entityManager.getCriteriaBuilder();
		CriteriaQuery<String> newest = builder.createQuery(String.class);
		Root<AuditEntry> entry = newest.from(AuditEntry.class);
		Expression<String> value = entry.get(this.attribute);
		newest.select(value)
			.where(query.filter().toPredicate(entry, newest, builder))
			.orderBy(builder.desc(entry.get("recordedAt")));
		return this.entityManager.createQuery(newest)
			.setMaxResults(NEWEST)
			.getResultList()
			.stream()
			.filter(Objects::nonNull)
			.filter((found) -> found.startsWith(prefix))
			.distinct()
			.sorted()
			.limit(limit)
			.toList();
	}

}
