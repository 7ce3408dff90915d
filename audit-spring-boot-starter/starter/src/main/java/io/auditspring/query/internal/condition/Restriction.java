/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.condition;

import java.util.List;

import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;

/**
 * What entries must be like, in the terms of JPA. Spring Data JPA has the same: in an
 * application that does without, it would change what repositories its other modules take
 * for theirs.
 */
@FunctionalInterface
public interface Restriction {

	/** All entries. */
	Restriction NONE = (entry, query, builder) -> builder.conjunction();

	/**
	 * What a query is asked.
	 * @param entry the entry that the query is about
	 * @param query the query
	 * @param builder builds it
	 * @return the condition
	 */
	Predicate toPredicate(Root<?> entry, CriteriaQuery<?> query, CriteriaBuilder builder);

	/**
	 * Both this and another one.
	 * @param other the other one
	 * @return both
	 */
	default Restriction and(Restriction other) {
		if (this == NONE || other == NONE) {
			return (this == NONE) ? other : this;
		}
		return (entry, query, builder) -> builder.and(toPredicate(entry, query, builder),
				other.toPredicate(entry, query, builder));
	}

	/**
	 * Some at once.
	 * @param restrictions them; none for all entries
	 * @return all of them
	 */
	static Restriction allOf(List<Restriction> restrictions) {
		return restrictions.stream().reduce(NONE, Restriction::and);
	}

}
