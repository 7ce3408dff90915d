package io.auditspring.delivery;

import java.sql.SQLException;

/**
 * Why entries could not be kept.
 */
public enum FailureReason {

	/** The database could not be reached. */
	CONNECTION,

	/** The database was reached, but was not able to take anything. */
	DATABASE,

	/** The entry itself was refused, and the quarantine could not take it. */
	REFUSED,

	/** A commit was not answered: the entries are kept, or they are not. */
	UNKNOWN_OUTCOME,

	/** The application stopped before they were written. */
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
		if (Refusal.isFinal(failure)) {
			return REFUSED;
		}
		String state = (failure instanceof SQLException sql) ? sql.getSQLState() : null;
		boolean reached = state != null && !state.startsWith("08") && !state.startsWith("57P");
		return reached ? DATABASE : CONNECTION;
	}

}
