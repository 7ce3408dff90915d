/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;

/**
 * Archives entries while they are still in the ledger, long before their month is
 * retired: the artifact {@code audit-archive} has one. It is asked once a day, on one
 * instance.
 *
 * @since 0.1.0
 */
public interface EarlyArchive {

	/**
	 * Archives what is old enough and not archived yet.
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @throws IOException if something is not in the archive; what was archived before
	 * stays archived
	 */
	void archive(String requestedBy) throws IOException;

}
