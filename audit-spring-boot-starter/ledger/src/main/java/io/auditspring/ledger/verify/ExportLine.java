/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.entry.Text;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of an export: everything that an entry's hash is made of, called as in the
 * hashed form, with the two groups as objects.
 *
 * @since 0.1.0
 */
public final class ExportLine {

	/** Of what was written, no number is so long, and no value so deep. */
	private static final StreamReadConstraints AS_WRITTEN = StreamReadConstraints.builder()
		.maxNumberLength(1_000)
		.maxNestingDepth(1_000)
		.maxStringLength(Integer.MAX_VALUE)
		.maxNameLength(Integer.MAX_VALUE)
		.build();

	/** What is named twice, or beside what is hashed, could pass for verified. */
	private static final JsonMapper STRICT = JsonMapper
		.builder(CanonicalJson.UNLIMITED.rebuild().streamReadConstraints(AS_WRITTEN).build())
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	private static final Set<String> CORE = Set.of("action", "actor", "actorDigest", "actorType", "category", "chain",
			"data", "dataDigest", "durationMicros", "hash", "id", "occurredAt", "operation", "outcome", "prevHash",
			"recordedAt", "revision", "salt", "seq", "service", "severity", "targetId", "targetType", "tenant",
			"traceId", "v");

	private static final Set<String> ACTOR = Set.of("device", "geo", "id", "impersonator", "ip", "name", "session",
			"userAgent");

	private static final Set<String> DATA = Set.of("after", "before", "changes", "error", "justification", "message",
			"metadata", "related", "targetName");

	private static final HexFormat HEX = HexFormat.of();

	/** The place of what cannot be read at all. */
	static final StoredEntry.Place NOWHERE = new StoredEntry.Place(0, null, null, null, new byte[0], new byte[0]);

	private final JsonNode members;

	private ExportLine(JsonNode members, Set<String> known) {
		if (!members.isObject()) {
			throw new IllegalArgumentException("it, or its actor or data, is no object");
		}
		for (String name : members.propertyNames()) {
			if (!known.contains(name)) {
				throw new IllegalArgumentException("it has a member '%s', which is not hashed".formatted(name));
			}
		}
		this.members = members;
	}

	public static String write(StoredEntry entry) {
		CoreObject core = entry.core();
		return new CanonicalObject().text("chain", core.chain())
			.number("seq", core.seq())
			.text("id", core.id())
			.text("recordedAt", core.recordedAt())
			.text("occurredAt", core.occurredAt())
			.text("service", core.service())
			.text("tenant", core.tenant())
			.text("operation", core.operation())
			.text("action", core.action())
			.text("category", core.category())
			.text("severity", core.severity())
			.text("outcome", core.outcome())
			.text("actorType", core.actorType())
			.text("targetType", core.targetType())
			.text("targetId", core.targetId())
			.number("revision", core.revision())
			.number("durationMicros", core.durationMicros())
			.text("traceId", core.traceId())
			.raw("actor", entry.actor().canonical())
			.raw("data", EntryHash.canonical(entry.data()))
			.number("v", (long) entry.version())
			.text("salt", HEX.formatHex(entry.salt()))
			.text("actorDigest", hex(entry.actorDigest()))
			.text("dataDigest", hex(entry.dataDigest()))
			.text("prevHash", HEX.formatHex(entry.prevHash()))
			.text("hash", HEX.formatHex(entry.hash()))
			.toString();
	}

	private static @Nullable String hex(byte @Nullable [] bytes) {
		return (bytes != null) ? HEX.formatHex(bytes) : null;
	}

