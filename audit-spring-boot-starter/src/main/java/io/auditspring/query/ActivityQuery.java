package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.auditspring.Outcome;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Tuple;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.Root;
import org.hibernate.query.criteria.HibernateCriteriaBuilder;

/**
 * Counts entries.
 */
final class ActivityQuery {

	private static final int MOST_FREQUENT = 10;

	private final EntityManager entityManager;

	private final AuditQuery query;

	ActivityQuery(EntityManager entityManager, AuditQuery query) {
		this.entityManager = entityManager;
		this.query = query;
	}

	Activity over(Instant from, Instant to, Duration interval) {
		List<Activity.Bucket> buckets = buckets(interval);
		long total = buckets.stream()
			.flatMap((bucket) -> bucket.outcomes().values().stream())
			.mapToLong(Long::longValue)
			.sum();
		return new Activity(from, to, interval, total, buckets, mostFrequent("action"), mostFrequent("actorId"));
	}

	private List<Activity.Bucket> buckets(Duration interval) {
		HibernateCriteriaBuilder builder = (HibernateCriteriaBuilder) this.entityManager.getCriteriaBuilder();
		CriteriaQuery<Tuple> count = builder.createTupleQuery();
		Root<AuditEntry> entry = count.from(AuditEntry.class);
		// Not a parameter: PostgreSQL would not see that both expressions are the same.
		Expression<Instant> start = builder.sql(
				"date_bin('%d seconds', ?, timestamptz '1970-01-01 00:00:00Z')".formatted(interval.toSeconds()),
				Instant.class, entry.get("recordedAt"));
		count.multiselect(start, entry.get("outcome"), builder.count());
		count.where(this.query.filter().toPredicate(entry, count, builder));
		count.groupBy(start, entry.get("outcome"));
		Map<Instant, Map<Outcome, Long>> buckets = new TreeMap<>();
		for (Tuple row : this.entityManager.createQuery(count).getResultList()) {
			buckets.computeIfAbsent(row.get(0, Instant.class), (time) -> new EnumMap<>(Outcome.class))
				.put(row.get(1, Outcome.class), row.get(2, Long.class));
		}
		List<Activity.Bucket> result = new ArrayList<>();
		buckets.forEach((time, outcomes) -> result.add(new Activity.Bucket(time, outcomes)));
		return result;
	}

	private Map<String, Long> mostFrequent(String attribute) {
		HibernateCriteriaBuilder builder = (HibernateCriteriaBuilder) this.entityManager.getCriteriaBuilder();
		CriteriaQuery<Tuple> count = builder.createTupleQuery();
		Root<AuditEntry> entry = count.from(AuditEntry.class);
		count.multiselect(entry.get(attribute), builder.count());
		count.where(this.query.filter().toPredicate(entry, count, builder), builder.isNotNull(entry.get(attribute)));
		count.groupBy(entry.get(attribute));
		count.orderBy(builder.desc(builder.count()), builder.asc(entry.get(attribute)));
		Map<String, Long> result = new LinkedHashMap<>();
		for (Tuple row : this.entityManager.createQuery(count).setMaxResults(MOST_FREQUENT).getResultList()) {
			result.put(row.get(0, String.class), row.get(1, Long.class));
		}
		return result;
	}

}
