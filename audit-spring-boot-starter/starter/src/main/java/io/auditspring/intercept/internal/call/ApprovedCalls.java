/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.auditspring.ApprovalException;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.result.ResultKind;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;

/**
 * Lets calls come to what is within it only if they need no approval, or have it. Where
 * access control is among the advice it stands within that: who may not call a method
 * must not ask for its approval either. Elsewhere the outermost interceptor does the
 * same, so that nothing answers for the method before.
 */
final class ApprovedCalls implements AuditAdvice {

	private ApprovedCalls() {
	}

	/**
	 * Takes its place in a proxy that has access control, behind all of that.
	 * @param bean any bean
	 * @param methods knows what is audited
	 */
	static void takePlaceIn(Object bean, AuditedMethods methods) {
		if (!(bean instanceof Advised proxy) || proxy.isFrozen() || !methods.anyIn(AopUtils.getTargetClass(bean))) {
			return;
		}
		Advisor[] advisors = proxy.getAdvisors();
		int place = advisors.length;
		while (place > 0 && !OtherAdvice.decidesAccess(advisors[place - 1].getAdvice())) {
			place--;
		}
		if (place > 0) {
			proxy.addAdvisor(place, new DefaultPointcutAdvisor(new ComposablePointcut(methods), new ApprovedCalls()));
		}
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Call call = Call.of(invocation);
		// Aspects ask which invocation is running on their thread.
		return (call != null) ? pass(call, invocation, ExposeInvocationInterceptor.INSTANCE::invoke)
				: invocation.proceed();
	}

	/**
	 * Lets a call pass: at once, or with each subscription to what the method returns.
	 * @param call the call
	 * @param invocation the call as it has come here
	 * @param passage the way on
	 * @return what the method returned, or what stands for that
	 * @throws Throwable what the method threw
	 * @throws ApprovalException if it may not
	 */
	static @Nullable Object pass(Call call, MethodInvocation invocation, Passage passage) throws Throwable {
		call.isGuarded();
		if (!call.needsApproval()) {
			return passage.take(invocation);
		}
		if (call.method().resultKind() != ResultKind.PUBLISHER) {
			call.pass();
			return passage.take(invocation);
		}
		AsynchronousPublishers publishers = call.auditing().publishers();
		if (publishers == null) {
			throw new ApprovalException("Nobody sees who subscribes to what %s returns, so it is refused"
				.formatted(invocation.getMethod()));
		}
		call.isDeferred();
		// It keeps how far the invocation has come.
		ProxyMethodInvocation here = (ProxyMethodInvocation) ((ProxyMethodInvocation) invocation).invocableClone();
		return publishers.approved(returnType(invocation), call, () -> passage.take(here.invocableClone()));
	}

	// An interface may say less of it.
	private static Class<?> returnType(MethodInvocation invocation) {
		Object target = invocation.getThis();
		return AopUtils
			.getMostSpecificMethod(invocation.getMethod(), (target != null) ? AopUtils.getTargetClass(target) : null)
			.getReturnType();
	}

	/**
	 * Refuses calls that need approval, where nothing is audited and nobody can be asked.
	 */
	static final class Refusal implements AuditAdvice {

		private final AuditedMethods methods;

		private final Supplier<CallApproval> approvals;

		/**
		 * Creates the advice.
		 * @param methods knows what would be audited
		 * @param approvals knows which of that needs approval, besides what has the
		 * annotation
		 */
		Refusal(AuditedMethods methods, Supplier<CallApproval> approvals) {
			this.methods = methods;
			this.approvals = approvals;
		}

		/**
		 * Goes around what only interfaces say of, as of repositories.
		 * @param bean any bean
		 * @param eligible knows which classes may have methods that need approval
		 * @return whether it is around it
		 */
		boolean surround(Object bean, Predicate<Class<?>> eligible) {
			if (!(bean instanceof Advised proxy) || proxy.isFrozen() || eligible.test(AopUtils.getTargetClass(bean))
					|| Arrays.stream(proxy.getProxiedInterfaces()).noneMatch(eligible)) {
				return false;
			}
			proxy.addAdvisor(0, new DefaultPointcutAdvisor(this));
			return true;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			AuditedMethod method = find(invocation);
			if (method != null && needsApproval(method, invocation.getArguments())) {
				throw new ApprovalException("%s needs approval, and nobody can be asked: auditing is switched off "
					.formatted(method.outline().action()) + "(audit.enabled=false)");
			}
			return invocation.proceed();
		}

		private @Nullable AuditedMethod find(MethodInvocation invocation) {
			Object target = invocation.getThis();
			Method method = invocation.getMethod();
			AuditedMethod found = (target != null) ? this.methods.find(method, AopUtils.getTargetClass(target)) : null;
			return (found != null) ? found : this.methods.find(method, method.getDeclaringClass());
		}

		private boolean needsApproval(AuditedMethod method, @Nullable Object[] arguments) {
			return method.approval() != null
					|| this.approvals.get().isRequired(method.outline().action(), method.named(arguments));
		}

	}

	/**
	 * How a call goes on.
	 */
	@FunctionalInterface
	interface Passage {

		@Nullable Object take(MethodInvocation invocation) throws Throwable;

	}

}
