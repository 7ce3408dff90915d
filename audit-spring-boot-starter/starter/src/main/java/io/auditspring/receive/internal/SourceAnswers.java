/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;

/**
 * Leaves in the database of a source what the ledger says that receives its chains.
 */
public final class SourceAnswers {

	/** Of SQLSTATE: an entry that is not there any more, and the like. */
	private static final String INVALID_PARAMETER_VALUE = "22023";

	private final DataSource dataSource;

	private final String receipt;

	private final String request;

	private final String holds;

	/**
	 * Creates it.
	 * @param dataSource connections to the source's database
	 * @param schema where its ledger is
	 */
	public SourceAnswers(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.receipt = "select %s(?, ?, ?)".formatted(schema.table("audit_take_receipt"));
		this.request = "select %s(?, ?, ?, ?, ?, ?)".formatted(schema.table("audit_take_request"));
		this.holds = "select %s(?, ?::jsonb)".formatted(schema.table("audit_take_holds"));
	}

	/**
	 * Leaves a receipt.
	 * @param chain of which chain
	 * @param kind its kind
	 * @param note the signed note
	 * @throws SQLException if the database fails, or refuses it
	 */
	public void takeReceipt(String chain, String kind, String note) throws SQLException {
		execute(this.receipt, chain, kind, note);
	}

	/**
	 * Leaves a request to erase something. If the entry is not there any more, as it has
	 * been retired, there is nothing left to erase.
	 * @param chain of which chain
	 * @param request what is asked for
	 * @param note the signed note
	 * @throws SQLException if the database fails, or refuses it
	 */
	public void takeRequest(String chain, RedactionRequest request, String note) throws SQLException {
		try {
			execute(this.request, chain, request.seq(), request.id(), request.group(), request.reason(), note);
		}
		catch (SQLException ex) {
			if (!INVALID_PARAMETER_VALUE.equals(ex.getSQLState())) {
				throw ex;
			}
		}
	}

	/**
	 * Leaves the legal holds, instead of those that it was told before.
	 * @param chain which chain was asked for
	 * @param holds all of them, as JSON
	 * @throws SQLException if the database fails, or refuses them
	 */
	public void takeHolds(String chain, String holds) throws SQLException {
		execute(this.holds, chain, holds);
	}

	private void execute(String sql, Object... parameters) throws SQLException {
		OwnTransaction.run(this.dataSource, (connection) -> {
			Sql.execute(connection, sql, parameters);
			return true;
		});
	}

}
