/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.past;

import java.util.Optional;

import org.springframework.dao.DataAccessException;

/**
 * An archive of entries that are no longer in the database.
 */
public interface EntryArchive {

	/**
	 * Looks up which entries are here only.
	 * @return these entries, equal to others that hold the same; empty if there are none
	 * @throws DataAccessException if that cannot be found out
	 */
	Optional<Past> past();

}
