package io.auditspring.delivery;

import java.sql.SQLException;

/**
 * A commit was sent, but its answer did not come: it may have happened or not.
 */
final class UnknownOutcomeException extends SQLException {

	private static final long serialVersionUID = 1L;

	UnknownOutcomeException(SQLException cause) {
		super(cause.getMessage(), cause.getSQLState(), cause);
	}

}
