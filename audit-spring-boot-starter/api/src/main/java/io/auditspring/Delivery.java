/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * When an entry is durable, seen from the audited call. Of a call whose result comes
 * later, the answer is that result, and the call returns when it is there.
 *
 * @since 0.1.0
 */
public enum Delivery {

	/** As the property {@code audit.delivery} says. */
	DEFAULT,

	/**
	 * The entry exists if and only if the business transaction commits. It is staged by
	 * that transaction, beside the business data, and reaches the ledger shortly after;
	 * whether the ledger is locked or busy, the call does not feel. The entry of a failed
	 * call, and of a call without a transaction, is durable before the caller gets its
	 * answer.
	 * <p>
	 * If the answer to a commit is lost, what the transaction staged tells whether it was
	 * committed; the entry says the same as soon as that can be found out.
	 */
	TRANSACTIONAL,

	/**
	 * The caller does not wait for the audit database, unless the buffer is full. Entries
	 * are buffered after the commit and written in batches; those not yet written are
	 * lost if the process dies, but not if it is stopped, even without a database.
	 * <p>
	 * If the answer to a commit is lost, the entry says that the call failed, as the
	 * caller was told.
	 */
	ASYNC,

	/**
	 * Durable like {@link #TRANSACTIONAL}, and chained in the ledger when the call
	 * returns. That is waited for, but not for ever: where it takes longer than
	 * {@code audit.sync.timeout} the entry is safe, and chained later; whether the call
	 * learns of that, the failure policy says.
	 */
	SYNC

}
