package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.FilledServer;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.query.internal.count.ActivityCounter;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManager;

import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

/**
 * Measures what reading a large ledger takes, as a table of Markdown. Started by hand
 * with the class path of the tests and a number of entries, or the JDBC URL of a database
 * whose ledger has the schema {@code audit}. It brings the sums of the statistics and the
 * index of words up to date first.
 */
final class ReadingFigures {

	private static final int PAGE = 50;

	private static final int PAGE_1000 = 1_000 * PAGE;

	private static final int WARM_UP = 60;

	private static final int TIMES = Integer.getInteger("times", 100);

	private final AuditTrail trail;

	private final EntityManager entityManager;

	private ReadingFigures(AuditTrail trail, EntityManager entityManager) {
		this.trail = trail;
		this.entityManager = entityManager;
	}

	public static void main(String[] arguments) throws Exception {
		LedgerDatabase database = arguments[0].startsWith("jdbc:") ? LedgerDatabase.at(arguments[0])
				: FilledServer.of(Long.parseLong(arguments[0]));
		database.execute("select audit.audit_index_words()");
		Schema schema = database.schema();
		try (HikariDataSource dataSource = new HikariDataSource()) {
			dataSource.setDataSource(database.dataSource());
			ActivityCounter counter = new ActivityCounter(dataSource, schema);
			while (counter.countOn() > 0) {
				System.err.println("Summing up");
			}
			try (PersistenceUnit unit = PersistenceUnit.reading(dataSource, schema)) {
				new ReadingFigures(new JpaAuditTrail(unit.entityManager(), new LedgerVerifier(dataSource, schema)),
						unit.entityManager())
					.print();
			}
		}
	}

	private void print() {
		System.out.println("| | first page p50 / p99 ms | page 1000 | page 1000 by OFFSET |");
		System.out.println("|---|---|---|---|");
		Map<String, AuditQuery> queries = queries();
		queries.keySet().removeIf((name) -> !name.matches(System.getProperty("only", ".*")));
		queries.forEach((name, query) -> System.out.printf("| %s | %s | %s | %s |%n", name,
				measure(TIMES, () -> this.trail.find(query)), deep(query), offset(query)));
		Instant now = Instant.now();
		for (int days : List.of(1, 30, 400)) {
			Instant from = now.minus(Duration.ofDays(days));
			Duration interval = (days < 3) ? Duration.ofHours(1) : Duration.ofDays(1);
			System.out.printf("| chart of %d days | %s | | |%n", days,
					measure(TIMES, () -> this.trail.activity(AuditQuery.all(), from, now, interval)));
		}
		for (AuditTrail.Attribute attribute : AuditTrail.Attribute.values()) {
			System.out.printf("| suggestions of %s | %s | | |%n", attribute,
					measure(TIMES, () -> this.trail.suggest(attribute, "", 10, AuditQuery.all())));
		}
	}

	private String deep(AuditQuery query) {
		ScrollPosition position = position(query);
		return (position != null) ? measure(TIMES, () -> this.trail.find(query.after(position))) : "–";
	}

	private ScrollPosition position(AuditQuery query) {
		ScrollPosition position = null;
		AuditQuery pages = query.limit(AuditQuery.MAX_LIMIT);
		for (int read = 0; read < PAGE_1000; read += AuditQuery.MAX_LIMIT) {
			Window<AuditEntry> window = this.trail.find((position != null) ? pages.after(position) : pages);
			if (!window.hasNext()) {
				return null;
			}
			position = window.positionAt(window.size() - 1);
		}
		return position;
	}

	private String offset(AuditQuery query) {
		if (query.isSearch()) {
			return "–";
		}
		return measure(5, () -> {
			var builder = this.entityManager.getCriteriaBuilder();
			var page = builder.createQuery(AuditEntry.class);
			var entry = page.from(AuditEntry.class);
			page.where(query.filter().toPredicate(entry, page, builder))
				.orderBy(builder.desc(entry.get("recordedAt")), builder.desc(entry.get("seq")),
						builder.desc(entry.get("id")));
			return this.entityManager.createQuery(page).setFirstResult(PAGE_1000).setMaxResults(PAGE).getResultList();
		});
	}

	private static String measure(int times, java.util.function.Supplier<?> work) {
		List<Long> nanos = new ArrayList<>();
		for (int i = -Math.min(WARM_UP, times); i < times; i++) {
			long start = System.nanoTime();
			Objects.requireNonNull(work.get());
			if (i >= 0) {
				nanos.add(System.nanoTime() - start);
			}
		}
		nanos.sort(null);
		return "%.1f / %.1f".formatted(nanos.get(nanos.size() / 2) / 1e6, nanos.get((nanos.size() * 99) / 100) / 1e6);
	}

	/**
	 * Asks for values that the newest entry has, and for one of everything that none has.
	 */
	private Map<String, AuditQuery> queries() {
		AuditEntry entry = this.trail.find(AuditQuery.all().limit(1).to(Instant.now().minus(Duration.ofDays(60))))
			.getContent()
			.get(0);
		Map<String, AuditQuery> queries = new LinkedHashMap<>();
		AuditQuery all = AuditQuery.all();
		String actor = Objects.requireNonNull(entry.getActor()).id();
		queries.put("none", all);
		queries.put("actor", all.actor(actor));
		queries.put("actor, missing", all.actor("nobody"));
		queries.put("action", all.action(entry.getAction()));
		queries.put("action, missing", all.action("nothing"));
		queries.put("category", all.category(Objects.requireNonNullElse(entry.getCategory(), "none")));
		queries.put("severity critical", all.severity(Severity.CRITICAL));
		queries.put("outcome success", all.outcome(Outcome.SUCCESS));
		queries.put("outcome denied", all.outcome(Outcome.DENIED));
		queries.put("target", all.target(String.valueOf(entry.getTargetType()), String.valueOf(entry.getTargetId())));
		queries.put("target type", all.targetType(String.valueOf(entry.getTargetType())));
		queries.put("related", all.related("Connector", 7));
		queries.put("tenant", all.tenant(Objects.requireNonNullElse(entry.getTenant(), "none")));
		queries.put("service", all.service(Objects.requireNonNullElse(entry.getService(), "none")));
		queries.put("operation", all.operation(entry.getOperationId()));
		queries.put("trace", all.trace(Objects.requireNonNullElse(entry.getTraceId(), "none")));
		queries.put("address", all.ip(Objects.requireNonNullElse(entry.getIpAddress(), "192.0.2.1")));
		queries.put("operation, missing", all.operation(new UUID(1, 1)));
		queries.put("actor and action", all.actor(actor).action(entry.getAction()));
		queries.put("actor and denied", all.actor(actor).outcome(Outcome.DENIED));
		queries.put("tenant and action",
				all.tenant(Objects.requireNonNullElse(entry.getTenant(), "none")).action(entry.getAction()));
		String message = Objects.requireNonNullElse(entry.getMessage(), "order");
		queries.put("text, frequent word", all.text("order"));
		queries.put("text, a whole message",
				all.text(message.chars().limit(200).mapToObj(Character::toString).collect(Collectors.joining())));
		queries.put("text, missing", all.text("absentword"));
		return queries;
	}

}
