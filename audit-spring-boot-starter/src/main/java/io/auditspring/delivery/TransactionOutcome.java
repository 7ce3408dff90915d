package io.auditspring.delivery;

/**
 * What became of a transaction.
 */
enum TransactionOutcome {

	/** It was committed. */
	COMMITTED,

	/** It was rolled back, or never arrived. */
	LOST,

	/** It is still running, or cannot be asked after. */
	UNKNOWN

}
