/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;

import io.auditspring.ledger.internal.table.UnknownOutcomeException;

/**
 * Why entries could not be stored when they were handed over. They are kept, and written
 * later, unless the reason says otherwise.
 */
public enum FailureReason {

	/** The database could not be reached. */
	CONNECTION,

	/** The database was reached, but was not able to take anything. */
	DATABASE,

	/** The entry itself was refused. */
	REFUSED,

	/** A commit was not answered; whether it happened is found out later. */
	UNKNOWN_OUTCOME,

	/** Neither the database nor the spool took them: they are lost. */
	STOPPED;

	/**
	 * Finds the reason of a failure.
	 * @param failure what went wrong
	 * @return by its SQL state (PostgreSQL manual, appendix A)
	 */
	static FailureReason of(Exception failure) {
		if (failure instanceof UnknownOutcomeException) {
			return UNKNOWN_OUTCOME;
		}
		if (PermanentFailure.isFinal(failure)) {
			return REFUSED;
		}
		String state = (failure instanceof SQLException sql) ? sql.getSQLState() : null;
		boolean reached = state != null && !state.startsWith("08") && !state.startsWith("57P");
		return reached ? DATABASE : CONNECTION;
	}

}
