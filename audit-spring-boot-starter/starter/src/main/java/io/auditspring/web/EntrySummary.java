/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.Iterator;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * What a list shows of an entry: no states and no metadata, and of what changed the
 * beginning.
 */
final class EntrySummary {

	static final int MOST_CHANGES = 5;

	static final int LONGEST_VALUE = 200;

	private static final String CHANGES = "changes";

	private EntrySummary() {
	}

	/**
	 * Leaves out what is long.
	 * @param entry an entry as its reader may see it
	 * @return the same object
	 */
	static ObjectNode of(ObjectNode entry) {
		entry.remove("before");
		entry.remove("after");
		entry.remove("metadata");
		int further = 0;
		if (entry.get(CHANGES) instanceof ObjectNode changes) {
			further = Math.max(0, changes.size() - MOST_CHANGES);
			Iterator<Map.Entry<String, JsonNode>> properties = changes.properties().iterator();
			ObjectNode first = entry.objectNode();
			for (int i = 0; i < MOST_CHANGES && properties.hasNext(); i++) {
				Map.Entry<String, JsonNode> property = properties.next();
				first.set(property.getKey(), shortened(property.getValue()));
			}
			entry.set(CHANGES, first);
		}
		entry.put("furtherChanges", further);
		return entry;
	}

	private static JsonNode shortened(JsonNode change) {
		if (change instanceof ObjectNode values && (values.has("from") || values.has("to"))) {
			ObjectNode shortened = values.objectNode();
			values.forEachEntry((name, value) -> shortened.set(name, cut(value)));
			return shortened;
		}
		return cut(change);
	}

	/** Where something is left out there is an ellipsis; no pair of surrogates is cut. */
	private static JsonNode cut(JsonNode value) {
		String text = value.isString() ? value.stringValue() : value.toString();
		if (text.length() <= LONGEST_VALUE) {
			return value;
		}
		int end = LONGEST_VALUE - 1;
		end = Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
		return StringNode.valueOf(text.substring(0, end) + '…');
	}

}
