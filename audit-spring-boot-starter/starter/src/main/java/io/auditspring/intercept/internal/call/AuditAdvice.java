/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import org.aopalliance.intercept.MethodInterceptor;

/**
 * One of the two interceptors of an audited call.
 */
public interface AuditAdvice extends MethodInterceptor {

	/**
	 * Does what follows a failure. The caller gets that failure; another one is attached
	 * to it.
	 * @param failure what the call threw
	 * @param step what follows
	 */
	static void attempt(Throwable failure, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

}
