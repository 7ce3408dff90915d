/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Lets an application without a database of the trail start only if it has nothing to
 * audit.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(name = "auditedMethods")
public final class AuditWithoutDatabaseAutoConfiguration {

	@Bean
	static MissingDataSourceCheck auditMissingDataSourceCheck(ConfigurableListableBeanFactory beanFactory) {
		return new MissingDataSourceCheck(beanFactory);
	}

}
