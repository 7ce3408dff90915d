/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.listener;

import io.auditspring.capture.internal.actor.MessageSenders;
import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.capture.internal.origin.CapturedContext;
import io.auditspring.intercept.internal.call.AuditedMethods;
import org.quartz.Scheduler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.util.function.SingletonSupplier;

/**
 * Wires what stands around scheduled jobs and message listeners.
 */
@Configuration(proxyBeanMethods = false)
public class ListenerConfiguration {

	@Bean
	ScheduledJobs auditScheduledJobs(RunningJobs auditRunningJobs, CapturedContext auditCapturedContext) {
		return new ScheduledJobs(auditRunningJobs, auditCapturedContext);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MessageMapping.class)
	static class Messages {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static ListenerProxies auditListenerProxies(AuditedMethods auditedMethods) {
			return new ListenerProxies(auditedMethods);
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static ListenerPostProcessor auditListenerPostProcessor(ObjectProvider<RunningJobs> auditRunningJobs) {
			return new ListenerPostProcessor(SingletonSupplier.of(auditRunningJobs::getObject));
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static ClientMessages auditClientMessages(ObjectProvider<MessageSenders> auditMessageSenders) {
			return new ClientMessages(SingletonSupplier.of(auditMessageSenders::getObject));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Scheduler.class)
	static class Quartz {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static QuartzPostProcessor auditQuartzPostProcessor(ObjectProvider<RunningJobs> auditRunningJobs,
				ObjectProvider<CapturedContext> auditCapturedContext) {
			return new QuartzPostProcessor(
					() -> new QuartzJobs(auditRunningJobs.getObject(), auditCapturedContext.getObject()));
		}

	}

}
