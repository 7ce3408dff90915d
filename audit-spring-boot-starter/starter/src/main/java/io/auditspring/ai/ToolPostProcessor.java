/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.lang.reflect.Method;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.resolution.ToolCallbackResolver;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Puts the audit of tools into what has them executed: the manager of calls, and what
 * finds a tool by the name that a model gives.
 */
final class ToolPostProcessor implements BeanPostProcessor {

	private final ConfigurableListableBeanFactory beans;

	private final Supplier<ToolCalls> calls;

	private final Function<ToolCallback, @Nullable String> connectors;

	ToolPostProcessor(ConfigurableListableBeanFactory beans, Supplier<ToolCalls> calls,
			Function<ToolCallback, @Nullable String> connectors) {
		this.beans = beans;
		this.calls = calls;
		this.connectors = connectors;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ToolCallingManager manager && takes(this.beans, beanName, ToolCallingManager.class)) {
			return new AuditedToolCallingManager(manager, this.calls, this.connectors);
		}
		if (bean instanceof ToolCallbackResolver resolver && takes(this.beans, beanName, ToolCallbackResolver.class)) {
			return (ToolCallbackResolver) (name) -> audited(resolver.resolve(name));
		}
		return bean;
	}

	private @Nullable ToolCallback audited(@Nullable ToolCallback tool) {
		return (tool != null) ? AuditedToolCallback.of(tool, this.calls, null, this.connectors) : null;
	}

	// Whoever declares a bean by its class may have it injected by that.
	static boolean takes(ConfigurableListableBeanFactory beans, String name, Class<?> type) {
		if (!beans.containsBeanDefinition(name)
				|| !(beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition)) {
			return true;
		}
		Method factory = definition.getResolvedFactoryMethod();
		if (factory != null) {
			return factory.getReturnType().isAssignableFrom(type);
		}
		return !definition.hasBeanClass() || definition.getBeanClass().isAssignableFrom(type);
	}

}
