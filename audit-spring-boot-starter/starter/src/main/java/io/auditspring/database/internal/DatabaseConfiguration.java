/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import javax.sql.DataSource;

import io.auditspring.AuditDataSource;
import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.value.Sole;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Wires the database of the trail.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseProperties.class)
public class DatabaseConfiguration {

	@Bean
	AuditDatabase auditDatabase(ConfigurableListableBeanFactory beanFactory, ObjectProvider<DataSource> dataSources,
			@AuditDataSource ObjectProvider<DataSource> auditDataSources, DatabaseProperties properties,
			ObjectProvider<DataSourcePoolMetadataProvider> pools) {
		DataSource audit = Sole.of(auditDataSources, "data sources with @AuditDataSource",
				"Leave the annotation on the one that holds the ledger.");
		DataSource business = dataSources.getIfUnique();
		if (business == null) {
			business = alone(audit, names(beanFactory));
		}
		return new AuditDatabase(audit, business, properties,
				new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList()));
	}

	/**
	 * Where the application's own data is not reached by JDBC, the ledger's data source
	 * may be the only one, kept from all others.
	 */
	private static DataSource alone(@Nullable DataSource audit, String[] names) {
		if (audit == null || names.length > 1) {
			throw new AuditSetupException(
					"There are several data sources (%s), and none is the one whose transactions are audited"
						.formatted(String.join(", ", names)),
					"Mark the one that holds the business data as @Primary, and let it be given to everybody (no "
							+ "defaultCandidate=false), or set audit.enabled=false.");
		}
		return audit;
	}

	private static String[] names(ConfigurableListableBeanFactory beanFactory) {
		return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, DataSource.class, true, false);
	}

}
