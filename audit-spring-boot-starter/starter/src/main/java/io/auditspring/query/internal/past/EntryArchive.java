/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.past;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * An archive of entries that are no longer in the database.
 */
public interface EntryArchive {

	/**
	 * Looks up which entries are here only.
	 * @param connection to the ledger's database: the one on which its entries are read,
	 * as there may be no other
	 * @return these entries, equal to others that hold the same; empty if there are none
	 * @throws SQLException if that cannot be found out
	 */
	Optional<Past> past(Connection connection) throws SQLException;

}
