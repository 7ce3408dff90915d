/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * Consecutive entries of a chain, with what their source signed of the chain up to the
 * last of them.
 *
 * @param chain the chain's name
 * @param first the first entry's place
 * @param note the checkpoint of the size that the chain has with these entries
 * @param entries the entries, read once or several times
 * @param whole whether all of them are in memory: none is waited for while the chain is
 * locked
 */
public record Bundle(String chain, long first, String note, Entries entries, boolean whole) {

	/**
	 * What a source says of a chain without new entries.
	 * @param chain the chain's name
	 * @param size how many entries it has
	 * @param note the checkpoint of that size
	 * @return a bundle of no entries
	 */
	public static Bundle of(String chain, long size, String note) {
		return new Bundle(chain, size, note, (sink) -> {
		}, true);
	}

	/**
	 * Takes entries that are in memory.
	 * @param chain the chain's name
	 * @param first the first entry's place
	 * @param note the checkpoint
	 * @param entries the entries
	 * @return the bundle
	 */
	public static Bundle of(String chain, long first, String note, List<StoredEntry> entries) {
		return new Bundle(chain, first, note, entries::forEach, true);
	}

	/**
	 * Gives the entries.
	 */
	@FunctionalInterface
	public interface Entries {

		void read(Consumer<StoredEntry> sink) throws SQLException;

	}

}
