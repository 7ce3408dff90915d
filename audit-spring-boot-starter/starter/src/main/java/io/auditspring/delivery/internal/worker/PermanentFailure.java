/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.util.Set;

import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.capture.internal.value.LoggedFailure;

/**
 * Tells what is wrong with an entry from what is wrong with the database, by the classes
 * of the PostgreSQL manual, appendix A. Only the former may cost the entry its place in
 * the ledger; the latter is tried again until it is mended, be it a lost connection (08,
 * 57P), a deadlock (40), a server that only reads (25), a full disk (53), a lock that
 * took too long (55, 57014), or a privilege or table that is missing (42).
 */
public final class PermanentFailure {

	/**
	 * Data exceptions, violated constraints, exceeded limits, and rules that somebody's
	 * own trigger has about rows.
	 */
	private static final Set<String> OF_THE_ENTRY = Set.of("22", "23", "54", "P0");

	private PermanentFailure() {
	}

	/**
	 * Whether trying again is useless.
	 * @param failure what went wrong
	 * @return {@code true} where the entry is to blame, or cannot be read
	 */
	public static boolean isFinal(Exception failure) {
		if (failure instanceof SQLException sql) {
			String state = sql.getSQLState();
			return state != null && state.length() == 5 && OF_THE_ENTRY.contains(state.substring(0, 2));
		}
		// What the ledger says of itself is not about an entry.
		return !(failure instanceof IllegalStateException);
	}

	/**
	 * Why it was refused, in words that quote nothing of the entry. What somebody's own
	 * trigger says is taken as it is.
	 * @param failure what went wrong
	 * @return its type and, from the database, its message
	 */
	public static String reason(Exception failure) {
		if (!(failure instanceof SQLException sql)) {
			return LoggedFailure.text(failure);
		}
		String text = FailureText.of(sql);
		return String.valueOf(sql.getSQLState()).startsWith("22") ? text.replaceAll("(?s)\".*\"", "\"…\"") : text;
	}

}
