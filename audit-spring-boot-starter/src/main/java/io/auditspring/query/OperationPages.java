package io.auditspring.query;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import jakarta.persistence.EntityManager;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;

import org.springframework.data.domain.Window;
import org.springframework.data.jpa.domain.Specification;

/**
 * Reads entries by the operations that they belong to.
 */
final class OperationPages {

	static final int MOST_ENTRIES = 100;

	private final EntryPages pages;

	OperationPages(EntityManager entityManager) {
		this.pages = new EntryPages(entityManager);
	}

	Window<AuditOperation> page(AuditQuery query) {
		return this.pages.page(query, query.filter().and(newestOfItsOperation(query.filter())))
			.map((newest) -> operation(newest.getOperationId(), query));
	}

	private AuditOperation operation(UUID id, AuditQuery query) {
		AuditQuery its = AuditQuery.all().operation(id).limit(MOST_ENTRIES);
		List<AuditEntry> entries = this.pages.page(its, its.filter().and(query.filter())).getContent();
		return new AuditOperation(id, entries);
	}

	private static Specification<AuditEntry> newestOfItsOperation(Specification<AuditEntry> filter) {
		return (entry, query, builder) -> {
			Subquery<Integer> newer = query.subquery(Integer.class);
			Root<AuditEntry> other = newer.from(AuditEntry.class);
			newer.select(builder.literal(1))
				.where(builder.equal(other.get("operationId"), entry.get("operationId")),
						isNewer(other, entry, builder), filter.toPredicate(other, query, builder));
			return builder.not(builder.exists(newer));
		};
	}

	private static Predicate isNewer(Root<AuditEntry> other, Root<AuditEntry> entry, CriteriaBuilder builder) {
		Predicate sameTime = builder.equal(other.get("recordedAt"), entry.get("recordedAt"));
		Predicate sameSeq = builder.equal(other.get("seq"), entry.get("seq"));
		return builder.or(builder.greaterThan(other.<Instant>get("recordedAt"), entry.get("recordedAt")),
				builder.and(sameTime, builder.or(builder.greaterThan(other.<Long>get("seq"), entry.get("seq")),
						builder.and(sameSeq, builder.greaterThan(other.<UUID>get("id"), entry.get("id"))))));
	}

}
