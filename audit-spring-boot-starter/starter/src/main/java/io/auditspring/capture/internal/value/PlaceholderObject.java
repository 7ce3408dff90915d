/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An object that was made of a value. It may show all of it, such as the digest of bytes,
 * and so is the same wherever either is; or a part, and then is the same where the value
 * is.
 */
final class PlaceholderObject extends ObjectNode {

	private static final long serialVersionUID = 1L;

	private final transient Object value;

	private final boolean whole;

	private PlaceholderObject(ObjectNode shown, Object value, boolean whole) {
		super(JsonNodeFactory.instance);
		setAll(shown);
		this.value = value;
		this.whole = whole;
	}

	static PlaceholderObject whole(ObjectNode shown, Object value) {
		return new PlaceholderObject(shown, value, true);
	}

	static PlaceholderObject part(ObjectNode shown, Object value) {
		return new PlaceholderObject(shown, value, false);
	}

	/**
	 * The text that a part is shown of.
	 * @param node any JSON
	 * @return the text, or {@code null} if it is no part of one
	 */
	static @Nullable String text(JsonNode node) {
		Object value = (node instanceof PlaceholderObject object) ? object.value
				: (node instanceof Elements elements) ? elements.value : null;
		return (value instanceof String text) ? text : null;
	}

	boolean isWhole() {
		return this.whole;
	}

	String order() {
		return Integer.toHexString(this.value.hashCode());
	}

	@Override
	public PlaceholderObject deepCopy() {
		return new PlaceholderObject(super.deepCopy(), this.value, this.whole);
	}

	@Override
	public boolean equals(Object other) {
		if (!(other instanceof PlaceholderObject standIn)) {
			return false;
		}
		return this.value.equals(standIn.value) || (this.whole && super.equals(other));
	}

	@Override
	public int hashCode() {
		return PlaceholderObject.class.hashCode();
	}

	/**
	 * An array that shows a part of a value, and is the same where that is.
	 */
	static final class Elements extends ArrayNode {

		private static final long serialVersionUID = 1L;

		private final transient Object value;

		Elements(ArrayNode shown, Object value) {
			super(JsonNodeFactory.instance);
			addAll(shown);
			this.value = value;
		}

		@Override
		public Elements deepCopy() {
			return new Elements(super.deepCopy(), this.value);
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof Elements standIn && this.value.equals(standIn.value);
		}

		@Override
		public int hashCode() {
			return Elements.class.hashCode();
		}

	}

}
