/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an entry says about other entries: that one is redacted, or that many are retired
 * or archived.
 */
public sealed interface ControlEntry {

	String REDACTION = "audit.redaction";

	String RETIREMENT = "audit.retirement";

	String ARCHIVE = "audit.archive";

	String QUARANTINE = "audit.quarantined";

	String RECEPTION = "audit.chain.received";

	Set<String> ACTIONS = Set.of(REDACTION, RETIREMENT, ARCHIVE, QUARANTINE);

	String SIGNATURE = "signature";

	/**
	 * A group of an entry is erased.
	 *
	 * @param chain the entry's chain
	 * @param seq its place
	 * @param id its id
	 * @param group the erased group
	 */
	record Redaction(String chain, long seq, String id, EntryGroup group) implements ControlEntry {

	}

	/**
	 * A group of a received entry could not be stored here, and stands in quarantine.
	 *
	 * @param chain the entry's chain
	 * @param seq its place
	 * @param id its id
	 * @param group the group
	 */
	record Quarantine(String chain, long seq, String id, EntryGroup group) implements ControlEntry {

	}

	/**
	 * Entries were taken out of the ledger, from the oldest on.
	 *
	 * @param chain their chain
	 * @param firstSeq the first one's place
	 * @param lastSeq the last one's place
	 * @param firstPrevHash what the first one followed
	 * @param lastHash the last one's hash
	 * @param signed what is signed: all that it says, in canonical form
	 * @param signature the signature in Base64, or {@code null} if there is none
	 */
	record Retirement(String chain, long firstSeq, long lastSeq, String firstPrevHash, String lastHash, String signed,
			@Nullable String signature) implements ControlEntry {

		/**
		 * Whether somebody trusted signed it: whoever has the database could drop entries
		 * and enter that they were retired.
		 * @param keys whose signatures count
		 * @return whether one of them did
		 */
		public boolean isSignedBy(TrustedKeys keys) {
			try {
				return this.signature != null
						&& keys.verify(Sha256.utf8(this.signed), Base64.getDecoder().decode(this.signature));
			}
			catch (IllegalArgumentException ex) {
				return false;
			}
		}

	}

	/**
	 * Entries were written to the archive, or written anew.
	 *
	 * @param chain their chain
	 * @param firstSeq the first one's place
	 * @param lastSeq the last one's place
	 * @param generation how often they were written: 1 for the first time
	 * @param manifest the SHA-256 of the manifest in hexadecimal digits
	 */
	record Archive(String chain, long firstSeq, long lastSeq, long generation,
			String manifest) implements ControlEntry {

	}

	/**
	 * A chain is one of another ledger, which appends to it.
	 *
	 * @param chain the chain
	 */
	record Reception(String chain) implements ControlEntry {

	}

	/**
	 * Says nothing that could be understood.
	 *
	 * @param action the action
	 * @param why why not
	 */
	record Unclear(String action, @Nullable String why) implements ControlEntry {

	}

	/**
	 * Reads what an entry says.
	 * @param action its action
	 * @param metadata its metadata
	 * @return what it says, or {@code null} for an entry that speaks for itself only
	 */
	static @Nullable ControlEntry of(@Nullable String action, @Nullable CanonicalJson metadata) {
		if (RECEPTION.equals(action) && metadata != null) {
			String chain = metadata.toNode().path("chain").stringValue(null);
			return (chain != null) ? new Reception(chain) : null;
		}
		if (action == null || !ACTIONS.contains(action)) {
			return null;
		}
		if (metadata == null) {
			return new Unclear(action, "its metadata is missing or erased");
		}
		try {
			JsonNode members = metadata.toNode();
			return switch (action) {
				case REDACTION -> redaction(members);
				case RETIREMENT -> retirement(members);
				case QUARANTINE -> quarantine(members);
				default -> archive(members);
			};
		}
		catch (IllegalArgumentException ex) {
			return new Unclear(action, ex.getMessage());
		}
	}

	private static Redaction redaction(JsonNode members) {
		return new Redaction(text(members, "chain"), number(members, "seq"), text(members, "id"),
				group(text(members, "group")));
	}

	private static Quarantine quarantine(JsonNode members) {
		return new Quarantine(text(members, "chain"), number(members, "seq"), text(members, "id"),
				group(text(members, "group")));
	}

	private static EntryGroup group(String text) {
		for (EntryGroup group : EntryGroup.values()) {
			if (CoreObject.stored(group).equals(text)) {
				return group;
			}
		}
		throw new IllegalArgumentException("there is no group '%s'".formatted(text));
	}

	private static Retirement retirement(JsonNode members) {
		return new Retirement(text(members, "chain"), number(members, "firstSeq"), number(members, "lastSeq"),
				hash(members, "firstPrevHash"), hash(members, "lastHash"), withoutSignature(members),
				members.path(SIGNATURE).stringValue(null));
	}

	private static Archive archive(JsonNode members) {
		return new Archive(text(members, "chain"), number(members, "firstSeq"), number(members, "lastSeq"),
				number(members, "generation"), hash(members, "manifest"));
	}

	private static String withoutSignature(JsonNode members) {
		ObjectNode others = (ObjectNode) members.deepCopy();
		others.remove(SIGNATURE);
		return CanonicalJson.ofStored(others).toString();
	}

	private static String text(JsonNode members, String name) {
		JsonNode value = members.path(name);
		if (!value.isString()) {
			throw new IllegalArgumentException("its metadata has no text '%s'".formatted(name));
		}
		return value.stringValue();
	}

	private static String hash(JsonNode members, String name) {
		return HexFormat.of().formatHex(HexFormat.of().parseHex(text(members, name)));
	}

	private static long number(JsonNode members, String name) {
		JsonNode value = members.path(name);
		if (!value.isIntegralNumber() || !value.canConvertToLong()) {
			throw new IllegalArgumentException("its metadata has no number '%s'".formatted(name));
		}
		return value.longValue();
	}

}
