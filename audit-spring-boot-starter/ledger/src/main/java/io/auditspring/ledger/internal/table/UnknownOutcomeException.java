/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

/**
 * A commit was sent, but its answer did not come: it may have happened or not.
 */
public final class UnknownOutcomeException extends SQLException {

	private static final long serialVersionUID = 1L;

	UnknownOutcomeException(Throwable cause) {
		super(cause.getMessage(), state(cause), cause);
	}

	private static @Nullable String state(Throwable cause) {
		return (cause instanceof SQLException sql) ? sql.getSQLState() : null;
	}

}
