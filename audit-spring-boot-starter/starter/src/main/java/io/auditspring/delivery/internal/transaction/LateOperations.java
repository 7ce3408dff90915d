/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.capture.internal.entry.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Calls within a transaction whose results came after they had returned. They arrive from
 * any thread, and wait here for the transaction's own.
 */
final class LateOperations {

	private final List<LateEnding> arrived = new ArrayList<>(0);

	private boolean closed;

	/**
	 * Adds a call that has ended.
	 * @param ending how it ended
	 * @param part what of it ran within the transaction, or {@code null} if nothing did
	 * @return {@code false} if the transaction is over
	 */
	synchronized boolean add(CompletedOperation ending, @Nullable Operation part) {
		return !this.closed && this.arrived.add(new LateEnding(ending, part));
	}

	synchronized List<LateEnding> take() {
		List<LateEnding> taken = List.copyOf(this.arrived);
		this.arrived.clear();
		return taken;
	}

	/**
	 * Gives what is left, and takes nothing more.
	 * @return what has arrived since the last time
	 */
	synchronized List<LateEnding> close() {
		this.closed = true;
		return take();
	}

	/**
	 * A call that has ended.
	 *
	 * @param ending how
	 * @param part what of it ran within the transaction, or {@code null}
	 */
	record LateEnding(CompletedOperation ending, @Nullable Operation part) {

		boolean isApart() {
			return this.part == null;
		}

		boolean isUndone() {
			return this.part != null && this.part.isUndone();
		}

	}

}
