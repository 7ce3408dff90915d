/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.capture.internal.state.StateConfiguration;
import io.auditspring.delivery.internal.baseline.BaselineConfiguration;
import org.hibernate.envers.AuditReader;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Captures the state of entities before and after.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditTransactions")
@Import({ StateConfiguration.Entities.class, BaselineConfiguration.class })
public final class AuditStateAutoConfiguration {

	/**
	 * Lets Envers decide what is captured, where the application has it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(AuditReader.class)
	@Import({ StateConfiguration.Envers.class, ActuateConfiguration.History.class })
	static class Envers {

	}

}
