package io.auditspring.capture.internal.entry;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The statements with which one operation changed rows directly. Entities that changed so
 * have no state in the trail; with this, it does not look complete. What is rolled back
 * while the operation goes on, is forgotten.
 */
final class BulkWork {

	/** A statement in a loop is one; nobody reads more different ones. */
	private static final int MAX_STATEMENTS = 100;

	private static final String FURTHER = "…";

	private final Map<String, Total> totals = new LinkedHashMap<>();

	/**
	 * Adds a statement that has been run.
	 * @param statement its text without values
	 * @param rows how many rows it changed, or {@code null} where that is not known
	 */
	void add(String statement, @Nullable Long rows) {
		boolean full = this.totals.size() >= MAX_STATEMENTS && !this.totals.containsKey(statement);
		String key = full ? FURTHER : statement;
		put(key, new Total(1, rows));
		if (TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCompletion(int status) {
					if (status == STATUS_ROLLED_BACK) {
						put(key, new Total(-1, (rows != null) ? (Long) (-rows) : null));
					}
				}

			});
		}
	}

	private void put(String key, Total added) {
		Total total = this.totals.getOrDefault(key, Total.NONE).plus(added);
		if (total.times() > 0) {
			this.totals.put(key, total);
		}
		else {
			this.totals.remove(key);
		}
	}

	/**
	 * How entries show it.
	 * @return an array of statements, perhaps empty
	 */
	ArrayNode toJson() {
		ArrayNode json = JsonNodeFactory.instance.arrayNode();
		this.totals.forEach((statement, total) -> {
			ObjectNode node = json.addObject().put("statement", statement);
			if (total.rows() != null) {
				node.put("rows", total.rows());
			}
			if (total.times() > 1) {
				node.put("times", total.times());
			}
		});
		return json;
	}

	private record Total(int times, @Nullable Long rows) {

		static final Total NONE = new Total(0, 0L);

		Total plus(Total other) {
			return new Total(this.times + other.times,
					(this.rows != null && other.rows != null) ? (Long) (this.rows + other.rows) : null);
		}

	}

}
