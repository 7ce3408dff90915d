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
 * @param elsewhere what chains say of redactions in other ones, by these
 * @param progress learns how far it is
 */
record LedgerSource(LedgerTables tables, List<String> schemaIntegrity, EntryColumns columns, EntryReader entries,
		PartitionCheck months, StoredTree tree, RootRows roots, Map<String, List<Elsewhere>> elsewhere,
		VerificationProgress progress) {

	/**
	 * Says of an entry of another chain that it is redacted. The ledger itself never
	 * does.
	 *
	 * @param id the redaction entry's id
	 * @param redaction what it says
	 */
	record Elsewhere(@Nullable UUID id, ControlEntry.Redaction redaction) {

	}

	/** Once for all chains: read for each of them, it would be quadratic. */
	static Map<String, List<Elsewhere>> elsewhere(EntryReader entries) throws SQLException {
		Map<String, List<Elsewhere>> found = new HashMap<>();
		entries.readRedactionsElsewhere((row) -> {
			CheckedEntry entry = CheckedEntry.of(row);
			if (entry.findings().isEmpty() && entry.controlEntry() instanceof ControlEntry.Redaction redaction) {
				found.computeIfAbsent(redaction.chain(), (chain) -> new ArrayList<>())
					.add(new Elsewhere(entry.place().id(), redaction));
			}
		});
		return found;
	}

}
