/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.Delivery;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * An entry of a transaction, and where it stands among the others of it.
 *
 * @param place where
 * @param delivery how it is delivered
 * @param entry the entry
 */
record PlacedEntry(long place, Delivery delivery, Entry entry) {

	/**
	 * Puts entries in the order in which things happened to each entity.
	 * @param entries the entries; those of one place stay as they are
	 * @return the entries
	 */
	static Stream<PlacedEntry> inOrder(List<PlacedEntry> entries) {
		return entries.stream().sorted(Comparator.comparingLong(PlacedEntry::place));
	}

}
