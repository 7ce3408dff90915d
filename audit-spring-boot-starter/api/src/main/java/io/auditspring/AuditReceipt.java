/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Says that an event has been recorded, and tells later where the ledger has put it.
 *
 * @since 0.1.0
 */
public interface AuditReceipt {

	/**
	 * The id of the event's entry, which is known at once: to be shown to a user, or kept
	 * beside what the event is about. An entry of that id is in the ledger when
	 * {@link #chained} completes normally.
	 * @return a version 7 UUID
	 */
	UUID entryId();

	/**
	 * Completes when the entry is in the ledger, whichever instance of whichever
	 * application has put it there. That is not before the transaction that records it
	 * has been committed: whoever waits for it within that transaction waits in vain.
	 * <p>
	 * The ledger is asked only as long as somebody waits, and nobody waits for longer
	 * than an hour. What is to be done then runs on a thread of the trail unless the
	 * stage is told otherwise ({@code thenAcceptAsync}), and holds up other receipts.
	 * @return a stage that completes with the entry's place, or with an
	 * {@link AuditNotChainedException} that says why there is none
	 */
	CompletionStage<Place> chained();

	/**
	 * The place of an entry in the ledger.
	 *
	 * @param chain the chain's name
	 * @param seq the entry's number in it, from 0
	 * @param hash the entry's hash in hex, which an inclusion proof leads from
	 */
	record Place(String chain, long seq, String hash) {

	}

}
