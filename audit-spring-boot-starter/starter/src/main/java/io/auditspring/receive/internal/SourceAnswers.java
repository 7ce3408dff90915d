/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Leaves in the database of a source what the ledger says that receives its chains.
 */
public final class SourceAnswers {

	/** Of SQLSTATE: an entry that is not there any more, and the like. */
	private static final String INVALID_PARAMETER_VALUE = "22023";

	/** Of SQLSTATE: what is wrong with a value, as its encoding is another one. */
	private static final String DATA_EXCEPTION = "22";

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
	 * @return why it cannot be stored there, as its reason has characters that the
	 * encoding of the database lacks, or {@code null} if that is not so
	 * @throws SQLException if the database fails, or refuses it
	 */
	public @Nullable String takeRequest(String chain, RedactionRequest request, String note) throws SQLException {
		try {
			execute(this.request, chain, request.seq(), request.id(), request.group(), request.reason(), note);
			return null;
		}
		catch (SQLException ex) {
			if (INVALID_PARAMETER_VALUE.equals(ex.getSQLState())) {
				return null;
			}
			if (!isOfAValue(ex)) {
				throw ex;
			}
			return ("its database cannot store the reason for which entry %s of chain '%s' is to be erased; erase it once "
					+ "more at the centre, for a reason in other characters")
				.formatted(request.seq(), chain);
		}
	}

	/**
	 * Leaves the legal holds, instead of those that it was told before. One on something
	 * that the encoding of the database lacks is left out, as no entry there is of that.
	 * @param chain which chain was asked for
	 * @param holds all of them, as JSON
	 * @return of each that was left out a sentence that says so
	 * @throws SQLException if the database fails, or refuses them
	 */
	public List<String> takeHolds(String chain, String holds) throws SQLException {
		try {
			execute(this.holds, chain, holds);
			return List.of();
		}
		catch (SQLException ex) {
			if (!isOfAValue(ex)) {
				throw ex;
			}
			List<String> storable = new ArrayList<>();
			List<String> leftOut = new ArrayList<>();
			for (JsonNode hold : CanonicalJson.parse(holds).toNode()) {
				String stored = storable((ObjectNode) hold);
				if (stored != null) {
					storable.add(stored);
				}
				else {
					leftOut.add(
							"its database has no characters for what legal hold %s is on, so no entry there is held by that"
								.formatted(hold.path("id").asLong()));
				}
			}
			execute(this.holds, chain, "[" + String.join(",", storable) + "]");
			return leftOut;
		}
	}

	/** What is on hold must be as it is; of the reason as much as can be stored is. */
	private @Nullable String storable(ObjectNode hold) throws SQLException {
		if (canStore(hold.toString())) {
			return hold.toString();
		}
		hold.put("reason", hold.path("reason").asString("").replaceAll("[^\\x20-\\x7e]", "?"));
		return canStore(hold.toString()) ? hold.toString() : null;
	}

	private boolean canStore(String json) throws SQLException {
		try {
			return OwnTransaction.look(this.dataSource,
					(connection) -> Sql.is(connection, "select ?::jsonb is not null", json));
		}
		catch (SQLException ex) {
			if (isOfAValue(ex)) {
				return false;
			}
			throw ex;
		}
	}

	private static boolean isOfAValue(SQLException ex) {
		return String.valueOf(ex.getSQLState()).startsWith(DATA_EXCEPTION);
	}

	private void execute(String sql, Object... parameters) throws SQLException {
		OwnTransaction.run(this.dataSource, (connection) -> {
			Sql.execute(connection, sql, parameters);
			return true;
		});
	}

}
