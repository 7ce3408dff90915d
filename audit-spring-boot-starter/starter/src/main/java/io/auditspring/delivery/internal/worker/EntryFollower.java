/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.internal.entry.Entry;

/**
 * Learns what becomes of entries. Called by the threads that write them, which must not
 * wait for it.
 */
public interface EntryFollower {

	void delivered(List<Entry> entries);

	default void quarantined(List<UUID> entries) {
	}

	default void lost(Entry entry) {
	}

}
