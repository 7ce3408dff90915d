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
import java.util.Set;
import java.util.UUID;

import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.CopyRow;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

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
	 * itself does so of chains that it receives, or that are closed.
	 *
	 * @param by the chain that says so
	 * @param byReceived whether another ledger appends to that chain
	 * @param place the control entry's place in that chain
	 * @param controlEntry what it says
	 */
	record Elsewhere(String by, boolean byReceived, StoredEntry.Place place, ControlEntry controlEntry) {

		@Nullable UUID id() {
			return this.place.id();
		}

		/**
		 * Whether what it says may be about a chain to which nobody appends any more: it
		 * is the ledger's own, or goes on in the place of that, as {@code orders@2} does
		 * in that of {@code orders}.
		 * @return whether it is
		 */
		boolean speaksForOthers() {
			String about = chain();
			return isLocal() || (about != null && ChainNames.speaksFor(this.by, about));
		}

		/**
		 * Whether what it says may be about any chain: what other ledgers say counts for
		 * their own chains only, whatever they sign.
		 * @return whether it is this ledger's, or goes on in the place of that chain
		 */
		boolean counts() {
			return !this.byReceived || speaksForOthers();
		}

		/**
		 * Whether the ledger itself says so.
		 */
		boolean isLocal() {
			return this.by.equals(ChainNames.LOCAL);
		}

		/**
		 * Which chain it speaks of.
		 * @return the chain, or {@code null} if it speaks of its own or of none
		 */
		@Nullable String chain() {
			if (this.controlEntry instanceof ControlEntry.Redaction redaction) {
				return redaction.chain();
			}
			if (this.controlEntry instanceof ControlEntry.Quarantine quarantine) {
				return quarantine.chain();
			}
			if (this.controlEntry instanceof ControlEntry.Reception reception) {
				return reception.chain();
			}
			return (this.controlEntry instanceof ControlEntry.Retirement retirement) ? retirement.chain() : null;
		}

	}

	/** Once for all chains: read for each of them, it would be quadratic. */
	static Map<String, List<Elsewhere>> elsewhere(EntryReader entries, LedgerTables tables) throws SQLException {
		Set<String> received = tables.received();
		Map<String, List<Elsewhere>> found = new HashMap<>();
		entries.readSaidElsewhere((row) -> {
			Elsewhere said = said(row, received);
			String about = (said != null) ? said.chain() : null;
			if (said != null && about != null) {
				found.computeIfAbsent(about, (chain) -> new ArrayList<>()).add(said);
			}
		});
		return found;
	}

	/** What cannot be read, or is not sound, is told where the chain is verified. */
	private static @Nullable Elsewhere said(CopyRow row, Set<String> received) {
		try {
			StoredEntry stored = StoredEntry.read(row);
			CheckedEntry entry = CheckedEntry.of(stored);
			String by = stored.core().chain();
			return (by != null && entry.findings().isEmpty() && entry.controlEntry() != null)
					? new Elsewhere(by, received.contains(by), entry.place(), entry.controlEntry()) : null;
		}
		catch (JacksonException | IllegalArgumentException ex) {
			return null;
		}
	}

}
