package io.auditspring;

/**
 * How much attention an entry deserves.
 */
public enum Severity {

	/** Ordinary business. */
	INFO,

	/** Unusual, worth a look. */
	WARNING,

	/** Something went wrong. */
	ERROR,

	/** Needs a human now. */
	CRITICAL

}
