/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

/**
 * What became of a transaction.
 */
public enum TransactionOutcome {

	/** It was committed. */
	COMMITTED,

	/** It was rolled back, or never arrived. */
	LOST,

	/** It is still running, or cannot be asked after. */
	UNKNOWN

}
