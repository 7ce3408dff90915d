/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.ledger.internal.entry.ControlActions;
import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where in the ledger an entry is, by the names of its JSON. It tells how much everybody
 * did, and whether somebody did something in between; who may read only what they did, or
 * only what was done in their tenant, gets {@code null} for all of it.
 *
 * @param seq its position
 * @param revision the revision of Envers, which all changes of the application count up
 * @param prevHash the hash of the one before it
 * @param hash its own, which continues that one
 */
public record LedgerPlace(@Nullable Long seq, @Nullable Long revision, @Nullable String prevHash,
		@Nullable String hash) {

	public static final List<String> NAMES = Stream.of(LedgerPlace.class.getRecordComponents())
		.map(RecordComponent::getName)
		.toList();

	/**
	 * Where the archive begins and ends is its target, and where all chains end; whoever
	 * does not know places is shown neither.
	 */
	private static final Set<String> PLACES = Set.of("AuditArchive", "audit.root");

	/** What control entries say beside places and numbers. */
	private static final Set<String> SAID = Set.of("id", "group", "actor", "reason");

	private static final LedgerPlace HIDDEN = new LedgerPlace(null, null, null, null);

	static LedgerPlace of(AuditEntry entry, boolean shown) {
		HexFormat hex = HexFormat.of();
		return shown ? new LedgerPlace(entry.getSeq(), entry.getRevision(), hex.formatHex(entry.getPrevHash()),
				hex.formatHex(entry.getHash())) : HIDDEN;
	}

	/**
	 * The metadata of an entry. What the ledger says of its own doing names places, and
	 * how many entries there are.
	 * @param entry the entry
	 * @return what of it may be known
	 */
	@Nullable Map<String, @Nullable Object> metadata(AuditEntry entry) {
		Map<String, @Nullable Object> metadata = entry.getMetadata();
		return (this == HIDDEN && metadata != null && ControlActions.include(entry.getAction())) ? said(metadata)
				: metadata;
	}

	private static Map<String, @Nullable Object> said(Map<String, @Nullable Object> metadata) {
		Map<String, @Nullable Object> said = new LinkedHashMap<>(metadata);
		said.keySet().retainAll(SAID);
		return said;
	}

	/** Without what is about nothing but places, where they may not be known. */
	static Stream<AuditEntry> shown(Stream<AuditEntry> entries, boolean places) {
		return places ? entries : entries.filter(HIDDEN::showsTarget);
	}

	/** Whether the target of an entry may be known. */
	private boolean showsTarget(AuditEntry entry) {
		return this != HIDDEN || entry.getTargetType() == null || !PLACES.contains(entry.getTargetType())
				|| !ControlActions.include(entry.getAction());
	}

	/**
	 * Takes the place out of an entry.
	 * @param entry the entry
	 * @param shown what is shown of it, as JSON
	 */
	public static void hide(AuditEntry entry, ObjectNode shown) {
		NAMES.forEach(shown::putNull);
		if (ControlActions.include(entry.getAction()) && shown.get("metadata") instanceof ObjectNode metadata) {
			metadata.retain(SAID);
		}
		if (!HIDDEN.showsTarget(entry)) {
			shown.putNull("target");
		}
	}

}
