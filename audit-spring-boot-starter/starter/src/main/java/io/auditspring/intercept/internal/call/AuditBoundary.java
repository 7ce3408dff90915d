/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.ResultKind;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * The outermost interceptor of an audited call. It learns who calls before anything else
 * happens, sees what never gets as far as the method, and delivers what is left when the
 * transaction is over and its connection free again.
 */
final class AuditBoundary implements AuditAdvice {

	private final BiFunction<Method, Class<?>, @Nullable AuditedMethod> methods;

	private final Supplier<Auditing> auditing;

	private final ProxyCalls proxies;

	/**
	 * Creates the boundary.
	 * @param methods finds what is known of a method of a class, or {@code null} where it
	 * is not audited
	 * @param auditing what to work with
	 * @param proxies what the boundaries of proxies around each other have in common
	 */
	AuditBoundary(BiFunction<Method, Class<?>, @Nullable AuditedMethod> methods, Supplier<Auditing> auditing,
			ProxyCalls proxies) {
		this.methods = methods;
		this.auditing = auditing;
		this.proxies = proxies;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
		AuditedMethod method = this.methods.apply(invocation.getMethod(), type);
		if (method == null) {
			return invocation.proceed();
		}
		Call outer = this.proxies.of(method);
		if (outer != null) {
			outer.attachTo(invocation);
			return this.proxies.within(null, invocation);
		}
		Call call = new Call(this.auditing.get(), method, invocation);
		call.attachTo(invocation);
		return invoke(call);
	}

	private @Nullable Object invoke(Call call) throws Throwable {
		Object result;
		try {
			result = passed(call);
		}
		catch (Throwable ex) {
			AuditAdvice.attempt(ex, () -> failed(call, ex));
			throw ex;
		}
		ResultKind kind = call.kindOf(result);
		if (kind != ResultKind.AT_ONCE || call.left() != null) {
			result = late(call, result, kind);
		}
		else if (!call.isReached() && !OtherAdvice.isAsynchronous(call.invocation())) {
			// Somebody else answered for the method: a cache, or access control with a
			// stand-in for the result.
			record(call, result, call.refusal());
		}
		call.settle(null);
		return result;
	}

	/**
	 * Who may not call it, whoever finds that out, must not ask for an approval either.
	 */
	private @Nullable Object passed(Call call) throws Throwable {
		MethodInvocation invocation = call.invocation();
		ApprovedCalls.Passage passage = (next) -> this.proxies.within(call, next);
		// Access control that is subscribed to once more would lead past whoever asks,
		// straight to the method: an invocation goes through the advice once only.
		return (call.needsApproval() && OtherAdvice.decidesAccess(invocation))
				? Resubscriptions.repeated(call, invocation, passage) : ApprovedCalls.pass(call, invocation, passage);
	}

	private static @Nullable Object late(Call call, @Nullable Object result, ResultKind kind) {
		Object watched = (result != null && kind.isOutstanding(result)) ? watched(call, result) : null;
		if (watched != null) {
			return watched;
		}
		if (call.isUnrecorded() && !(call.left() == null && OtherAdvice.isAsynchronous(call.invocation()))) {
			Throwable refusal = call.refusal();
			record(call, kind.valueIn(result), (refusal != null) ? refusal : kind.failureIn(result));
		}
		return result;
	}

	private static @Nullable Object watched(Call call, Object result) {
		if (result instanceof CompletionStage<?> stage) {
			return AsynchronousStages.watch(stage, call);
		}
		AsynchronousPublishers publishers = call.auditing().publishers();
		return (publishers != null) ? publishers.watch(result, call) : null;
	}

	private static void failed(Call call, Throwable failure) {
		if (call.isUnrecorded()) {
			record(call, null, failure);
		}
		call.fails(failure);
		call.settle(failure);
	}

	private static void record(Call call, @Nullable Object result, @Nullable Throwable failure) {
		Operation left = call.left();
		CompletedOperation completed = Attempt
			.seenFromOutside(call, (left != null) ? left : call.beginElsewhere(call.origin()))
			.ended(result, failure)
			.complete();
		AuditTransaction transaction = call.auditing().transactions().current();
		if (transaction == null || !transaction.add(completed)) {
			call.afterCompletion().add(completed);
		}
	}

}
