package io.auditspring.faults;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The entries of one kind of work, counted against the business data and against what
 * callers were told.
 *
 * @param work the kind of work
 * @param acknowledged calls that were answered well
 * @param committed calls whose order is in the database; where there is none to find, the
 * acknowledged ones
 * @param stored calls with an entry of the right outcome
 * @param doubled calls with more than one such entry
 * @param missing committed calls without such an entry, that were answered well
 * @param unanswered committed calls without such an entry, whose callers were not
 * answered well: they know that something went wrong
 * @param unfounded calls with an entry that says {@code success} without a commit
 * @param contradicted calls whose order was committed, and an entry says {@code failure};
 * buffered ones count only where the caller was told otherwise
 * @param undone acknowledged calls whose order is not there: the database's fault
 */
record Counts(Work work, int acknowledged, int committed, int stored, int doubled, int missing, int unanswered,
		int unfounded, int contradicted, int undone) {

	static Counts of(Work work, Answers answers, DataSource dataSource) {
		JdbcTemplate jdbc = new JdbcTemplate(dataSource);
		Set<String> orders = new HashSet<>(jdbc.queryForList("select reference from purchase_order", String.class));
		Set<String> committed = new HashSet<>(answers.acknowledged(work));
		Set<String> undone = Set.of();
		if (work.commits()) {
			undone = without(committed, orders);
			committed = new HashSet<>(orders);
			committed.removeIf((reference) -> !reference.contains("-" + work + "-"));
		}
		Map<String, Integer> successes = count(jdbc, work, "success");
		Map<String, Integer> failures = count(jdbc, work, "failure");
		Map<String, Integer> entries = "success".equals(work.outcome()) ? successes : failures;
		Set<String> unfounded = (work == Work.NOTE) ? Set.of() : without(successes.keySet(), orders);
		Set<String> contradicted = new HashSet<>(failures.keySet());
		contradicted.retainAll(work.isBuffered() ? answers.acknowledged(work) : orders);
		contradicted.retainAll(orders);
		Set<String> without = without(committed, entries.keySet());
		Set<String> unanswered = without(without, answers.acknowledged(work));
		return new Counts(work, answers.count(work), committed.size(), entries.size(),
				(int) entries.values().stream().filter((count) -> count > 1).count(),
				without.size() - unanswered.size(), unanswered.size(), unfounded.size(), contradicted.size(),
				undone.size());
	}

	private static Set<String> without(Set<String> all, Set<String> others) {
		Set<String> rest = new HashSet<>(all);
		rest.removeAll(others);
		return rest;
	}

	private static Map<String, Integer> count(JdbcTemplate jdbc, Work work, String outcome) {
		Map<String, Integer> counts = new HashMap<>();
		jdbc.query("""
				select target_name, count(*)
				from audit.audit_log
				where action = ?
				and outcome = ?
				group by target_name
				""", (row) -> {
			counts.put(row.getString(1), row.getInt(2));
		}, work.action(), outcome);
		return counts;
	}

}
