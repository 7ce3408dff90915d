/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.lang.reflect.Method;
import java.util.function.Supplier;

import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.auditspring.intercept.internal.call.AuditAdvice;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.util.ClassUtils;

/**
 * Lets message listeners act under their own name. It makes no proxy: that is what
 * {@link ListenerProxies} are for. It comes after the boundary of audited calls and so
 * around it, because that asks who acts.
 */
public final class ListenerPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private static final long serialVersionUID = 1L;

	private final transient ListenerMethods listeners = new ListenerMethods();

	/**
	 * Creates the post-processor.
	 * @param jobs where to name the listener
	 */
	ListenerPostProcessor(Supplier<RunningJobs> jobs) {
		this.advisor = new DefaultPointcutAdvisor(new ComposablePointcut(new Listening()), new Naming(jobs));
		setBeforeExistingAdvisors(true);
	}

	// In a circle of beans the proxy is handed out early, and is not seen again.
	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		return postProcessAfterInitialization(bean, beanName);
	}

	@Override
	protected boolean isEligible(Object bean, String beanName) {
		return bean instanceof Advised && super.isEligible(bean, beanName);
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return this.listeners.anyIn(targetClass);
	}

	/**
	 * Names the listener while it runs.
	 */
	static final class Naming implements AuditAdvice {

		private final Supplier<RunningJobs> jobs;

		Naming(Supplier<RunningJobs> jobs) {
			this.jobs = jobs;
		}

		@Override
		public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
			Object target = invocation.getThis();
			Class<?> type = ClassUtils
				.getUserClass((target != null) ? target.getClass() : invocation.getMethod().getDeclaringClass());
			Runnable end = this.jobs.get().begin(KnownTypes.call(type, invocation.getMethod()));
			try {
				return invocation.proceed();
			}
			finally {
				end.run();
			}
		}

	}

	private static final class Listening extends StaticMethodMatcher {

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return ListenerMethods.isListener(method);
		}

	}

}
