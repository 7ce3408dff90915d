package io.auditspring;

/**
 * When an entry is durable, seen from the audited call. Of a call whose result comes
 * later, the answer is that result, and the call returns when it is there.
 */
public enum Delivery {

	/** As the property {@code audit.delivery} says. */
	DEFAULT,

	/**
	 * The entry exists if and only if the business transaction commits. It is staged by
	 * that transaction and reaches the ledger shortly after. The entry of a failed call,
	 * and of a call without a transaction, is durable before the caller gets its answer.
	 */
	TRANSACTIONAL,

	/**
	 * The caller never waits for the audit database. Entries are buffered after the
	 * commit; those not yet written are lost if the process dies.
	 */
	ASYNC,

	/**
	 * Staged by the business transaction like {@link #TRANSACTIONAL}, and chained in the
	 * ledger when the call returns.
	 */
	SYNC

}
