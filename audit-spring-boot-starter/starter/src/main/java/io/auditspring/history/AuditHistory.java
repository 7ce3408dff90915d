/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What another library recorded before the trail began. Implement it to take over
 * something else than {@link JaversHistory} and {@link EnversHistory} read.
 *
 * @since 0.1.0
 */
public interface AuditHistory {

	/**
	 * What it is called in each entry that is made of it, in {@code metadata.imported}.
	 * @return the name, the same at every time
	 */
	String name();

	/**
	 * Reads commits, oldest first.
	 * @param after the position of the commit to begin behind, or {@code null} for the
	 * first
	 * @param sink takes one commit after the other; what it throws ends the reading
	 * @throws org.springframework.dao.DataAccessException if it cannot be read
	 */
	void read(@Nullable String after, Consumer<HistoricCommit> sink);

}
