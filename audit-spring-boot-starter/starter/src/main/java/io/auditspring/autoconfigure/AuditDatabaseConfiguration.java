package io.auditspring.autoconfigure;

import javax.sql.DataSource;

import io.auditspring.AuditDataSource;
import io.auditspring.AuditSetupException;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.ledger.Schema;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Finds the database of the trail, unless somebody else takes the entries, as the module
 * for tests does.
 */
@Configuration(proxyBeanMethods = false)
@OncePerDatabase
@ConditionalOnMissingBean(value = Handover.class, search = SearchStrategy.CURRENT)
final class AuditDatabaseConfiguration {

	@Bean
	AuditDatabase auditDatabase(ConfigurableListableBeanFactory beanFactory, ObjectProvider<DataSource> dataSources,
			@AuditDataSource ObjectProvider<DataSource> auditDataSources, AuditProperties properties,
			ObjectProvider<DataSourcePoolMetadataProvider> pools) {
		DataSource business = dataSources.getIfUnique();
		if (business == null) {
			throw new AuditSetupException(
					"There are several data sources (%s), and none is the one whose transactions are audited"
						.formatted(names(beanFactory)),
					"Mark the one that holds the business data as @Primary, or set audit.enabled=false.");
		}
		DataSource audit = Sole.of(auditDataSources, "data sources with @AuditDataSource",
				"Leave the annotation on the one that holds the ledger.");
		return new AuditDatabase(audit, business, new Schema(properties.schema()), properties.flyway().enabled(),
				properties.masking().key(), new CompositeDataSourcePoolMetadataProvider(pools.orderedStream().toList()),
				properties.datasource().reserve());
	}

	private static String names(ConfigurableListableBeanFactory beanFactory) {
		return String.join(", ",
				BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, DataSource.class, true, false));
	}

}
