/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.data.repository.core.RepositoryInformation;
import org.springframework.data.repository.core.support.RepositoryFactoryBeanSupport;

/**
 * Puts the interceptor into the proxies of Spring Data repositories while these are made:
 * later there is no place any more within the transaction and before Spring Data, which
 * does itself what the method stands for.
 */
final class AuditedRepositories implements BeanPostProcessor {

	private final AuditedMethods methods;

	/**
	 * Creates the post-processor.
	 * @param methods knows what is audited
	 */
	AuditedRepositories(AuditedMethods methods) {
		this.methods = methods;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof RepositoryFactoryBeanSupport<?, ?, ?> repository) {
			repository
				.addRepositoryFactoryCustomizer((factory) -> factory.addRepositoryProxyPostProcessor(this::intercept));
		}
		return bean;
	}

	private void intercept(ProxyFactory proxy, RepositoryInformation information) {
		AuditedRepository repository = new AuditedRepository(this.methods, information);
		if (repository.isAny()) {
			proxy.addAdvisor(new Inner(repository, new AuditInterceptor()));
		}
	}

	/**
	 * Puts the boundary around a repository's proxy.
	 * @param bean any bean, perhaps a proxy around that proxy
	 * @param auditing what the boundary works with
	 * @return whether it is an audited repository
	 */
	static boolean surround(Object bean, Supplier<Auditing> auditing) {
		Advised proxy = proxy(bean);
		Inner inner = (proxy != null) ? inner(proxy) : null;
		if (proxy == null || inner == null) {
			return false;
		}
		ProxyCalls proxies = (proxy == bean) ? ProxyCalls.SINGLE : new ProxyCalls.Nested();
		AuditBoundary boundary = new AuditBoundary((method, type) -> inner.repository.find(method), auditing, proxies);
		Advisor advisor = new DefaultPointcutAdvisor(new ComposablePointcut(inner.repository), boundary);
		proxy.addAdvisor(0, advisor);
		if (proxy != bean && bean instanceof Advised outermost && !outermost.isFrozen()) {
			// That of a cache, which answers without coming to the repository's.
			outermost.addAdvisor(0, advisor);
		}
		return true;
	}

	/**
	 * Whether a bean is an audited repository.
	 * @param bean the bean, perhaps a proxy around the repository's
	 * @return whether it is
	 */
	static boolean isOne(Object bean) {
		return proxy(bean) != null;
	}

	private static @Nullable Advised proxy(Object bean) {
		Object proxy = bean;
		while (proxy instanceof Advised advised) {
			if (inner(advised) != null) {
				return advised;
			}
			proxy = AopProxyUtils.getSingletonTarget(proxy);
		}
		return null;
	}

	private static @Nullable Inner inner(Advised proxy) {
		for (Advisor advisor : proxy.getAdvisors()) {
			if (advisor instanceof Inner inner) {
				return inner;
			}
		}
		return null;
	}

	/**
	 * The interceptor within a repository's proxy.
	 */
	private static final class Inner extends DefaultPointcutAdvisor {

		private static final long serialVersionUID = 1L;

		private final transient AuditedRepository repository;

		Inner(AuditedRepository repository, AuditInterceptor interceptor) {
			super(new ComposablePointcut(repository), interceptor);
			this.repository = repository;
		}

	}

}
