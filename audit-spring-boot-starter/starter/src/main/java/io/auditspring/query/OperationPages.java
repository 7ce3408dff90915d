/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

import io.auditspring.query.internal.condition.Restriction;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;
import org.hibernate.query.criteria.JpaCriteriaQuery;
import org.hibernate.query.criteria.JpaDerivedRoot;
import org.hibernate.query.criteria.JpaSubQuery;
import org.hibernate.query.criteria.JpaWindow;

import org.springframework.data.domain.Window;

/**
 * Reads entries by the operations that they belong to.
 */
final class OperationPages {

	static final int MOST_ENTRIES = 100;

	private static final String OPERATION = "operationId";

	private final EntityManager entityManager;

	private final HibernateCriteriaBuilder builder;

	OperationPages(EntityManager entityManager) {
		this.entityManager = entityManager;
		this.builder = (HibernateCriteriaBuilder) entityManager.getCriteriaBuilder();
	}

	Window<AuditOperation> page(AuditQuery query) {
		Window<AuditEntry> newest = new EntryPages(this.entityManager).page(query,
				newestOfItsOperation(query.filter()));
		Map<UUID, List<AuditEntry>> entries = newest.isEmpty() ? Map.of()
				: entries(newest.stream().map(AuditEntry::getOperationId).toList(), query.filter());
		return newest.map((entry) -> new AuditOperation(entry.getOperationId(),
				entries.getOrDefault(entry.getOperationId(), List.of(entry))));
	}

	/** The newest entries of each operation. */
	private Map<UUID, List<AuditEntry>> entries(List<UUID> operations, Restriction filter) {
		JpaCriteriaQuery<AuditEntry> query = this.builder.createQuery(AuditEntry.class);
		JpaSubQuery<Tuple> ranked = query.subquery(Tuple.class);
		Root<AuditEntry> one = ranked.from(AuditEntry.class);
		Predicate wanted = one.get(OPERATION).in(operations);
		ranked.multiselect(one.get("id").alias("id"), this.builder.rowNumber(newestFirst(one)).alias("place"))
			.where(wanted, filter.toPredicate(one, query, this.builder));
		JpaDerivedRoot<Tuple> place = query.from(ranked);
		Root<AuditEntry> entry = query.from(AuditEntry.class);
		query.select(entry)
			.where(entry.get(OPERATION).in(operations), this.builder.equal(entry.get("id"), place.get("id")),
					this.builder.lessThanOrEqualTo(place.<Long>get("place"), this.builder.literal((long) MOST_ENTRIES)))
			.orderBy(this.builder.asc(place.get("place")));
		return this.entityManager.createQuery(query)
			.getResultList()
			.stream()
			.collect(Collectors.groupingBy(AuditEntry::getOperationId));
	}

	private JpaWindow newestFirst(Root<AuditEntry> entry) {
		return this.builder.createWindow()
			.partitionBy(entry.get(OPERATION))
			.orderBy(this.builder.desc(entry.get("recordedAt")), this.builder.desc(entry.get("seq")),
					this.builder.desc(entry.get("id")));
	}

	private static Restriction newestOfItsOperation(Restriction filter) {
		return (entry, query, builder) -> {
			Subquery<Integer> newer = query.subquery(Integer.class);
			Root<AuditEntry> other = newer.from(AuditEntry.class);
			newer.select(builder.literal(1))
				.where(builder.equal(other.get("operationId"), entry.get("operationId")),
						isNewer(other, entry, builder), filter.toPredicate(other, query, builder));
			return builder.not(builder.exists(newer));
		};
	}

	private static Predicate isNewer(Root<?> other, Root<?> entry, CriteriaBuilder builder) {
		Predicate sameTime = builder.equal(other.get("recordedAt"), entry.get("recordedAt"));
		Predicate sameSeq = builder.equal(other.get("seq"), entry.get("seq"));
		return builder.or(builder.greaterThan(other.<Instant>get("recordedAt"), entry.get("recordedAt")),
				builder.and(sameTime, builder.or(builder.greaterThan(other.<Long>get("seq"), entry.get("seq")),
						builder.and(sameSeq, builder.greaterThan(other.<UUID>get("id"), entry.get("id"))))));
	}

}
