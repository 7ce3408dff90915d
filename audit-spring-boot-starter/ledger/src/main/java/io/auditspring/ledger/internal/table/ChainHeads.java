/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;

import io.auditspring.ledger.Schema;

/**
 * The heads of the chains in {@code audit_chain}. Whoever has locked one's row may append
 * to it; the database moves it to the last entry that was appended.
 */
final class ChainHeads {

	private final String lock;

	private final String ledgerId;

	ChainHeads(Schema schema) {
		this.lock = "select * from %s(?)".formatted(schema.table("audit_lock_chain"));
		this.ledgerId = "select %s(?)".formatted(schema.table("audit_ledger_id"));
	}

	/**
	 * Waits for the right to append to a chain, which lasts until the transaction ends.
	 * The partition for its next entries is there afterwards. A chain that goes on under
	 * another name is that one.
	 * @param connection with an open transaction
	 * @param chain the chain's name; it is begun if there is none
	 * @return its head
	 * @throws SQLException if the database fails
	 */
	ChainHead lock(Connection connection, String chain) throws SQLException {
		return Sql.get(connection, this.lock,
				(row) -> ChainHead.read(saysName(row) ? row.getString("name") : chain, row), chain);
	}

	/** One that was not migrated since then lets no chain go on under another name. */
	private static boolean saysName(ResultSet row) throws SQLException {
		return "name".equals(row.getMetaData().getColumnLabel(1));
	}

	/**
	 * Finds out which ledger a chain is of, without waiting for whoever appends to it.
	 * @param connection where to
	 * @param chain the chain's name; it is begun if there is none
	 * @return the ledger's id
	 * @throws SQLException if the database fails
	 */
	UUID ledgerId(Connection connection, String chain) throws SQLException {
		return Sql.get(connection, this.ledgerId, (row) -> row.getObject(1, UUID.class), chain);
	}

}
