/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.util.Set;

import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.ledger.internal.entry.InvalidEntryException;

/**
 * Tells what is wrong with an entry from what is wrong with the database, by the classes
 * of the PostgreSQL manual, appendix A. Only the former may cost the entry its place in
 * the ledger; the latter is tried again until it is mended, be it a lost connection (08,
 * 57P), a deadlock (40), a server that only reads (25), a full disk (53), a lock that
 * took too long (55, 57014), or a privilege or table that is missing (42).
 */
public final class PermanentFailure {

	/** Classes of data exceptions, violated constraints, and exceeded limits. */
	private static final Set<String> OF_THE_ENTRY = Set.of("22", "23", "54");

	/** What a trigger of somebody's own says of rows: raise_exception. */
	private static final String RAISED = "P0001";

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
			return state != null && state.length() == 5
					&& (OF_THE_ENTRY.contains(state.substring(0, 2)) || state.equals(RAISED));
		}
		// What else is unchecked may come from what an application puts around its
		// connections.
		return failure instanceof InvalidEntryException;
	}

	/**
	 * Why it was refused, in words that quote nothing of the entry. What somebody's own
	 * trigger says is taken as it is.
	 * @param failure what went wrong
	 * @return its type and, from the database, its message
	 */
	public static String reason(Exception failure) {
		if (!(failure instanceof SQLException sql)) {
			return LoggedFailure.text((failure instanceof InvalidEntryException && failure.getCause() != null)
					? failure.getCause() : failure);
		}
		String text = FailureText.of(sql);
		return String.valueOf(sql.getSQLState()).startsWith("22") ? text.replaceAll("(?s)\".*\"", "\"…\"") : text;
	}

}
