package io.auditspring.capture;

import java.util.Map;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of one entity.
 *
 * @param type the entity's name
 * @param id its identifier in text
 * @param before its state before, {@code null} where it did not exist
 * @param after its state after, {@code null} where it no longer exists
 */
public record EntityChange(String type, String id, @Nullable ObjectNode before, @Nullable ObjectNode after) {

	/**
	 * Joins this change with a later one of the same entity.
	 * @param later what happened next
	 * @return both in one, or {@code null} where they cancel each other
	 */
	public @Nullable EntityChange then(EntityChange later) {
		if (this.before == null && later.after == null) {
			return null;
		}
		return new EntityChange(this.type, this.id, this.before, later.after);
	}

	/**
	 * The properties of an updated entity that differ.
	 * @return {@code {"property": {"from": ..., "to": ...}}}, or {@code null} where the
	 * entity was not updated but came or went
	 */
	@Nullable ObjectNode changes() {
		if (this.before == null || this.after == null) {
			return null;
		}
		ObjectNode changes = JsonNodeFactory.instance.objectNode();
		TreeSet<String> names = new TreeSet<>(this.before.propertyNames());
		names.addAll(this.after.propertyNames());
		for (String name : names) {
			JsonNode from = valueOf(this.before, name);
			JsonNode to = valueOf(this.after, name);
			if (!from.equals(to)) {
				changes.putObject(name).setAll(Map.of("from", from, "to", to));
			}
		}
		return changes;
	}

	private static JsonNode valueOf(ObjectNode state, String name) {
		JsonNode value = state.get(name);
		return (value != null) ? value : NullNode.getInstance();
	}

}
