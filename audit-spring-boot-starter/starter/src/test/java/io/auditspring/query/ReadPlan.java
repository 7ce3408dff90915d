package io.auditspring.query;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What PostgreSQL did to execute a statement, as {@code explain (analyze, buffers, format
 * json)} tells it.
 *
 * @param json the answer
 */
record ReadPlan(JsonNode json) {

	static ReadPlan parse(String explained) {
		return new ReadPlan(JsonMapper.shared().readTree(explained).get(0).get("Plan"));
	}

	/** How many blocks were looked at. */
	long blocks() {
		return this.json.path("Shared Hit Blocks").asLong() + this.json.path("Shared Read Blocks").asLong();
	}

	/** How many rows of the log were fetched, those included that did not match. */
	long rowsRead() {
		return nodes().stream()
			.filter((node) -> node.path("Relation Name").asString("").startsWith("audit_log"))
			.mapToLong(ReadPlan::rowsRead)
			.sum();
	}

	private static long rowsRead(JsonNode node) {
		return (long) (node.path("Actual Loops").asLong()
				* (node.path("Actual Rows").asDouble() + node.path("Rows Removed by Filter").asDouble()
						+ node.path("Rows Removed by Index Recheck").asDouble()));
	}

	/** The most rows that were sorted at once. */
	long mostSorted() {
		return nodes().stream()
			.filter((node) -> node.path("Node Type").asString().equals("Sort"))
			.mapToLong((node) -> (long) node.path("Plans").get(0).path("Actual Rows").asDouble())
			.max()
			.orElse(0);
	}

	/** Empty months are read as they are. */
	boolean scansTables() {
		return nodes().stream()
			.anyMatch((node) -> node.path("Node Type").asString().equals("Seq Scan")
					&& node.path("Relation Name").asString("").startsWith("audit_log")
					&& node.path("Actual Rows").asDouble() + node.path("Rows Removed by Filter").asDouble() > 100);
	}

	/** The indexes that were looked into. */
	List<String> indexes() {
		return nodes().stream()
			.map((node) -> node.path("Index Name").asString(""))
			.filter((name) -> !name.isEmpty())
			.distinct()
			.toList();
	}

	/** The indexes by which entries were found, those included that did not match. */
	List<String> indexesWithEntries() {
		return nodes().stream()
			.filter((node) -> rowsRead(node) > 0)
			.map((node) -> node.path("Index Name").asString(""))
			.filter((name) -> !name.isEmpty())
			.distinct()
			.toList();
	}

	private List<JsonNode> nodes() {
		List<JsonNode> nodes = new ArrayList<>();
		collect(this.json, nodes);
		return nodes;
	}

	private static void collect(JsonNode node, List<JsonNode> nodes) {
		nodes.add(node);
		node.path("Plans").forEach((child) -> collect(child, nodes));
	}

	@Override
	public String toString() {
		return this.json.toPrettyString();
	}

}
