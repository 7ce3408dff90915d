/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.Nullable;

/**
 * Builds a JSON object from its members, without those that have no value. It is
 * canonical if they come in canonical order.
 */
public final class CanonicalObject {

	private static final int USUAL_LENGTH = 256;

	private final StringBuilder text = new StringBuilder(USUAL_LENGTH).append('{');

	public CanonicalObject text(String name, @Nullable String value) {
		if (value != null) {
			name(name);
			CanonicalWriter.quote(value, this.text);
		}
		return this;
	}

	public CanonicalObject number(String name, @Nullable Long value) {
		if (value != null) {
			name(name).append(value.longValue());
		}
		return this;
	}

	CanonicalObject json(String name, @Nullable CanonicalJson value) {
		if (value != null) {
			name(name).append(value);
		}
		return this;
	}

	public CanonicalObject raw(String name, String json) {
		name(name).append(json);
		return this;
	}

	CanonicalObject object(String name, CanonicalObject value) {
		name(name).append(value);
		return this;
	}

	private StringBuilder name(String name) {
		if (this.text.length() > 1) {
			this.text.append(',');
		}
		return this.text.append('"').append(name).append("\":");
	}

	@Override
	public String toString() {
		return this.text + "}";
	}

}
