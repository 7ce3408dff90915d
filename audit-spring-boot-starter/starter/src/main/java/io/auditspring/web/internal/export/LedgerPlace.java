/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.lang.reflect.RecordComponent;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;

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

	private static final LedgerPlace HIDDEN = new LedgerPlace(null, null, null, null);

	static LedgerPlace of(AuditEntry entry, boolean shown) {
		HexFormat hex = HexFormat.of();
		return shown ? new LedgerPlace(entry.getSeq(), entry.getRevision(), hex.formatHex(entry.getPrevHash()),
				hex.formatHex(entry.getHash())) : HIDDEN;
	}

}
