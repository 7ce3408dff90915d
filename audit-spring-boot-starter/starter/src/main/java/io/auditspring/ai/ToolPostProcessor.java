/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.lang.reflect.Method;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.DefaultChatClient;
import org.springframework.ai.chat.client.DefaultChatClientBuilder;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.resolution.ToolCallbackResolver;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Puts the audit of tools into whatever has them executed: clients of models and their
 * builders, the manager of calls, and what finds a tool by the name that a model gives.
 */
final class ToolPostProcessor implements BeanPostProcessor {

	private final ConfigurableListableBeanFactory beans;

	private final Supplier<ToolCalls> calls;

	private final Supplier<TurnOrigins> origins;

	private final Function<ToolCallback, @Nullable String> connectors;

	ToolPostProcessor(ConfigurableListableBeanFactory beans, Supplier<ToolCalls> calls, Supplier<TurnOrigins> origins,
			Function<ToolCallback, @Nullable String> connectors) {
		this.beans = beans;
		this.calls = calls;
		this.origins = origins;
		this.connectors = connectors;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof DefaultChatClientBuilder builder) {
			return builder.defaultAdvisors(advisors());
		}
		if (bean instanceof DefaultChatClient client && takes(beanName, ChatClient.class)) {
			return new AuditedChatClient(client, advisors());
		}
		if (bean instanceof ToolCallingManager manager && takes(beanName, ToolCallingManager.class)) {
			return new AuditedToolCallingManager(manager, this.calls, this.connectors);
		}
		if (bean instanceof ToolCallbackResolver resolver && takes(beanName, ToolCallbackResolver.class)) {
			return (ToolCallbackResolver) (name) -> audited(resolver.resolve(name));
		}
		return bean;
	}

	private Advisor[] advisors() {
		return new Advisor[] { new AskingAdvisor(this.calls, this.connectors, this.origins),
				new AnsweringAdvisor(this.calls) };
	}

	private @Nullable ToolCallback audited(@Nullable ToolCallback tool) {
		return (tool != null) ? AuditedToolCallback.of(tool, this.calls, null, this.connectors) : null;
	}

	// Whoever declares a bean by its class may have it injected by that.
	private boolean takes(String name, Class<?> type) {
		if (!this.beans.containsBeanDefinition(name)
				|| !(this.beans.getMergedBeanDefinition(name) instanceof RootBeanDefinition definition)) {
			return true;
		}
		Method factory = definition.getResolvedFactoryMethod();
		if (factory != null) {
			return factory.getReturnType().isAssignableFrom(type);
		}
		return !definition.hasBeanClass() || definition.getBeanClass().isAssignableFrom(type);
	}

}
