/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An object of an event for a SIEM. What is not known is left out, and not written as
 * {@code null} or as an empty object.
 */
final class EventFields {

	private static final JsonMapper JSON = new JsonMapper();

	private final Map<String, Object> fields = new LinkedHashMap<>();

	static EventFields of(String name, @Nullable Object value) {
		return new EventFields().put(name, value);
	}

	EventFields put(String name, @Nullable Object value) {
		Object known = (value instanceof EventFields object) ? object.fields : value;
		boolean empty = (known instanceof Map<?, ?> map && map.isEmpty())
				|| (known instanceof Collection<?> list && list.isEmpty());
		if (known != null && !empty) {
			this.fields.put(name, known);
		}
		return this;
	}

	/**
	 * Adds a JSON object as one text: a SIEM keeps an index of each field that it ever
	 * saw, and a field for each property of each entity would soon be too many.
	 * @param name the field's name
	 * @param json the object
	 * @return this object
	 */
	EventFields putText(String name, @Nullable Object json) {
		boolean empty = json instanceof Collection<?> list && list.isEmpty();
		return (json != null && !empty) ? put(name, JSON.writeValueAsString(json)) : this;
	}

	Map<String, Object> map() {
		return this.fields;
	}

	/**
	 * Writes entries as lines of JSON.
	 * @param entries the entries
	 * @param event makes an event of an entry
	 * @param out where to
	 * @throws IOException if it cannot be written
	 */
	static void write(Stream<AuditEntry> entries, Function<AuditEntry, EventFields> event, OutputStream out)
			throws IOException {
		for (Iterator<AuditEntry> each = entries.iterator(); each.hasNext();) {
			out.write(JSON.writeValueAsBytes(event.apply(each.next()).fields));
			out.write('\n');
		}
	}

	static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A part of the request line, which the metadata hold.
	 * @param entry the entry
	 * @param part {@code method} or {@code path}
	 * @return it, or {@code null} where there was no request
	 */
	static @Nullable String request(AuditEntry entry, String part) {
		Map<String, @Nullable Object> metadata = entry.getMetadata();
		return (metadata != null && metadata.get("request") instanceof Map<?, ?> request
				&& request.get(part) instanceof String text) ? text : null;
	}

}
