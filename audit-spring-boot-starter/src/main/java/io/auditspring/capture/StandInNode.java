package io.auditspring.capture;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * A text that stands where a value must not be shown. It equals only what stands for an
 * equal value, so that one can tell that a secret changed without telling the secret. The
 * value itself never leaves this object.
 */
final class StandInNode extends StringNode {

	private static final long serialVersionUID = 1L;

	/** What is longer may be encrypted, and so another text each time. */
	private static final int MAX_PLAIN = 16;

	private final transient Object value;

	private final boolean shown;

	StandInNode(String text, Object value) {
		this(text, value, false);
	}

	private StandInNode(String text, Object value, boolean shown) {
		super(text);
		this.value = value;
		this.shown = shown;
	}

	static StandInNode masked(Object value) {
		return new StandInNode(Masking.MASK, value);
	}

	/**
	 * A text that was made of a value, and so is the same wherever either is.
	 * @param text the text
	 * @param value the value
	 * @return the node
	 */
	static StandInNode shown(String text, Object value) {
		return new StandInNode(text, value, true);
	}

	boolean mayBeEncrypted() {
		return this.shown && asString().length() > MAX_PLAIN;
	}

	/**
	 * A text by which to sort nodes, so that equal ones come in the same places.
	 * @param node the node
	 * @return the text, which tells no secret
	 */
	static String order(JsonNode node) {
		if (node instanceof StandInNode standIn) {
			return (standIn.shown && !standIn.mayBeEncrypted()) ? standIn.asString()
					: Integer.toHexString(standIn.value.hashCode());
		}
		if (node instanceof StandInObject standIn) {
			return standIn.order();
		}
		if (!node.isContainer()) {
			return node.toString();
		}
		StringBuilder order = new StringBuilder();
		if (node.isObject()) {
			node.propertyStream().forEach((member) -> order.append(member.getKey()).append(order(member.getValue())));
		}
		else {
			node.values().forEach((element) -> order.append(order(element)));
		}
		return order.toString();
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof StandInNode standIn && (this.value.equals(standIn.value)
				|| (this.shown && standIn.shown && asString().equals(standIn.asString())));
	}

	@Override
	public int hashCode() {
		return this.shown ? StandInNode.class.hashCode() : this.value.hashCode();
	}

}
