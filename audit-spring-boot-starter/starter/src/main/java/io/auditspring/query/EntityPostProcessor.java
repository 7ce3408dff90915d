/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.function.Supplier;

import io.auditspring.database.internal.AuditDatabase;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * Hands the audit entity to the persistence unit of the audit database, however the
 * application defines it. Going through its settings instead of entity scanning leaves
 * the application's own scanning as it is.
 */
final class EntityPostProcessor implements BeanPostProcessor {

	private final Supplier<@Nullable AuditDatabase> database;

	EntityPostProcessor(Supplier<@Nullable AuditDatabase> database) {
		this.database = database;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof LocalContainerEntityManagerFactoryBean factory) {
			AuditDatabase database = this.database.get();
			if (database != null && database.isBehind(factory.getDataSource())) {
				factory.getJpaPropertyMap().put(AuditEntryMapping.SCHEMA, database.schema().name());
			}
		}
		return bean;
	}

}
