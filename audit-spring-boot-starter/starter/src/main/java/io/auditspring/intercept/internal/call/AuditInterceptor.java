/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The innermost interceptor of an audited call, within its transaction. Each time
 * something around the method lets the call through, it makes an {@link Attempt}.
 */
final class AuditInterceptor implements AuditAdvice {

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Call call = Call.of(invocation);
		if (call == null) {
			return invocation.proceed();
		}
		// Where nothing around it could.
		return call.isSeenTo() ? attempt(call, invocation)
				: ApprovedCalls.pass(call, invocation, (approved) -> attempt(call, approved));
	}

	private static @Nullable Object attempt(Call call, MethodInvocation invocation) throws Throwable {
		return call.isOnItsThread() ? Attempt.begin(call, invocation).proceed()
				: call.auditing().origins().within(call.origin(), () -> Attempt.begin(call, invocation).proceed());
	}

}
