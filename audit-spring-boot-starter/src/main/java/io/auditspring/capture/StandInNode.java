package io.auditspring.capture;

import java.util.Map;

import io.auditspring.ledger.CanonicalJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A text that stands where a value must not be shown. It equals only what stands for an
 * equal value, so that one can tell that a secret changed without telling the secret. The
 * value itself never leaves this package.
 */
final class StandInNode extends StringNode {

	private static final long serialVersionUID = 1L;

	private final transient Object value;

	StandInNode(String text, Object value) {
		super(text);
		this.value = value;
	}

	static StandInNode masked(Object value) {
		return new StandInNode(Masking.MASK, value);
	}

	boolean isMask() {
		return asString().equals(Masking.MASK);
	}

	/**
	 * What it stands for.
	 * @return the value, JSON as far as that could be made of it
	 */
	Object hidden() {
		return this.value;
	}

	/**
	 * The text of a value with all that is hidden in it.
	 * @param node the value
	 * @return its text, equal for equal values only
	 */
	static String reveal(JsonNode node) {
		JsonNode open = open(node);
		return open.isValueNode() ? open.asString() : CanonicalJson.of(open).toString();
	}

	private static JsonNode open(JsonNode node) {
		if (node instanceof StandInNode standIn) {
			return (standIn.value instanceof JsonNode hidden) ? open(hidden) : StringNode.valueOf(standIn.asString());
		}
		if (node instanceof ObjectNode members) {
			ObjectNode open = JsonNodeFactory.instance.objectNode();
			for (Map.Entry<String, JsonNode> member : members.properties()) {
				open.set(member.getKey(), open(member.getValue()));
			}
			return open;
		}
		if (node instanceof ArrayNode elements) {
			ArrayNode open = JsonNodeFactory.instance.arrayNode();
			elements.forEach((element) -> open.add(open(element)));
			return open;
		}
		return node;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof StandInNode standIn && this.value.equals(standIn.value);
	}

	@Override
	public int hashCode() {
		return this.value.hashCode();
	}

}
