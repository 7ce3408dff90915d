/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ai;

import java.util.function.Function;

import io.auditspring.capture.internal.actor.SubscriberActor;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.internal.call.AuditedWork;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.call.Customizers;
import io.auditspring.intercept.internal.call.EventRecorder;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.tool.ToolCallback;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what audits the tools of agents.
 *
 * @since 0.1.0
 */
public final class AiConfiguration {

	private static final boolean MCP = ClassUtils.isPresent("org.springframework.ai.mcp.SyncMcpToolCallback",
			AiConfiguration.class.getClassLoader());

	private AiConfiguration() {
	}

	private static Function<ToolCallback, @Nullable String> connectors() {
		return MCP ? new Connectors() : (tool) -> null;
	}

	/**
	 * Tools that Spring AI executes.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ AiProperties.class, EntryProperties.class })
	public static class Tools {

		@Bean
		static ToolPostProcessor auditToolPostProcessor(ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<ToolCalls> toolCalls) {
			return new ToolPostProcessor(beanFactory, SingletonSupplier.of(toolCalls::getObject), connectors());
		}

		@Bean
		TurnOrigins auditTurnOrigins(ObjectProvider<Origins> origins,
				ObjectProvider<SubscriberActor> auditSubscriberActor) {
			SubscriberActor subscriber = auditSubscriberActor.getIfAvailable();
			return new TurnOrigins(origins.getIfAvailable(Origins::ofNobody),
					(subscriber != null) ? subscriber.actor() : Mono.empty());
		}

		// Without entries, and where auditing is switched off, approvals are left.
		@Bean
		ToolCalls auditToolCalls(ObjectProvider<ToolCalls.Entries> entries, ObjectProvider<Origins> origins,
				AiProperties properties, Environment environment, ObjectProvider<CallApproval> approvals) {
			String agent = (properties.agent() != null) ? properties.agent()
					: environment.getProperty("spring.application.name", "agent");
			return new ToolCalls(properties.enabled() ? entries.getIfAvailable() : null,
					origins.getIfAvailable(Origins::ofNobody), agent,
					SingletonSupplier.ofNullable(approvals::getIfAvailable));
		}

		@Bean
		@ConditionalOnBean(AuditedWork.class)
		ToolCalls.Entries auditToolEntries(AuditedWork auditAuditedWork, Origins auditOrigins,
				AuditTransactions auditTransactions, EntryFactory auditEntryFactory, Customizers auditCustomizers,
				EntityIdentifiers auditEntityIdentifiers, EntryProperties entries, AiProperties properties) {
			EventRecorder recorder = new EventRecorder(auditOrigins, auditTransactions, auditEntryFactory,
					auditCustomizers, entries.delivery(), null);
			return new ToolCalls.Entries(auditAuditedWork, recorder,
					new ToolContent(auditEntityIdentifiers, properties.content()));
		}

	}

	/**
	 * Clients of models, which a server of tools alone has none of.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.ai.chat.client.ChatClient")
	public static class Clients {

		@Bean
		static ChatClientPostProcessor auditChatClientPostProcessor(ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<ToolCalls> toolCalls, ObjectProvider<TurnOrigins> turnOrigins) {
			return new ChatClientPostProcessor(beanFactory, SingletonSupplier.of(toolCalls::getObject),
					SingletonSupplier.of(turnOrigins::getObject), connectors());
		}

	}

	/**
	 * Tools that an MCP server offers.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.modelcontextprotocol.server.McpServerFeatures")
	public static class Mcp {

		@Bean
		static McpToolPostProcessor auditMcpToolPostProcessor(ObjectProvider<ToolCalls> toolCalls,
				ObjectProvider<TurnOrigins> turnOrigins) {
			return new McpToolPostProcessor(SingletonSupplier.of(toolCalls::getObject),
					SingletonSupplier.of(turnOrigins::getObject));
		}

	}

}
