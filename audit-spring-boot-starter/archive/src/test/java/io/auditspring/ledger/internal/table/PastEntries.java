package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Appends entries as if it were another time, where the database's guards are off.
 */
public final class PastEntries {

	private PastEntries() {
	}

	public static void append(Connection connection, Schema schema, String chain, Instant time, List<Entry> entries)
			throws SQLException {
		ChainHead head = new ChainHeads(schema).lock(connection, chain);
		new EntryRows(schema).append(connection, new ChainHead(chain, head.ledgerId(), head.size(), head.hash(), time),
				entries);
	}

}
