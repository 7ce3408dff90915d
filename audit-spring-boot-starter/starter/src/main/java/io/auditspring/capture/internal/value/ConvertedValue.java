/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import org.hibernate.type.BasicType;
import tools.jackson.databind.JsonNode;

/**
 * A value that is converted for its column. Of an object whose members are not all shown,
 * JSON alone does not tell whether it is the same.
 *
 * @param json its JSON
 * @param type its mapped type
 * @param value the value itself
 */
record ConvertedValue(JsonNode json, BasicType<?> type, Object value) {

	@Override
	public boolean equals(Object other) {
		return other instanceof ConvertedValue converted && this.json.equals(converted.json)
				&& this.type.isEqual(this.value, converted.value);
	}

	@Override
	public int hashCode() {
		return this.json.hashCode();
	}

}
