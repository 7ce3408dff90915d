/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the ledger that receives a chain tells its source. Whoever reads it verifies the
 * note.
 *
 * @param kind what it is
 * @param chain the chain's name
 * @param note the signed note
 * @param holds the legal holds, or {@code null} in other kinds
 * @param seq the place of the entry to erase, or {@code null} in other kinds
 * @param id the entry to erase, or {@code null} in other kinds
 * @param group what is to be erased of it, or {@code null} in other kinds
 * @param reason why, or {@code null} in other kinds
 */
record CentreMessage(Kind kind, String chain, String note, @Nullable String holds, @Nullable Long seq,
		@Nullable UUID id, @Nullable String group, @Nullable String reason) {

	private static final JsonMapper MAPPER = new JsonMapper();

	/** What is told. */
	enum Kind {

		/** So many entries are stored. */
		STORED,

		/** So many entries are safe. */
		SAFE,

		/** From which place on to send again. */
		RESEND,

		/** Which bundle to try again, and no more than that. */
		TRY,

		/** Something is to be erased. */
		REDACTION,

		/** The legal holds. */
		HOLDS;

		private String text() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	static CentreMessage of(Kind kind, String chain, String note) {
		return new CentreMessage(kind, chain, note, null, null, null, null, null);
	}

	static CentreMessage holds(String chain, String note, String holds) {
		return new CentreMessage(Kind.HOLDS, chain, note, holds, null, null, null, null);
	}

	static CentreMessage redaction(String chain, String note, RedactionRequest request) {
		return new CentreMessage(Kind.REDACTION, chain, note, null, request.seq(), request.id(), request.group(),
				request.reason());
	}

	/** Of those with one key only the last one counts. */
	byte[] key() {
		String key = this.kind.text() + "/" + this.chain;
		return EntriesRecord.bytes((this.seq != null) ? "%s/%s/%s".formatted(key, this.seq, this.group) : key);
	}

	/**
	 * Whether a record is of another chain, as its key says; whoever lies there only
	 * keeps a message of his own from being read.
	 * @param key the key of the record, or {@code null}
	 * @param chains the chains that matter
	 * @return whether it is a message on another one
	 */
	static boolean isOfAnother(byte @Nullable [] key, Set<String> chains) {
		String text = (key != null) ? new String(key, StandardCharsets.UTF_8) : "";
		for (Kind kind : Kind.values()) {
			if (text.startsWith(kind.text() + "/")) {
				String rest = text.substring(kind.text().length() + 1);
				return chains.stream()
					.noneMatch((chain) -> (kind == Kind.REDACTION) ? rest.startsWith(chain + "/") : rest.equals(chain));
			}
		}
		return false;
	}

	/**
	 * Of how many entries its note claims to be, which nobody has verified.
	 * @return that, or -1 if the note is no checkpoint
	 */
	long claimedSize() {
		try {
			return Checkpoint.parse(this.note).size();
		}
		catch (InvalidCheckpointException ex) {
			return -1;
		}
	}

	byte[] value() {
		return EntriesRecord.bytes(new CanonicalObject().text("kind", this.kind.text())
			.text("chain", this.chain)
			.text("note", this.note)
			.text("holds", this.holds)
			.number("seq", this.seq)
			.text("id", (this.id != null) ? this.id.toString() : null)
			.text("group", this.group)
			.text("reason", this.reason)
			.toString());
	}

	/**
	 * Reads a message.
	 * @param value the value of its record
	 * @return the message
	 * @throws IllegalArgumentException if it is none
	 */
	static CentreMessage read(byte[] value) {
		try {
			JsonNode message = MAPPER.readTree(value);
			String id = text(message, "id");
			JsonNode seq = message.get("seq");
			return new CentreMessage(Kind.valueOf(required(message, "kind").toUpperCase(Locale.ROOT)),
					required(message, "chain"), required(message, "note"), text(message, "holds"),
					(seq != null) ? (Long) seq.longValue() : null, (id != null) ? UUID.fromString(id) : null,
					text(message, "group"), text(message, "reason"));
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("it cannot be read: " + ex.getMessage(), ex);
		}
	}

	private static String required(JsonNode message, String name) {
		String text = text(message, name);
		if (text == null) {
			throw new IllegalArgumentException("it has no " + name);
		}
		return text;
	}

	private static @Nullable String text(JsonNode message, String name) {
		JsonNode value = message.get(name);
		return (value != null) ? value.stringValue() : null;
	}

	/** What is asked for, or {@code null} if something of it is missing. */
	@Nullable RedactionRequest request(String log) {
		return (this.seq != null && this.id != null && this.group != null && this.reason != null)
				? new RedactionRequest(log, this.seq, this.id, this.group, this.reason) : null;
	}

}
