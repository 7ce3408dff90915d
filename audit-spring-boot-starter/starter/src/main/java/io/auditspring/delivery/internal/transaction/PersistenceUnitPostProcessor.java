/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.capture.internal.entry.BulkStatementContributor;
import io.auditspring.capture.internal.state.SessionFactoryExtension;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.BoundConnections;
import org.hibernate.cfg.MultiTenancySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.orm.jpa.AbstractEntityManagerFactoryBean;
import org.springframework.orm.jpa.hibernate.LocalSessionFactoryBean;

/**
 * Hands the capture of state to the persistence unit of the business database, however
 * the application defines it; statements that change rows directly are told of by all of
 * its units, and what changes in the others is counted.
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
		if (bean instanceof AbstractEntityManagerFactoryBean factory) {
			AuditDatabase database = this.database.get();
			if (database != null) {
				prepare(factory, database);
			}
			else {
				extend(factory.getJpaPropertyMap(), isBusiness(factory.getDataSource()));
			}
		}
		else if (bean instanceof LocalSessionFactoryBean factory) {
			// It does not say on which data source it works.
			Map<Object, Object> settings = settings(factory);
			settings.put(BulkStatementContributor.SETTING, this.database.get() != null);
			extend(settings, false);
		}
		return bean;
	}

	// The application's own may be those of others, too.
	private static Map<Object, Object> settings(LocalSessionFactoryBean factory) {
		Properties settings = new Properties();
		settings.putAll(factory.getHibernateProperties());
		factory.setHibernateProperties(settings);
		return settings;
	}

	private boolean isBusiness(@Nullable DataSource dataSource) {
		DataSource business = this.business.get();
		return business != null && BoundConnections.areSame(dataSource, business);
	}

	private void prepare(AbstractEntityManagerFactoryBean factory, AuditDatabase database) {
		Map<String, Object> settings = factory.getJpaPropertyMap();
		settings.put(BulkStatementContributor.SETTING, true);
		boolean business = BoundConnections.areSame(factory.getDataSource(), database.businessDataSource());
		if (business) {
			ConnectionHandling.require(settings);
		}
		extend(settings, business);
		if (business && settings.get(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER) != null) {
			database.requireItsOwnConnections();
		}
	}

	private void extend(Map<? super String, Object> settings, boolean business) {
		SessionFactoryExtension extension = this.extension.get();
		if (extension != null) {
			settings.put(SessionFactoryExtension.SETTING, business ? extension : extension.elsewhere());
		}
	}

}
