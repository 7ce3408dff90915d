/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.function.Consumer;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * Reads back the entries that a checkpoint is about to cover, and computes their hashes
 * from what is stored, so that nothing is signed that was not looked at. Takes one thread
 * only, however many are new: the application has other things to do.
 */
public final class NewEntries {

	private final Schema schema;

	public NewEntries(Schema schema) {
		this.schema = schema;
	}

	/**
	 * Reads entries.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param from the first one's position
	 * @param to one more than the last one's position
	 * @param previousHash the hash of the one before
	 * @param hashes takes their hashes, in their order
	 * @param retirements takes what they say of retired entries of the chain; not what
	 * the source of a received one says, as that is of the entries there
	 * @return the last one's hash
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if one is not as it was written
	 */
	public byte[] read(Connection connection, String chain, long from, long to, byte[] previousHash,
			Consumer<byte[]> hashes, Consumer<ControlEntry.Retirement> retirements) throws SQLException {
		EntryColumns columns = EntryColumns.of(connection, this.schema);
		EntryReader reader = new EntryReader(connection, this.schema, columns);
		StoredEntry.Place before = (from > 0) ? reader.place(chain, from - 1) : null;
		ChainWalk walk = new ChainWalk(null, PartitionCheck.of(connection, this.schema),
				(kind, seq, id, what, expected, found) -> {
					throw new CheckpointRefusedException(
							"Entry %s of chain '%s' is not as it was written: %s".formatted(seq, chain, what));
				});
		walk.goOn(from, previousHash, (before != null) ? before.recordedAt() : null);
		NewControlEntries declarations = new NewControlEntries(connection, this.schema, chain);
		LedgerTables tables = new LedgerTables(connection, this.schema, columns);
		boolean received = tables.isReceived(chain);
		reader.read(chain, "seq >= %s and seq < %s".formatted(from, to), (row) -> {
			CheckedEntry entry = CheckedEntry.of(row);
			walk.accept(entry);
			hashes.accept(entry.place().hash());
			declarations.accept(entry);
			if (!received && entry.controlEntry() instanceof ControlEntry.Retirement retirement
					&& retirement.chain().equals(chain)) {
				retirements.accept(retirement);
			}
		});
		walk.endsBefore(to);
		declarations.check(tables, from);
		return Objects.requireNonNull(walk.previousHash());
	}

	/**
	 * Checks what entries say of retired ones, by what was said before.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param from the first one's position
	 * @param to one more than the last one's position
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if they contradict it
	 */
	public void checkRetirements(Connection connection, String chain, long from, long to) throws SQLException {
		EntryColumns columns = EntryColumns.of(connection, this.schema);
		new NewControlEntries(connection, this.schema, chain).checkRetirements(
				new EntryReader(connection, this.schema, columns), new LedgerTables(connection, this.schema, columns),
				from, to);
	}

}
