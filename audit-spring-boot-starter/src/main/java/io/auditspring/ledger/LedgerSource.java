package io.auditspring.ledger;

/**
 * Where a verification reads from, in one snapshot.
 *
 * @param tables what is known of chains
 * @param columns the columns of entries
 * @param entries the entries
 * @param months the partitions
 * @param tree the stored trees and checkpoints
 * @param progress learns how far it is
 */
record LedgerSource(LedgerTables tables, EntryColumns columns, EntryReader entries, Months months, StoredTree tree,
		VerificationProgress progress) {

}
