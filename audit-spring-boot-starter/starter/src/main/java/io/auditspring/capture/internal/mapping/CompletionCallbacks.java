/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import org.hibernate.engine.internal.TransactionCompletionCallbacksImpl;
import org.hibernate.event.spi.EventSource;

/**
 * What a session runs when its transaction ends.
 */
public final class CompletionCallbacks {

	private CompletionCallbacks() {
	}

	/**
	 * Forgets them all, as Hibernate itself has no way to.
	 * @param session whose transaction is over
	 */
	public static void discard(EventSource session) {
		session.getActionQueue()
			.setTransactionCompletionCallbacks(new TransactionCompletionCallbacksImpl(session), false);
	}

}
