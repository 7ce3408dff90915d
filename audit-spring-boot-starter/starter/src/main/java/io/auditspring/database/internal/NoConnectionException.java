/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.SQLException;

/**
 * There is no connection to be had, whatever the pool throws to say so: nothing was done,
 * and another attempt would only wait as long once more.
 */
public final class NoConnectionException extends SQLException {

	/** PostgreSQL manual, appendix A: sqlclient_unable_to_establish_sqlconnection. */
	private static final String STATE = "08001";

	NoConnectionException(SQLException cause) {
		super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
	}

	NoConnectionException(RuntimeException cause) {
		super(cause.toString(), STATE, cause);
	}

}
