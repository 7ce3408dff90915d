package io.auditspring.capture;

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

	private static final Pattern QUOTED = Pattern.compile("\".*\"", Pattern.DOTALL);

	/** Spring quotes what it does not accept. */
	private static final Pattern REJECTED = Pattern.compile("rejected value \\[.*?\\](?=;|$)", Pattern.DOTALL);

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
		String text = String.valueOf(message(failure));
		Throwable cause = failure;
		for (int depth = 0; cause != null && depth < 50; depth++) {
			if (cause instanceof SQLException sql && sql.getMessage() != null) {
				text = text.replace(sql.getMessage(), plain(sql));
			}
			cause = cause.getCause();
		}
		return REJECTED.matcher(text).replaceAll("rejected value [" + Masking.MASK + "]");
	}

	// An exception is the application's, and may do anything. To replace parts of a huge
	// message would take long, and to cut it first could hide what is to be replaced.
	private static @Nullable String message(Throwable failure) {
		try {
			String message = failure.getMessage();
			return (message == null || message.length() <= MAX_MESSAGE) ? message
					: "(a message of " + message.length() + " characters)";
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return "(no message: " + ex.getClass().getSimpleName() + ")";
		}
	}

	private static String plain(SQLException failure) {
		SQLException refusal = failure;
		if (failure instanceof BatchUpdateException batch && batch.getNextException() != null) {
			refusal = batch.getNextException();
		}
		String told = (refusal instanceof PSQLException psql) ? told(psql.getServerErrorMessage()) : null;
		if (told != null) {
			return told;
		}
		return (failure instanceof BatchUpdateException) ? "A batch was refused" : String.valueOf(failure.getMessage());
	}

	// A data exception (class 22) quotes the value that it is about.
	private static @Nullable String told(@Nullable ServerErrorMessage message) {
		if (message == null) {
			return null;
		}
		boolean quotes = String.valueOf(message.getSQLState()).startsWith("22");
		String text = String.valueOf(message.getMessage());
		return message.getSeverity() + ": " + (quotes ? QUOTED.matcher(text).replaceAll(Masking.MASK) : text);
	}

}
