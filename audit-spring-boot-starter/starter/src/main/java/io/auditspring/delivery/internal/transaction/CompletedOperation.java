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
 * @param finisher completes the entry where something of it depends on the state of the
 * target, or {@code null}
 * @param suppressed whether there shall be no entry, as far as that does not depend on
 * the state
 */
public record CompletedOperation(Operation operation, AuditRecord record, Entry entry, @Nullable Finisher finisher,
		boolean suppressed) {

	@Nullable Entry entry(@Nullable EntityChange target) {
		if (this.suppressed) {
			return null;
		}
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
		 * @return the entry, or {@code null} if there shall be none
		 */
		@Nullable Entry finish(@Nullable EntityChange target);

	}

}
