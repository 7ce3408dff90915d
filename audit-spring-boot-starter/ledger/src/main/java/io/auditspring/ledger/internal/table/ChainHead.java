/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Where a chain ends, as {@code audit_chain} has it.
 *
 * @param chain the chain's name
 * @param ledgerId the chain's random id
 * @param size how many entries it has, which is the next one's {@code seq}
 * @param hash the last entry's hash, or the genesis hash
 * @param recordedAt when the last entry was recorded, or {@code null} if there is none;
 * of a head that is locked when the next ones are: now, but always after the last ones
 */
public record ChainHead(String chain, UUID ledgerId, long size, byte[] hash, @Nullable Instant recordedAt) {

	/** What {@link #read} reads. */
	public static final String COLUMNS = "ledger_id, size, head, recorded_at";

	public static ChainHead read(String chain, ResultSet row) throws SQLException {
		OffsetDateTime time = row.getObject("recorded_at", OffsetDateTime.class);
		return new ChainHead(chain, row.getObject("ledger_id", UUID.class), row.getLong("size"), row.getBytes("head"),
				(time != null) ? time.toInstant() : null);
	}

	ChainHead next(byte[] hash) {
		return new ChainHead(this.chain, this.ledgerId, this.size + 1, hash, this.recordedAt);
	}

}
