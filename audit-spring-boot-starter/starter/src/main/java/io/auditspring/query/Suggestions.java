/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.auditspring.query.internal.value.NamePattern;
import io.auditspring.query.internal.value.NamePatterns;
import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Root;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Finds the values that an attribute has.
 */
final class Suggestions {

	static final int NEWEST = 2_000;

	/** Comes after all other characters. */
	private static final String LAST = Character.toString(Character.MAX_CODE_POINT);

	private final EntityManager entityManager;

	private final AuditTrail.Attribute attribute;

	Suggestions(EntityManager entityManager, AuditTrail.Attribute attribute) {
		this.entityManager = entityManager;
		this.attribute = attribute;
	}

	List<String> find(AuditQuery query, String prefix, int limit) {
		return query.filters().isEmpty() ? all(prefix, limit) : among(query, prefix, limit);
	}

	/** Indexes tell cases apart; types of targets often begin with a capital. */
	private List<String> all(String prefix, int limit) {
		return Stream.of(StringUtils.uncapitalize(prefix), StringUtils.capitalize(prefix))
			.distinct()
			.flatMap((begin) -> beginning(begin, limit).stream())
			.sorted()
			.limit(limit)
			.toList();
	}

	/** Jumps from value to value: one descent into an index each. */
	@SuppressWarnings("unchecked")
	private List<String> beginning(String prefix, int limit) {
		return this.entityManager
			.createNativeQuery("""
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
					""".formatted(this.attribute.column(), LedgerNames.of(this.entityManager).table("audit_log")),
					String.class)
			.setParameter("prefix", prefix)
			.setParameter("end", prefix + LAST)
			.setParameter("limit", limit)
			.getResultList();
	}

	/**
	 * Finds all values that match one of several patterns.
	 * @param patterns the patterns
	 * @param most how many values are looked at for each
	 * @return the values, or {@code null} where there are more to look at
	 */
	@Nullable List<String> matching(NamePatterns patterns, int most) {
		Set<String> names = new TreeSet<>();
		for (NamePattern pattern : patterns.all()) {
			List<String> matching = matching(pattern, most);
			if (matching == null) {
				return null;
			}
			names.addAll(matching);
		}
		return List.copyOf(names);
	}

	private @Nullable List<String> matching(NamePattern pattern, int most) {
		if (pattern.known() == NamePattern.Part.WHOLE) {
			return List.of(pattern.text());
		}
		List<String> values = beginning(pattern.prefix(), most + 1);
		return (values.size() > most) ? null : values.stream().filter(pattern::matches).toList();
	}

	private List<String> among(AuditQuery wanted, String prefix, int limit) {
		Instant since = new EntryPages(this.entityManager).searchable(wanted);
		AuditQuery query = (since != null) ? wanted.from(since) : wanted;
		CriteriaBuilder builder = this.entityManager.getCriteriaBuilder();
		CriteriaQuery<String> newest = builder.createQuery(String.class);
		Root<AuditEntry> entry = newest.from(AuditEntry.class);
		Expression<String> value = entry.get(this.attribute.attribute());
		newest.select(value)
			.where(query.filter().toPredicate(entry, newest, builder))
			.orderBy(builder.desc(entry.get("recordedAt")));
		return this.entityManager.createQuery(newest)
			.setMaxResults(NEWEST)
			.getResultList()
			.stream()
			.filter(Objects::nonNull)
			.filter((found) -> found.regionMatches(true, 0, prefix, 0, prefix.length()))
			.distinct()
			.sorted()
			.limit(limit)
			.toList();
	}

}
