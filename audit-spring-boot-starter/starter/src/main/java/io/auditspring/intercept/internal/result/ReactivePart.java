/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.util.function.Function;

import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * What one subscription did within a reactive transaction. What it says of itself counts
 * only if that commits, which may be long after the subscription has ended.
 */
public final class ReactivePart implements TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(ReactivePart.class);

	private boolean committing;

	private boolean over;

	private boolean committed;

	/** What is to be done when the transaction is over. */
	private @Nullable Function<Boolean, Mono<Void>> ending;

	private ReactivePart() {
	}

	/**
	 * Takes part in the transaction that a subscriber has begun.
	 * @param context the subscriber's context
	 * @return the part, or {@code null} where no transaction is running
	 */
	public static @Nullable ReactivePart of(ContextView context) {
		TransactionContext transaction = context.getOrDefault(TransactionContext.class, null);
		if (transaction == null) {
			return null;
		}
		TransactionSynchronizationManager synchronizations = new TransactionSynchronizationManager(transaction);
		if (!synchronizations.isSynchronizationActive() || !synchronizations.isActualTransactionActive()) {
			return null;
		}
		ReactivePart part = new ReactivePart();
		synchronizations.registerSynchronization(part);
		return part;
	}

	/**
	 * Ends the subscription: now if the transaction is over, else with it.
	 * @param ending gets whether the transaction was committed, and delivers the entry
	 * @return completes when the entry is delivered, or in the hands of the transaction
	 */
	public Mono<Void> end(Function<Boolean, Mono<Void>> ending) {
		synchronized (this) {
			if (!this.over) {
				this.ending = ending;
				return Mono.empty();
			}
		}
		return ending.apply(this.committed);
	}

	/**
	 * Whether the transaction was to be committed, and was not. Nobody marked it to be
	 * rolled back: whoever subscribed to it got a failure.
	 * @return {@code false} as long as it is running
	 */
	public synchronized boolean isUncommitted() {
		return this.over && this.committing && !this.committed;
	}

	@Override
	public Mono<Void> beforeCommit(boolean readOnly) {
		return Mono.fromRunnable(this::isCommitting);
	}

	private synchronized void isCommitting() {
		this.committing = true;
	}

	// What fails here reaches whoever subscribed to the transaction.
	@Override
	public Mono<Void> afterCommit() {
		return Mono.defer(() -> over(true));
	}

	@Override
	public Mono<Void> afterCompletion(int status) {
		return Mono.defer(() -> over(this.committed || status == STATUS_COMMITTED)).onErrorResume((ex) -> {
			logger.debug("What was rolled back could not be recorded at once", LoggedFailure.of(ex));
			return Mono.empty();
		});
	}

	private Mono<Void> over(boolean committed) {
		Function<Boolean, Mono<Void>> due;
		synchronized (this) {
			this.over = true;
			this.committed = committed;
			due = this.ending;
			this.ending = null;
		}
		return (due != null) ? due.apply(committed) : Mono.empty();
	}

}
