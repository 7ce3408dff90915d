/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.DefaultChatClient;
import org.springframework.ai.chat.client.DefaultChatClientBuilder;
import org.springframework.ai.chat.client.advisor.api.Advisor;
import org.springframework.ai.tool.ToolCallback;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Puts the audit of tools into clients of models and their builders.
 */
final class ChatClientPostProcessor implements BeanPostProcessor {

	private final ConfigurableListableBeanFactory beans;

	private final Supplier<ToolCalls> calls;

	private final Supplier<TurnOrigins> origins;

	private final Function<ToolCallback, @Nullable String> connectors;

	ChatClientPostProcessor(ConfigurableListableBeanFactory beans, Supplier<ToolCalls> calls,
			Supplier<TurnOrigins> origins, Function<ToolCallback, @Nullable String> connectors) {
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
		if (bean instanceof DefaultChatClient client
				&& ToolPostProcessor.takes(this.beans, beanName, ChatClient.class)) {
			return new AuditedChatClient(client, advisors());
		}
		return bean;
	}

	private Advisor[] advisors() {
		return new Advisor[] { new AskingAdvisor(this.calls, this.connectors, this.origins),
				new AnsweringAdvisor(this.calls) };
	}

}