	/**
	 * Reads an entry, with nothing taken for granted.
	 * @param line the line
	 * @return the entry
	 * @throws IllegalArgumentException if it is none
	 */
	public static StoredEntry read(String line) {
		try {
			ExportLine entry = new ExportLine(parse(line), CORE);
			return entry.entry(entry.place());
		}
		catch (JacksonException | DateTimeException | ArithmeticException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
	}

	static JsonNode parse(String line) {
		try {
			JsonNode members = STRICT.readTree(line);
			requirePlain(members, line.length());
			return members;
		}
		catch (NumberFormatException ex) {
			// Of a number whose exponent no BigDecimal holds, Jackson lets it through.
			throw new StreamReadException(null, "a number in it is beyond all limits", ex);
		}
	}

	/**
	 * Numbers are written without exponents, so they are no longer than their line. With
	 * one, a few letters would become gigabytes. Texts that could not be stored would be
	 * hashed as others.
	 */
	private static void requirePlain(JsonNode members, int length) {
		Deque<JsonNode> open = new ArrayDeque<>(List.of(members));
		long digits = 0;
		while (!open.isEmpty()) {
			JsonNode node = open.pop();
			if (node.isBigDecimal()) {
				BigDecimal number = node.decimalValue();
				digits += Math.max(number.precision() - (long) number.scale(), number.scale());
			}
			if (digits > length) {
				throw new StreamReadException(null, "a number in it is longer than it is written");
			}
			if ((node.isString() && !Text.isStorable(node.stringValue()))
					|| !node.propertyNames().stream().allMatch(Text::isStorable)) {
				throw new StreamReadException(null, "a text in it has characters that no text of a ledger has");
			}
			node.forEach(open::push);
		}
	}

	/**
	 * Checks an entry by itself.
	 * @param line the line
	 * @param chain the chain it is among
	 * @return what was found
	 */
	static CheckedEntry check(JsonNode line, String chain) {
		StoredEntry.Place place = NOWHERE;
		try {
			ExportLine core = new ExportLine(line, CORE);
			place = core.place();
			if (!chain.equals(core.text("chain"))) {
				throw new IllegalArgumentException("it is not of this chain");
			}
			return CheckedEntry.of(core.entry(place));
		}
		catch (JacksonException | IllegalArgumentException | DateTimeException | ArithmeticException ex) {
			return CheckedEntry.unreadable(place, ex);
		}
	}

	private StoredEntry.Place place() {
		String id = text("id");
		String recordedAt = text("recordedAt");
		return new StoredEntry.Place(0, number("seq"), (id != null) ? id(id) : null,
				(recordedAt != null) ? Instant.parse(recordedAt) : null, bytes("prevHash"), bytes("hash"));
	}

	/**
	 * Reads an id.
	 * @param text the id as text
	 * @return the id
	 * @throws IllegalArgumentException if it is none
	 */
	static UUID id(String text) {
		try {
			return UUID.fromString(text);
		}
		catch (IllegalArgumentException ex) {
			// Of some texts it says nothing.
			throw new IllegalArgumentException("'%s' is no id".formatted(text), ex);
		}
	}

	private StoredEntry entry(StoredEntry.Place place) {
		Long version = number("v");
		return new StoredEntry(place, core(), (version != null) ? Math.toIntExact(version) : 0, bytes("salt"),
				new ExportLine(this.members.path("actor"), ACTOR).actor(), optionalBytes("actorDigest"),
				new ExportLine(this.members.path("data"), DATA).data(), optionalBytes("dataDigest"));
	}

	private CoreObject core() {
		return new CoreObject(text("chain"), number("seq"), text("id"), text("recordedAt"), text("occurredAt"),
				text("service"), text("tenant"), text("operation"), text("action"), text("category"), text("severity"),
				text("outcome"), text("actorType"), text("targetType"), text("targetId"), number("revision"),
				number("durationMicros"), text("traceId"));
	}

	private ActorObject actor() {
		return new ActorObject(text("id"), text("name"), text("impersonator"), text("ip"), text("userAgent"),
				text("session"), text("device"), json("geo"));
	}

	private Entry.DataGroup data() {
		return new Entry.DataGroup(text("targetName"), text("message"), text("justification"), text("error"),
				json("before"), json("after"), json("changes"), json("metadata"), json("related"));
	}

	private @Nullable String text(String name) {
		JsonNode value = this.members.get(name);
		return (value != null) ? value.stringValue() : null;
	}

	private @Nullable Long number(String name) {
		JsonNode value = this.members.get(name);
		return (value != null) ? (Long) value.longValue() : null;
	}

	private @Nullable CanonicalJson json(String name) {
		JsonNode value = this.members.get(name);
		return (value != null) ? CanonicalJson.ofStored(value) : null;
	}

	private byte[] bytes(String name) {
		byte[] bytes = optionalBytes(name);
		return (bytes != null) ? bytes : new byte[0];
	}

	private byte @Nullable [] optionalBytes(String name) {
		String hex = text(name);
		return (hex != null) ? HEX.parseHex(hex) : null;
	}

}
