/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;

/**
 * Keeps the entries of months before they leave the ledger: the artifact
 * {@code audit-archive} has one.
 *
 * @since 0.1.0
 */
public interface MonthArchive {

	/**
	 * Archives entries, reads them back and verifies them. What was archived before is
	 * only verified, so this can be done again at any time.
	 * @param chain their chain
	 * @param firstSeq the first one's place
	 * @param lastSeq the last one's place
	 * @param requestedBy an entry that says who asks for it, as entries are staged
	 * @throws IOException if they are not in the archive as a whole; then they stay in
	 * the ledger
	 */
	void archive(String chain, long firstSeq, long lastSeq, String requestedBy) throws IOException;

}
