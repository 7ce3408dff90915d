/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.intercept.internal.call.AuditedMethods;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Gives beans with message listeners an empty proxy before the containers of Kafka,
 * RabbitMQ and others keep the bare bean: their post-processors have the same order as
 * those of auditing and come first where the application enables them itself. Whatever is
 * to intercept the calls later joins the proxy that the containers have.
 */
public final class ListenerProxies extends ProxyProcessorSupport implements SmartInstantiationAwareBeanPostProcessor {

	private static final long serialVersionUID = 1L;

	private final transient AuditedMethods audited;

	private final transient ListenerMethods listeners = new ListenerMethods();

	/** Proxies that were handed out before their beans were complete. */
	private final transient Map<String, Object> early = new ConcurrentHashMap<>();

	/**
	 * Creates the post-processor.
	 * @param audited knows what is audited, and so gets a proxy anyway
	 */
	public ListenerProxies(AuditedMethods audited) {
		this.audited = audited;
		setOrder(Ordered.LOWEST_PRECEDENCE - 1);
	}

	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		Object proxy = standIn(bean);
		this.early.put(beanName, proxy);
		return proxy;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Object proxy = this.early.remove(beanName);
		boolean published = proxy != null && (proxy == bean || AopProxyUtils.getSingletonTarget(proxy) == bean);
		return published ? bean : standIn(bean);
	}

	private Object standIn(Object bean) {
		if (bean instanceof Advised || bean instanceof AopInfrastructureBean || !isServed(bean.getClass())) {
			return bean;
		}
		ProxyFactory factory = new ProxyFactory();
		factory.setProxyTargetClass(true);
		factory.setTarget(bean);
		return factory.getProxy(getProxyClassLoader());
	}

	private boolean isServed(Class<?> type) {
		return this.listeners.anyIn(type)
				&& (this.audited.anyIn(type) ? ListenerMethods.areReached(type) : ListenerMethods.areUnharmed(type));
	}

}
