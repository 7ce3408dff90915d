/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

/**
 * Learns how far a verification has come.
 *
 * @since 0.1.0
 */
public interface VerificationProgress {

	/** Nobody wants to know. */
	VerificationProgress NONE = (chain, seq, size) -> {
	};

	/**
	 * Takes the state. Called once in a while, on the thread that verifies.
	 * @param chain the chain that is verified
	 * @param seq how far it is verified
	 * @param size where it is said to end
	 */
	void reached(String chain, long seq, long size);

}
