/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.aopalliance.aop.Advice;
import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.AfterAdvice;
import org.springframework.aop.BeforeAdvice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.aspectj.AbstractAspectJAdvice;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.AopUtils;
import org.springframework.dao.support.PersistenceExceptionTranslationInterceptor;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.util.ClassUtils;

/**
 * What is around an audited method besides ours, as far as its proxy tells.
 */
final class OtherAdvice {

	private static final String UNKNOWN = "advice";

	/**
	 * Call the method themselves, and once; what they may refuse with is an exception.
	 */
	private static final List<Class<?>> TRANSPARENT = List.of(TransactionInterceptor.class,
			AsyncExecutionInterceptor.class, PersistenceExceptionTranslationInterceptor.class,
			ExposeInvocationInterceptor.class, BeforeAdvice.class, AfterAdvice.class);

	/** Retries and limits of Spring Framework, which have no answer of their own. */
	private static final String RESILIENCE = "org.springframework.resilience.";

	/** Its stand-ins for a result are refusals, and told of as such. */
	private static final String SECURITY = "org.springframework.security.";

	/** Remembers what was returned. */
	private static final String CACHE = "org.springframework.cache.";

	/** Does what a repository's method stands for. */
	private static final String DATA = "org.springframework.data.";

	private OtherAdvice() {
	}

	/**
	 * Whether the method runs on another thread.
	 * @param invocation the call
	 * @return whether the proxy has an asynchronous advice for it
	 */
	static boolean isAsynchronous(MethodInvocation invocation) {
		return around(invocation).anyMatch(AsyncExecutionInterceptor.class::isInstance);
	}

	/**
	 * Whether something may call the method once more.
	 * @param invocation the call
	 * @return {@code false} if the proxy has nothing that is not known to call it once
	 */
	static boolean mayTryAgain(MethodInvocation invocation) {
		return around(invocation).anyMatch(OtherAdvice::mayTryAgain);
	}

	/**
	 * Whether an advice may call what is within it once more.
	 * @param advice the advice
	 * @return {@code false} if it is known to call it once
	 */
	static boolean mayTryAgain(Advice advice) {
		return !isTransparent(advice) && !isOf(advice, SECURITY) && !isOf(advice, DATA);
	}

	/**
	 * Whether an advice decides who may call what is within it.
	 * @param advice the advice
	 * @return whether it is one of Spring Security
	 */
	static boolean decidesAccess(Advice advice) {
		return isOf(advice, SECURITY);
	}

	/**
	 * Whether something on the way to the method decides who may call it.
	 * @param invocation the call
	 * @return whether this proxy, or one within it, has such an advice for it
	 */
	static boolean decidesAccess(MethodInvocation invocation) {
		Object proxy = ((ProxyMethodInvocation) invocation).getProxy();
		while (proxy instanceof Advised advised) {
			if (around(advised, invocation).anyMatch(OtherAdvice::decidesAccess)) {
				return true;
			}
			proxy = AopProxyUtils.getSingletonTarget(advised);
		}
		return false;
	}

	/**
	 * Who answered instead of the method.
	 * @param invocation the call
	 * @return the class of the aspect or interceptor where only one can have been it,
	 * such as {@code CacheInterceptor}, else {@code advice}
	 */
	static String answering(MethodInvocation invocation) {
		List<String> names = answering(around(invocation)).map(OtherAdvice::name).distinct().toList();
		return (names.size() == 1) ? names.get(0) : UNKNOWN;
	}

	/**
	 * Whether a cache alone may have answered instead of the method.
	 * @param invocation the call
	 * @return whether the proxy has one of Spring's, and nothing else that has an answer
	 */
	static boolean isCached(MethodInvocation invocation) {
		List<Advice> answering = answering(around(invocation)).toList();
		return !answering.isEmpty() && answering.stream().allMatch((advice) -> isOf(advice, CACHE));
	}

	/**
	 * Whether something may answer instead of the method.
	 * @param invocation the call
	 * @return {@code false} if the proxy has nothing that has an answer of its own
	 */
	static boolean mayAnswer(MethodInvocation invocation) {
		return answering(around(invocation)).findAny().isPresent();
	}

	private static Stream<Advice> answering(Stream<Advice> around) {
		return around.filter((advice) -> !isTransparent(advice) && !isOf(advice, SECURITY) && !isOf(advice, RESILIENCE)
				&& !isOf(advice, DATA));
	}

	private static boolean isTransparent(Advice advice) {
		return isOurs(advice) || TRANSPARENT.stream().anyMatch((type) -> type.isInstance(advice));
	}

	private static boolean isOurs(Advice advice) {
		return advice instanceof AuditAdvice;
	}

	private static boolean isOf(Advice advice, String prefix) {
		return advice.getClass().getName().startsWith(prefix);
	}

	private static String name(Advice advice) {
		return ClassUtils.getShortName((advice instanceof AbstractAspectJAdvice aspect)
				? aspect.getAspectJAdviceMethod().getDeclaringClass() : advice.getClass());
	}

	private static Stream<Advice> around(MethodInvocation invocation) {
		return (((ProxyMethodInvocation) invocation).getProxy() instanceof Advised proxy) ? around(proxy, invocation)
				: Stream.empty();
	}

	private static Stream<Advice> around(Advised proxy, MethodInvocation invocation) {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
		return Arrays.stream(proxy.getAdvisors())
			.filter((advisor) -> !(advisor instanceof PointcutAdvisor pointcut)
					|| matches(pointcut.getPointcut(), invocation, type))
			.map((advisor) -> advisor.getAdvice());
	}

	private static boolean matches(Pointcut pointcut, MethodInvocation invocation, Class<?> type) {
		return pointcut.getClassFilter().matches(type)
				&& pointcut.getMethodMatcher().matches(invocation.getMethod(), type);
	}

}
