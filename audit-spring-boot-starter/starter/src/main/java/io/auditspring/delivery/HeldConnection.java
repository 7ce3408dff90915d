/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.BoundConnections;
import io.auditspring.database.internal.Transactions;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that a thread holds anyway and does nothing on: that of a transaction
 * which is over while its callbacks run, or that of a session which stays open for the
 * view. Whoever holds it must not wait for a second one: where all threads of a pool do
 * so, none gets it.
 */
final class HeldConnection {

	private static final Logger logger = LoggerFactory.getLogger(HeldConnection.class);

	private static final int VALIDATION_SECONDS = 2;

	private final BoundConnections bound;

	HeldConnection(BoundConnections bound) {
		this.bound = bound;
	}

	/**
	 * Finds it.
	 * @return it, or {@code null} where there is none that can be written on
	 */
	@Nullable Connection find() {
		for (Connection connection : this.bound.inHand()) {
			if (isUsable(connection)) {
				return connection;
			}
		}
		return null;
	}

	private static boolean isUsable(Connection connection) {
		try {
			if (!connection.isWrapperFor(BaseConnection.class)) {
				return false;
			}
			BaseConnection postgres = connection.unwrap(BaseConnection.class);
			return postgres.getTransactionState() == TransactionState.IDLE && isWritable(connection, postgres)
					&& connection.isValid(VALIDATION_SECONDS);
		}
		catch (SQLException ex) {
			logger.debug("A connection could not be checked and is not used", LoggedFailure.of(ex));
			return false;
		}
	}

	// Reported by the server with each change: it costs no question. What the driver made
	// read-only for a transaction (readOnlyMode=always), it makes writable again.
	private static boolean isWritable(Connection connection, BaseConnection postgres) throws SQLException {
		return !Transactions.isStandby(connection) && (connection.isReadOnly()
				|| !"on".equals(postgres.getParameterStatus("default_transaction_read_only")));
	}

}
