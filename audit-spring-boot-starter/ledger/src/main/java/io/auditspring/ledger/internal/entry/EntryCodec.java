package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Entries as the text they are staged in. Members are called as in the hashed form; those
 * a reader does not know are skipped, as services on other versions of the starter share
 * the table.
 */
public final class EntryCodec {

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
		List<Entry> entries = new ArrayList<>();
		for (JsonNode entry : CanonicalJson.EXACT.readTree(text)) {
			entries.add(new Members(entry).entry());
		}
		return entries;
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
	 * Reads the members of one object.
	 *
	 * @param object the object
	 */
	private record Members(JsonNode object) {

		Entry entry() {
			return new Entry(UUID.fromString(required("id")), Instant.parse(required("occurredAt")), text("service"),
					text("tenant"), UUID.fromString(required("operation")), required("action"), text("category"),
					constant(Severity.class, "severity"), constant(Outcome.class, "outcome"),
					constant(ActorType.class, "actorType"), text("targetType"), text("targetId"), number("revision"),
					number("durationMicros"), text("traceId"), new Members(this.object.path("actor")).actor(),
					new Members(this.object.path("data")).data());
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
				throw new IllegalArgumentException("A staged entry has no '%s'".formatted(name));
			}
			return text;
		}

		private <E extends Enum<E>> E constant(Class<E> type, String name) {
			return Enum.valueOf(type, required(name).toUpperCase(Locale.ROOT));
		}

		private @Nullable String text(String name) {
			JsonNode value = this.object.get(name);
			return (value != null) ? value.stringValue() : null;
		}

		private @Nullable Long number(String name) {
			JsonNode value = this.object.get(name);
			return (value != null) ? (Long) value.longValue() : null;
		}

		private @Nullable CanonicalJson json(String name) {
			JsonNode value = this.object.get(name);
			return (value != null) ? CanonicalJson.of(value) : null;
		}

	}

}
