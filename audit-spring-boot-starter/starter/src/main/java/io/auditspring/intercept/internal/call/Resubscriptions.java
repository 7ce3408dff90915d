/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Arrays;

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
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.util.ReflectionUtils;

/**
 * Lets every attempt at a method that returns a publisher come to the inner interceptor.
 * What makes attempts subscribes again, and advice in between, such as a reactive
 * transaction, calls the method each time. An invocation goes through the rest of the
 * advice once only: a second time it would lead straight to the method.
 */
final class Resubscriptions implements AuditAdvice {

	private Resubscriptions() {
	}

	/**
	 * Takes its place in a proxy: within what may try again, and around all the rest.
	 * @param bean any bean
	 * @param methods knows what is audited
	 */
	static void takePlaceIn(Object bean, AuditedMethods methods) {
		if (!(bean instanceof Advised proxy) || proxy.isFrozen()) {
			return;
		}
		int place = place(proxy.getAdvisors());
		if (place == proxy.getAdvisorCount()) {
			return;
		}
		StaticMethodMatcher publishers = new StaticMethodMatcher() {

			@Override
			public boolean matches(Method method, Class<?> type) {
				return ResultKind.of(method.getReturnType()) == ResultKind.PUBLISHER && methods.matches(method, type);
			}

		};
		Class<?> type = AopUtils.getTargetClass(bean);
		if (Arrays.stream(ReflectionUtils.getUniqueDeclaredMethods(type))
			.anyMatch((method) -> publishers.matches(method, type))) {
			proxy.addAdvisor(place,
					new DefaultPointcutAdvisor(new ComposablePointcut(publishers), new Resubscriptions()));
		}
	}

	private static int place(Advisor[] advisors) {
		int place = advisors.length;
		while (place > 0 && !OtherAdvice.mayTryAgain(advisors[place - 1].getAdvice())) {
			place--;
		}
		return place;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Call call = Call.of(invocation);
		if (call == null || !OtherAdvice.mayTryAgain(invocation)) {
			return invocation.proceed();
		}
		// Aspects ask which invocation is running on their thread.
		return repeated(call, invocation, ExposeInvocationInterceptor.INSTANCE::invoke);
	}

	/**
	 * Takes the way on, and again with each further subscription to what comes of it.
	 * @param call the call
	 * @param invocation the call as it has come here
	 * @param passage the way on
	 * @return what the method returned, or what stands for that
	 * @throws Throwable what the method threw
	 */
	static @Nullable Object repeated(Call call, MethodInvocation invocation, ApprovedCalls.Passage passage)
			throws Throwable {
		AsynchronousPublishers publishers = call.auditing().publishers();
		if (publishers == null) {
			return passage.take(invocation);
		}
		// It keeps how far the invocation has come.
		ProxyMethodInvocation here = (ProxyMethodInvocation) ((ProxyMethodInvocation) invocation).invocableClone();
		Object first = passage.take(invocation);
		Object all = (first != null) ? publishers.repeat(first, () -> again(passage, here.invocableClone())) : null;
		return (all != null) ? all : first;
	}

	private static @Nullable Object again(ApprovedCalls.Passage passage, MethodInvocation invocation) throws Exception {
		try {
			return passage.take(invocation);
		}
		catch (Exception | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new UndeclaredThrowableException(ex);
		}
	}

}
