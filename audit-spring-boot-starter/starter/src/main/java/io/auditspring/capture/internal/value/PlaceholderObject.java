/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An object, such as the digest of bytes, that was made of a value, and so is the same
 * wherever either is.
 */
final class PlaceholderObject extends ObjectNode {

	private static final long serialVersionUID = 1L;

	private final transient Object value;

	PlaceholderObject(ObjectNode shown, Object value) {
		super(JsonNodeFactory.instance);
		setAll(shown);
		this.value = value;
	}

	String order() {
		return Integer.toHexString(this.value.hashCode());
	}

	@Override
	public PlaceholderObject deepCopy() {
		return new PlaceholderObject(super.deepCopy(), this.value);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof PlaceholderObject standIn && (this.value.equals(standIn.value) || super.equals(other));
	}

	@Override
	public int hashCode() {
		return PlaceholderObject.class.hashCode();
	}

}
