package io.auditspring.web;

/**
 * An answer that had begun could not be ended.
 */
final class BrokenOffException extends RuntimeException {

	BrokenOffException(Throwable cause) {
		super("An export of audit entries broke off", cause);
	}

}
