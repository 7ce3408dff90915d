/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * Entries as the text they are staged in. Members are called as in the hashed form; those
 * a reader does not know are skipped, as services on other versions of the starter share
 * the table.
 */
public final class EntryCodec {

	/** Members that are objects of members. */
	private static final Set<String> GROUPS = Set.of("actor", "data");

	private EntryCodec() {
	}

	/**
	 * Writes entries.
	 * @param entries the entries
	 * @return a JSON array
	 */
	public static String write(List<Entry> entries) {
		StringBuilder text = new StringBuilder("[");
		for (Entry entry : entries) {
			text.append((text.length() > 1) ? "," : "").append(write(entry));
		}
		return text.append(']').toString();
	}

	/**
	 * Writes entries as several texts where one would be too long.
	 * @param entries the entries
	 * @param most the most characters of a text, unless one entry has more
	 * @return a JSON array for each text, in the order of the entries
	 */
	public static List<String> write(List<Entry> entries, int most) {
		List<String> texts = new ArrayList<>(1);
		StringBuilder text = new StringBuilder("[");
		for (Entry entry : entries) {
			String next = write(entry).toString();
			if (text.length() > 1 && text.length() + next.length() > most) {
				texts.add(text.append(']').toString());
				text = new StringBuilder("[");
			}
			text.append((text.length() > 1) ? "," : "").append(next);
		}
		texts.add(text.append(']').toString());
		return texts;
	}

	/**
	 * Reads entries.
	 * @param text what {@link #write} gave
	 * @return the entries
	 * @throws JacksonException if the text is not JSON
	 * @throws IllegalArgumentException if it does not hold entries
	 */
	public static List<Entry> read(String text) {
		try (JsonParser json = CanonicalJson.UNLIMITED.createParser(ObjectReadContext.empty(), text)) {
			List<Entry> entries = new ArrayList<>();
			expect(JsonToken.START_ARRAY, json.nextToken());
			while (json.nextToken() != JsonToken.END_ARRAY) {
				entries.add(Members.read(json, GROUPS).entry());
			}
			expect(null, json.nextToken());
			return entries;
		}
	}

	private static void expect(@Nullable JsonToken expected, @Nullable JsonToken token) {
		if (token != expected) {
			throw new IllegalArgumentException("Staged entries are an array of objects");
		}
	}

	private static CanonicalObject write(Entry entry) {
		return new CanonicalObject().text("id", entry.id().toString())
			.text("occurredAt", Timestamps.format(entry.occurredAt()))
			.text("service", entry.service())
			.text("tenant", entry.tenant())
			.text("operation", entry.operation().toString())
			.text("action", entry.action())
			.text("category", entry.category())
			.text("severity", CoreObject.stored(entry.severity()))
			.text("outcome", CoreObject.stored(entry.outcome()))
			.text("actorType", CoreObject.stored(entry.actorType()))
			.text("targetType", entry.targetType())
			.text("targetId", entry.targetId())
			.number("revision", entry.revision())
			.number("durationMicros", entry.durationMicros())
			.text("traceId", entry.traceId())
			.object("actor", write(entry.actor()))
			.object("data", write(entry.data()));
	}

	private static CanonicalObject write(Entry.ActorGroup actor) {
		return new CanonicalObject().text("id", actor.id())
			.text("name", actor.name())
			.text("impersonator", actor.impersonator())
			.text("ip", actor.ip())
			.text("userAgent", actor.userAgent())
			.text("session", actor.session())
			.text("device", actor.device())
			.json("geo", actor.geo());
	}

	private static CanonicalObject write(Entry.DataGroup data) {
		return new CanonicalObject().text("targetName", data.targetName())
			.text("message", data.message())
			.text("justification", data.justification())
			.text("error", data.error())
			.json("before", data.before())
			.json("after", data.after())
			.json("changes", data.changes())
			.json("metadata", data.metadata())
			.json("related", data.related());
	}

	/**
	 * What an object holds: texts, whole numbers, groups, and JSON of other kinds.
	 *
	 * @param values the members' values
	 */
	private record Members(Map<String, Object> values) {

		static Members read(JsonParser json, Set<String> groups) {
			expect(JsonToken.START_OBJECT, json.currentToken());
			Map<String, Object> values = new HashMap<>();
			while (json.nextToken() != JsonToken.END_OBJECT) {
				String name = json.currentName();
				JsonToken token = json.nextToken();
				if (token == JsonToken.VALUE_NULL) {
					values.remove(name);
				}
				else if (token == JsonToken.VALUE_STRING) {
					values.put(name, json.getString());
				}
				else if (token == JsonToken.VALUE_NUMBER_INT) {
					values.put(name, json.getLongValue());
				}
				else {
					values.put(name, groups.contains(name) ? read(json, Set.of()) : CanonicalJson.current(json));
				}
			}
			return new Members(values);
		}

		Entry entry() {
			return new Entry(UUID.fromString(required("id")), Instant.parse(required("occurredAt")), text("service"),
					text("tenant"), UUID.fromString(required("operation")), required("action"), text("category"),
					constant(Severity.class, "severity"), constant(Outcome.class, "outcome"),
					constant(ActorType.class, "actorType"), text("targetType"), text("targetId"), number("revision"),
					number("durationMicros"), text("traceId"), group("actor").actor(), group("data").data());
		}

		private Entry.ActorGroup actor() {
			return new Entry.ActorGroup(required("id"), text("name"), text("impersonator"), text("ip"),
					text("userAgent"), text("session"), text("device"), json("geo"));
		}

		private Entry.DataGroup data() {
			return new Entry.DataGroup(text("targetName"), text("message"), text("justification"), text("error"),
					json("before"), json("after"), json("changes"), json("metadata"), json("related"));
		}

		private String required(String name) {
			String text = text(name);
			if (text == null) {
				throw missing(name);
			}
			return text;
		}

		private Members group(String name) {
			Members group = value(Members.class, name);
			if (group == null) {
				throw missing(name);
			}
			return group;
		}

		private static IllegalArgumentException missing(String name) {
			return new IllegalArgumentException("A staged entry has no '%s'".formatted(name));
		}

		private <E extends Enum<E>> E constant(Class<E> type, String name) {
			return Enum.valueOf(type, required(name).toUpperCase(Locale.ROOT));
		}

		private @Nullable String text(String name) {
			return value(String.class, name);
		}

		private @Nullable Long number(String name) {
			return value(Long.class, name);
		}

		private @Nullable CanonicalJson json(String name) {
			return value(CanonicalJson.class, name);
		}

		private <T> @Nullable T value(Class<T> type, String name) {
			Object value = this.values.get(name);
			if (value != null && !type.isInstance(value)) {
				throw new IllegalArgumentException(
						"The '%s' of a staged entry is no %s".formatted(name, type.getSimpleName()));
			}
			return type.cast(value);
		}

	}

}
