/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.SQLException;

/**
 * Watches batches of staged entries on their way into the ledger.
 */
@FunctionalInterface
public interface BatchWatcher {

	/** Watches nothing. */
	BatchWatcher NONE = (entries, append) -> append.run();

	/**
	 * Lets a batch be appended, and sees how that goes.
	 * @param entries how many entries it has, at least one
	 * @param append appends it; to be called once
	 * @throws SQLException what {@code append} throws
	 */
	void watch(int entries, Append append) throws SQLException;

	/**
	 * Appends a batch.
	 */
	@FunctionalInterface
	interface Append {

		void run() throws SQLException;

	}

}
