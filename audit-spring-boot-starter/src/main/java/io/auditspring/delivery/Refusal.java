package io.auditspring.delivery;

import java.sql.SQLException;

/**
 * Tells a refusal of the data itself from a database that is not able to take anything
 * just now.
 */
final class Refusal {

	private Refusal() {
	}

	/**
	 * Whether trying again is useless.
	 * @param failure what went wrong
	 * @return {@code true} for data exceptions, integrity violations and exceeded limits
	 * (PostgreSQL manual, appendix A, classes 22, 23 and 54) and for what cannot be read
	 */
	static boolean isFinal(Exception failure) {
		if (failure instanceof SQLException sql) {
			String state = sql.getSQLState();
			return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
		}
		return true;
	}

}
