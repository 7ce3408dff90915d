/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import org.jspecify.annotations.Nullable;

/**
 * A source signed something that contradicts what it had signed before.
 *
 * @param seq the first entry that is another one, or {@code null} if it is not known
 * @param ours that entry's hash here, or the root
 * @param theirs its hash as it is signed now, or the root
 * @param note what is signed now
 * @param reason a sentence
 */
record Fork(@Nullable Long seq, byte[] ours, byte[] theirs, String note, String reason) {

	/** Ends the transaction in which it was found. */
	static final class Found extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final transient Fork fork;

		Found(Fork fork) {
			super(fork.reason(), null, false, false);
			this.fork = fork;
		}

		Fork fork() {
			return this.fork;
		}

	}

}
