/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.thread;

import org.jspecify.annotations.Nullable;

/**
 * Work of ours on a thread of somebody else that may have been interrupted before: what
 * the JDK closes under such a thread (channels of files, on virtual threads also sockets)
 * is not its business. It is interrupted again afterwards.
 */
public final class Uninterrupted {

	private Uninterrupted() {
	}

	/**
	 * Does it.
	 * @param work the work
	 * @param <T> what it gives
	 * @param <E> what it throws
	 * @return what it gives
	 * @throws E what the work threw
	 */
	public static <T extends @Nullable Object, E extends Exception> T call(Work<T, E> work) throws E {
		boolean interrupted = Thread.interrupted();
		try {
			return work.call();
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * The work.
	 *
	 * @param <T> what it gives
	 * @param <E> what it throws
	 */
	@FunctionalInterface
	public interface Work<T extends @Nullable Object, E extends Exception> {

		T call() throws E;

	}

}
