/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.auditspring.AuditSetupException;
import io.auditspring.intercept.internal.access.Mocks;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;

/**
 * Puts an interceptor at one end of the advisor chain of every bean with audited methods.
 * An advisor of a certain order would not do: transactions may have any order.
 */
final class AuditAdvisingPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private static final long serialVersionUID = 1L;

	private static final Logger log = LoggerFactory.getLogger(AuditAdvisingPostProcessor.class);

	private final transient AuditedMethods methods;

	/** Knows which classes have methods to intercept. */
	private final transient Predicate<Class<?>> eligible;

	/** Sees to audited repositories, whose proxies have the interceptor already. */
	private final transient Predicate<Object> repositories;

	/** The advice for a bean that has proxies around each other. */
	private final transient Supplier<Advice> nested;

	/** Proxies that were handed out before their beans were complete. */
	private final transient Map<String, Object> early = new ConcurrentHashMap<>();

	private AuditAdvisingPostProcessor(AuditedMethods methods, Predicate<Class<?>> eligible, Advice advice,
			Supplier<Advice> nested, Predicate<Object> repositories, boolean outermost) {
		this.methods = methods;
		this.eligible = eligible;
		this.nested = nested;
		this.repositories = repositories;
		this.advisor = advisor(advice);
		setBeforeExistingAdvisors(outermost);
	}

	/**
	 * Puts the boundary around everything else.
	 * @param methods knows what is audited
	 * @param auditing what the interceptor works with
	 * @return the post-processor
	 */
	public static AuditAdvisingPostProcessor outermost(AuditedMethods methods, Supplier<Auditing> auditing) {
		return new AuditAdvisingPostProcessor(methods, methods::anyIn,
				new AuditBoundary(methods::find, auditing, ProxyCalls.SINGLE),
				() -> new AuditBoundary(methods::find, auditing, new ProxyCalls.Nested()),
				(bean) -> AuditedRepositories.surround(bean, auditing), true);
	}

	/**
	 * Puts the interceptor next to the method, within its transaction.
	 * @param methods knows what is audited
	 * @return the post-processor
	 */
	public static AuditAdvisingPostProcessor innermost(AuditedMethods methods) {
		return new AuditAdvisingPostProcessor(methods, methods::anyIn, new AuditInterceptor(), AuditInterceptor::new,
				AuditedRepositories::isOne, false);
	}

	/**
	 * Puts around everything else what refuses calls that need approval, where nothing is
	 * audited.
	 * @param methods knows what would be
	 * @param eligible knows which classes may have such methods
	 * @param refusals refuses them
	 * @return the post-processor
	 */
	static AuditAdvisingPostProcessor refusing(AuditedMethods methods, Predicate<Class<?>> eligible,
			ApprovedCalls.Refusal refusals) {
		return new AuditAdvisingPostProcessor(methods, eligible, refusals, () -> refusals,
				(bean) -> refusals.surround(bean, eligible), true);
	}

	private Advisor advisor(Advice advice) {
		return new DefaultPointcutAdvisor(new ComposablePointcut(this.methods), advice);
	}

	// In a circle of beans one gets the other's proxy early, and the container publishes
	// that proxy. A second one made later would lack what the first one has.
	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		Object proxy = intercepted(bean, beanName);
		this.early.put(beanName, proxy);
		return proxy;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Object proxy = this.early.remove(beanName);
		if (proxy != null && (proxy == bean || AopProxyUtils.getSingletonTarget(proxy) == bean)) {
			return bean;
		}
		return intercepted(bean, beanName);
	}

	private Object intercepted(Object bean, String beanName) {
		try {
			if (this.repositories.test(bean) || isMock(bean)) {
				return bean;
			}
			if (!this.beforeExistingAdvisors) {
				Resubscriptions.takePlaceIn(bean, this.methods);
				ApprovedCalls.takePlaceIn(bean, this.methods);
			}
			return isNested(bean) ? bean : super.postProcessAfterInitialization(bean, beanName);
		}
		catch (AopConfigException ex) {
			Class<?> type = AopUtils.getTargetClass(bean);
			if (!AuditedMethods.isMeant(type)) {
				this.methods.leave(type);
				log.warn("Calls of the bean '{}' leave no entries, though audit.pointcut matches them: its class {} "
						+ "cannot be subclassed", beanName, type.getName());
				return bean;
			}
			throw unproxied(beanName, type, ex);
		}
	}

	// An application with a creator of proxies of its own has beans in two of them. The
	// transaction may be in the inner one, or begin anew there.
	private boolean isNested(Object bean) {
		Advised inner = inner(bean);
		if (inner == null || inner.isFrozen() || !(bean instanceof Advised outer) || outer.isFrozen()
				|| !isEligible(AopProxyUtils.ultimateTargetClass(bean))) {
			return false;
		}
		if (hasAdvice(inner)) {
			// It is a bean of its own, which somebody else's proxy is around.
			return true;
		}
		Advisor within = advisor(this.nested.get());
		if (this.beforeExistingAdvisors) {
			outer.addAdvisor(0, within);
			inner.addAdvisor(0, within);
		}
		else {
			inner.addAdvisor(within);
		}
		return true;
	}

	private boolean hasAdvice(Advised proxy) {
		return Arrays.stream(proxy.getAdvisors())
			.anyMatch((other) -> other.getAdvice().getClass() == this.advisor.getAdvice().getClass());
	}

	private static @Nullable Advised inner(Object bean) {
		Advised inner = null;
		Object proxy = AopProxyUtils.getSingletonTarget(bean);
		while (proxy instanceof Advised advised) {
			inner = advised;
			proxy = AopProxyUtils.getSingletonTarget(proxy);
		}
		return inner;
	}

	private static AuditSetupException unproxied(String beanName, Class<?> type, AopConfigException failure) {
		String kind = "cannot be subclassed";
		if (type.isRecord()) {
			kind = "is a record";
		}
		else if (type.isSealed()) {
			kind = "is sealed";
		}
		else if (Modifier.isFinal(type.getModifiers())) {
			kind = "is final";
		}
		return new AuditSetupException(
				"The bean '%s' has @Audited methods, and nothing can intercept them: its class %s %s"
					.formatted(beanName, type.getName(), kind),
				"Let the class be one that can be extended (in Kotlin: open), or inject the bean by an interface and "
						+ "set spring.aop.proxy-target-class=false, or record the event with AuditRecorder.",
				failure);
	}

	private boolean isMock(Object bean) {
		return isEligible(AopUtils.getTargetClass(bean)) && Mocks.isMock(bean);
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return this.eligible.test(targetClass);
	}

}
