/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * How an operation ended.
 *
 * @param operation the operation
 * @param record what happened
 * @param entry the operation's entry, still without state
 * @param finisher completes the entry where its text depends on the state of the target,
 * or {@code null}
 * @param suppressed whether there shall be no entry
 */
public record CompletedOperation(Operation operation, AuditRecord record, Entry entry, @Nullable Finisher finisher,
		boolean suppressed) {

	Entry entry(@Nullable EntityChange target) {
		return (this.finisher != null) ? this.finisher.finish(target) : this.entry;
	}

	/**
	 * Completes an entry once the state of its target is known.
	 */
	@FunctionalInterface
	public interface Finisher {

		/**
		 * Gives the entry, still without state.
		 * @param target what became of the target, or {@code null} where nothing did
		 * @return the entry
		 */
		Entry finish(@Nullable EntityChange target);

	}

}
