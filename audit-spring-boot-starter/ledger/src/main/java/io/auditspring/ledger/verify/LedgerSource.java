/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;

/**
 * Where a verification reads from, in one snapshot.
 *
 * @param tables what is known of chains
 * @param schemaIntegrity what is not as it should be around the tables
 * @param columns the columns of entries
 * @param entries the entries
 * @param months the partitions
 * @param tree the stored trees and checkpoints
 * @param roots the root log
 * @param elsewhere what chains say of redactions and retirements in other ones, by these
 * @param progress learns how far it is
 */
record LedgerSource(LedgerTables tables, List<String> schemaIntegrity, EntryColumns columns, EntryReader entries,
		PartitionCheck months, StoredTree tree, RootRows roots, Map<String, List<Elsewhere>> elsewhere,
		VerificationProgress progress) {

	/**
	 * Says of entries of another chain that they are redacted or retired. The ledger
	 * itself does so of chains that it receives.
	 *
	 * @param id the control entry's id
	 * @param controlEntry what it says
	 */
	record Elsewhere(@Nullable UUID id, ControlEntry controlEntry) {

		/**
		 * Which chain it speaks of.
		 * @return the chain, or {@code null} if it speaks of its own or of none
		 */
		@Nullable String chain() {
			if (this.controlEntry instanceof ControlEntry.Redaction redaction) {
				return redaction.chain();
			}
			return (this.controlEntry instanceof ControlEntry.Retirement retirement) ? retirement.chain() : null;
		}

	}

	/** Once for all chains: read for each of them, it would be quadratic. */
	static Map<String, List<Elsewhere>> elsewhere(EntryReader entries) throws SQLException {
		Map<String, List<Elsewhere>> found = new HashMap<>();
		entries.readSaidElsewhere((row) -> {
			CheckedEntry entry = CheckedEntry.of(row);
			if (entry.findings().isEmpty() && entry.controlEntry() != null) {
				Elsewhere said = new Elsewhere(entry.place().id(), entry.controlEntry());
				String about = said.chain();
				if (about != null) {
					found.computeIfAbsent(about, (chain) -> new ArrayList<>()).add(said);
				}
			}
		});
		return found;
	}

}
