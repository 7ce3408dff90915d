/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.sql.SQLException;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.receive.internal.SourceAnswers;
import org.jspecify.annotations.Nullable;

/**
 * What the database of a source knows of sending: how far its chain was sent and by whom,
 * and what the ledger that receives it says.
 */
final class SourceTables {

	private final DataSource dataSource;

	private final String claim;

	private final String receipt;

	private final SourceAnswers answers;

	SourceTables(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.claim = "select %s(?, ?, ?::bigint)".formatted(schema.table("audit_publish"));
		this.receipt = "select note from %s where chain = ? and kind = ?".formatted(schema.table("audit_receipt"));
		this.answers = new SourceAnswers(dataSource, schema);
	}

	/**
	 * Takes or keeps the sending of a chain for ten seconds.
	 * @param chain the chain
	 * @param instance who sends it
	 * @param sent how far it was sent, or {@code null} if nothing was since the last time
	 * @return how far it was sent, or {@code null} if another instance has it
	 * @throws SQLException if the database fails
	 */
	@Nullable Long claim(String chain, UUID instance, @Nullable Long sent) throws SQLException {
		return OwnTransaction.<@Nullable Long, RuntimeException>run(this.dataSource,
				(connection) -> Sql.<@Nullable Long>get(connection, this.claim,
						(row) -> (row.getObject(1) != null) ? (Long) row.getLong(1) : null, chain, instance, sent));
	}

	/** The receipt of a kind that is here now, whoever signed it, or {@code null}. */
	@Nullable String receipt(String chain, ReceiptNote kind) throws SQLException {
		return OwnTransaction.<@Nullable String, RuntimeException>look(this.dataSource,
				(connection) -> Sql.find(connection, this.receipt, (row) -> row.getString(1), chain, kind.kind()));
	}

	SourceAnswers answers() {
		return this.answers;
	}

}
