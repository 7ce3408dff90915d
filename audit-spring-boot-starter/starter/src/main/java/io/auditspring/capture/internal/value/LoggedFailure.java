/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * An exception as a log may show it: all of its stack traces, and of its messages only
 * what quotes no value. Entries hold personal data, which has no place in a log.
 */
public final class LoggedFailure extends Exception {

	private static final long serialVersionUID = 1L;

	private static final int MAX_DEPTH = 20;

	private LoggedFailure(Throwable original, @Nullable LoggedFailure cause) {
		super(text(original), cause);
		setStackTrace(original.getStackTrace());
	}

	/**
	 * Copies an exception.
	 * @param failure the exception
	 * @return a copy to be logged, with its causes
	 */
	public static LoggedFailure of(Throwable failure) {
		return of(failure, 0);
	}

	private static LoggedFailure of(Throwable failure, int depth) {
		Throwable cause = failure.getCause();
		return new LoggedFailure(failure,
				(cause != null && cause != failure && depth < MAX_DEPTH) ? of(cause, depth + 1) : null);
	}

	/**
	 * Describes an exception in one line.
	 * @param failure the exception
	 * @return its type, SQL state and message. Without the message where that may quote a
	 * value: data exceptions (22) do, triggers (P0) and whatever reads a text or is
	 * thrown by an application may
	 */
	public static String text(Throwable failure) {
		String type = failure.getClass().getSimpleName();
		if (!(failure instanceof SQLException sql)) {
			return isOurs(failure) ? FailureText.of(failure) : type;
		}
		String state = String.valueOf(sql.getSQLState());
		return (state.startsWith("22") || state.startsWith("P0")) ? type + " (" + state + ")"
				: FailureText.of(sql) + " (" + state + ")";
	}

	// What is wrong with the state of something is told by those who know that they quote
	// nothing.
	private static boolean isOurs(Throwable failure) {
		StackTraceElement[] trace = failure.getStackTrace();
		String thrower = (trace.length > 0) ? trace[0].getClassName() : "";
		return failure instanceof IllegalStateException
				&& (thrower.startsWith("io.auditspring.") || thrower.startsWith("org.hibernate."));
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
