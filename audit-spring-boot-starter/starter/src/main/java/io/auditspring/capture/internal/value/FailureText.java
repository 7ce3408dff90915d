/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * How an entry shows an exception. The database likes to add the values of the row that
 * it refused ("Detail: Key (token)=(...) already exists"), and those are nobody's
 * business.
 */
public final class FailureText {

	private static final int MAX_MESSAGE = 1_000_000;

	/** As the database's language has it. */
	private static final Pattern QUOTED = Pattern
		.compile("[\"\u00ab\u00bb\u201c\u201d\u201e\u300c].*[\"\u00ab\u00bb\u201c\u201d\u300d]", Pattern.DOTALL);

	/** What is wrong with a value, or with SQL that may have values in it. */
	private static final Pattern ABOUT_VALUES = Pattern.compile("22...|42601");

	/** What the driver says itself of values that it cannot convert. */
	private static final Pattern CONVERSION = Pattern.compile("22...|42846|42821");

	/**
	 * Spring quotes what it does not accept. What is not closed reaches to the end, and
	 * is read once only.
	 */
	private static final Pattern REJECTED = Pattern.compile("rejected value \\[(?:.*?\\](?=;|$)|.*)", Pattern.DOTALL);

	private FailureText() {
	}

	/**
	 * Shows an exception.
	 * @param failure the exception
	 * @return its type and its message, without the values of rows
	 */
	public static String of(Throwable failure) {
		return failure.getClass().getSimpleName() + ": " + messageOf(failure);
	}

	/**
	 * The message of an exception.
	 * @param failure the exception
	 * @return its message, without the values of rows and of rejected input
	 */
	public static String messageOf(Throwable failure) {
		return withoutValues(failure, String.valueOf(message(failure)));
	}

	/**
	 * A text that an exception gives of itself.
	 * @param failure the exception
	 * @param told the text, such as its message in a language
	 * @return the text without the values of rows and of rejected input
	 */
	public static String withoutValues(Throwable failure, String told) {
		String text = bounded(told);
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < 50; depth++) {
			String refusal = (cause instanceof SQLException) ? message(cause) : null;
			if (refusal != null && !refusal.isEmpty()) {
				text = text.replace(refusal, plain((SQLException) cause, refusal));
			}
			cause = cause.getCause();
		}
		return REJECTED.matcher(text).replaceAll("rejected value [" + Masking.MASK + "]");
	}

	// To replace parts of a huge message would take long, and to cut it first could hide
	// what is to be replaced.
	private static String bounded(String text) {
		return (text.length() <= MAX_MESSAGE) ? text : "(a message of " + text.length() + " characters)";
	}

	// An exception is the application's, and may do anything.
	private static @Nullable String message(Throwable failure) {
		try {
			return failure.getMessage();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return "(no message: " + ex.getClass().getSimpleName() + ")";
		}
	}

	private static String plain(SQLException failure, String message) {
		SQLException refusal = failure;
		if (failure instanceof BatchUpdateException batch && batch.getNextException() != null) {
			refusal = batch.getNextException();
		}
		ServerErrorMessage told = (refusal instanceof PSQLException psql) ? psql.getServerErrorMessage() : null;
		if (told != null) {
			return told.getSeverity() + ": " + withoutValues(String.valueOf(told.getMessage()), told.getSQLState());
		}
		return (failure instanceof BatchUpdateException) ? "A batch was refused" : converting(failure, message);
	}

	private static String withoutValues(String message, @Nullable String state) {
		return ABOUT_VALUES.matcher(String.valueOf(state)).matches() ? QUOTED.matcher(message).replaceAll(Masking.MASK)
				: message;
	}

	private static String converting(SQLException failure, String message) {
		int colon = message.indexOf(':');
		boolean quotes = colon >= 0 && CONVERSION.matcher(String.valueOf(failure.getSQLState())).matches();
		return quotes ? message.substring(0, colon).strip() + ": " + Masking.MASK : message;
	}

}
