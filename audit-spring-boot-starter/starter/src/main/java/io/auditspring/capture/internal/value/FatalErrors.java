/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.value;

/**
 * Decides which failures of code that is not ours end where they are caught. What an
 * extension, an argument or an entity throws when it is asked something must not break
 * the call that is audited, and that may be an {@link Error}: a class that is missing, a
 * recursion without end, an assertion. After others nobody can rely on anything: an error
 * of the virtual machine, such as that there is no memory left, and the end of the
 * thread.
 */
public final class FatalErrors {

	// Newer JDKs lack the class.
	private static final String END_OF_THREAD = "java.lang.ThreadDeath";

	private FatalErrors() {
	}

	/**
	 * Throws a failure again if nobody should go on after it.
	 * @param failure what was caught
	 */
	public static void rethrow(Throwable failure) {
		boolean fatal = failure instanceof VirtualMachineError && !(failure instanceof StackOverflowError);
		if (failure instanceof Error error && (fatal || failure.getClass().getName().equals(END_OF_THREAD))) {
			throw error;
		}
	}

}
