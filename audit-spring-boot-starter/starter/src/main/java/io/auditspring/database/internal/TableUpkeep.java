/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

/**
 * Keeps a table beside the ledger in shape, about once an hour. Every instance does it.
 */
@FunctionalInterface
public interface TableUpkeep {

	/**
	 * Does what is due.
	 * @throws org.springframework.dao.DataAccessException if the database fails; it is
	 * tried again in an hour
	 */
	void keep();

}
