/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Where a received chain ends, locked.
 *
 * @param chain the chain's name
 * @param ledgerId which ledger began it
 * @param size how many entries are here
 * @param hash what the next one follows
 * @param recordedAt when its source recorded the last one, or {@code null}
 * @param origin what its source's checkpoints name before the chain
 * @param successor the next chain that goes on in its place, or {@code null}
 * @param parkedFor why it is parked, or {@code null} if it is not
 * @param now the clock of the database
 */
record ReceivedHead(String chain, UUID ledgerId, long size, byte[] hash, @Nullable Instant recordedAt, String origin,
		@Nullable String successor, @Nullable String parkedFor, Instant now) {

}
