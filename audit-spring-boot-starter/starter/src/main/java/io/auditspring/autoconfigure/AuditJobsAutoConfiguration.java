package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.RunningJobs;
import io.auditspring.intercept.AuditedMethods;
import io.auditspring.intercept.ListenerProxies;
import io.auditspring.intercept.internal.listener.ListenerPostProcessor;
import io.auditspring.intercept.internal.listener.ScheduledJobs;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.util.function.SingletonSupplier;

/**
 * Names scheduled jobs and message listeners as actors.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditTransactions")
public final class AuditJobsAutoConfiguration {

	// Last: whoever is known goes before.
	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	static RunningJobs auditRunningJobs() {
		return new RunningJobs();
	}

	@Bean
	ScheduledJobs auditScheduledJobs(RunningJobs auditRunningJobs) {
		return new ScheduledJobs(auditRunningJobs);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MessageMapping.class)
	static class ListenerConfiguration {

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

	}

}
