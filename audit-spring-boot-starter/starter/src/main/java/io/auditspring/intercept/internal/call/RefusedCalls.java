/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Tells whether a call that access control refuses leaves an entry of its own.
 */
public final class RefusedCalls {

	private RefusedCalls() {
	}

	/**
	 * Notes that access control refuses a call.
	 * @param invocation the call
	 * @param refusal what it is refused with
	 * @return whether the call is audited and has not come to the method yet: then its
	 * own entry tells of the refusal
	 */
	public static boolean note(MethodInvocation invocation, Throwable refusal) {
		Call call = (invocation instanceof ProxyMethodInvocation) ? Call.of(invocation) : null;
		if (call == null || call.isReached()) {
			return false;
		}
		call.refused(refusal);
		return true;
	}

}
