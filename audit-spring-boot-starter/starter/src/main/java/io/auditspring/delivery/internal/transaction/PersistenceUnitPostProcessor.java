/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.capture.internal.entry.BulkStatementContributor;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.BoundConnections;
import org.hibernate.cfg.MultiTenancySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * Hands the capture of state to the persistence unit of the business database, however
 * the application defines it; statements that change rows directly are told of by all of
 * its units.
 */
final class PersistenceUnitPostProcessor implements BeanPostProcessor {

	private final Supplier<@Nullable AuditDatabase> database;

	/** Asked where there is no database for a ledger. */
	private final Supplier<DataSource> business;

	private final Supplier<@Nullable SessionFactoryExtension> extension;

	PersistenceUnitPostProcessor(Supplier<@Nullable AuditDatabase> database, Supplier<DataSource> business,
			Supplier<@Nullable SessionFactoryExtension> extension) {
		this.database = database;
		this.business = business;
		this.extension = extension;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof LocalContainerEntityManagerFactoryBean factory) {
			AuditDatabase database = this.database.get();
			if (database != null) {
				prepare(factory, database);
			}
			else if (isBusiness(factory.getDataSource())) {
				extend(factory);
			}
		}
		return bean;
	}

	private boolean isBusiness(@Nullable DataSource dataSource) {
		DataSource business = this.business.get();
		return business != null && BoundConnections.areSame(dataSource, business);
	}

	private void prepare(LocalContainerEntityManagerFactoryBean factory, AuditDatabase database) {
		factory.getJpaPropertyMap().put(BulkStatementContributor.SETTING, true);
		if (BoundConnections.areSame(factory.getDataSource(), database.businessDataSource())) {
			ConnectionHandling.require(factory.getJpaPropertyMap());
			extend(factory);
			if (factory.getJpaPropertyMap().get(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER) != null) {
				database.requireItsOwnConnections();
			}
		}
	}

	private void extend(LocalContainerEntityManagerFactoryBean factory) {
		SessionFactoryExtension extension = this.extension.get();
		if (extension != null) {
			factory.getJpaPropertyMap().put(SessionFactoryExtension.SETTING, extension);
		}
	}

}
