/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.util.Map;

import io.auditspring.ledger.internal.entry.CanonicalJson;
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
final class PlaceholderNode extends StringNode {

	private static final long serialVersionUID = 1L;

	/** What is longer may be encrypted, and so another text each time. */
	private static final int MAX_PLAIN = 16;

	private static final String LARGE_OBJECT = "(large object)";

	private final transient Object value;

	private final boolean shown;

	PlaceholderNode(String text, Object value) {
		this(text, value, false);
	}

	private PlaceholderNode(String text, Object value, boolean shown) {
		super(text);
		this.value = value;
		this.shown = shown;
	}

	static PlaceholderNode masked(Object value) {
		return new PlaceholderNode(Masking.MASK, value);
	}

	/**
	 * A text without the secrets that are in it.
	 * @param masked what is shown of it
	 * @param text the text, or what it was made of
	 * @return the node
	 */
	static PlaceholderNode text(String masked, Object text) {
		return new PlaceholderNode(masked, text);
	}

	// To learn anything of it would be to read it.
	static PlaceholderNode largeObject(Object value) {
		return new PlaceholderNode(LARGE_OBJECT, value);
	}

	boolean isMask() {
		return asString().equals(Masking.MASK);
	}

	/**
	 * Whether it is a text of which only a part is masked.
	 * @return whether it is
	 */
	boolean isText() {
		return !isMask() && !this.shown && (this.value instanceof StringNode || this.value instanceof ConvertedValue);
	}

	boolean isLargeObject() {
		return asString().equals(LARGE_OBJECT)
				|| (this.value instanceof PlaceholderNode hidden && hidden.isLargeObject());
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
		if (node instanceof PlaceholderNode standIn) {
			Object hidden = (standIn.value instanceof ConvertedValue converted) ? converted.json() : standIn.value;
			return (hidden instanceof JsonNode json) ? open(json) : StringNode.valueOf(standIn.asString());
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

	/**
	 * A text that was made of a value, and so is the same wherever either is.
	 * @param text the text
	 * @param value the value
	 * @return the node
	 */
	static PlaceholderNode shown(String text, Object value) {
		return new PlaceholderNode(text, value, true);
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
		if (node instanceof PlaceholderNode standIn) {
			return (standIn.shown && !standIn.mayBeEncrypted()) ? standIn.asString()
					: Integer.toHexString(standIn.value.hashCode());
		}
		if (node instanceof PlaceholderObject standIn && standIn.isWhole()) {
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
		// What shows in part only may look the same.
		return (node instanceof PlaceholderObject standIn) ? order.append(standIn.order()).toString()
				: order.toString();
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof PlaceholderNode standIn && (this.value.equals(standIn.value)
				|| (this.shown && standIn.shown && asString().equals(standIn.asString())));
	}

	@Override
	public int hashCode() {
		return this.shown ? PlaceholderNode.class.hashCode() : this.value.hashCode();
	}

}
