/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Hands a call from a proxy to one within it: each has an invocation of its own, with
 * nothing in common. Most beans have only one.
 */
class ProxyCalls {

	static final ProxyCalls SINGLE = new ProxyCalls();

	/**
	 * The call that a proxy around this one has let through.
	 * @param method the method that is called
	 * @return the call, or {@code null} where this is the outermost proxy
	 */
	@Nullable Call of(AuditedMethod method) {
		return null;
	}

	@Nullable Object within(@Nullable Call call, MethodInvocation invocation) throws Throwable {
		return invocation.proceed();
	}

	/**
	 * Those of a bean whose proxies are around each other.
	 */
	static final class Nested extends ProxyCalls {

		private final ThreadLocal<@Nullable Call> calls = new ThreadLocal<>();

		@Override
		@Nullable Call of(AuditedMethod method) {
			Call call = this.calls.get();
			return (call != null && call.method() == method) ? call : null;
		}

		@Override
		@Nullable Object within(@Nullable Call call, MethodInvocation invocation) throws Throwable {
			Call previous = this.calls.get();
			replace(call);
			try {
				return invocation.proceed();
			}
			finally {
				replace(previous);
			}
		}

		private void replace(@Nullable Call call) {
			if (call != null) {
				this.calls.set(call);
			}
			else {
				this.calls.remove();
			}
		}

	}

}
