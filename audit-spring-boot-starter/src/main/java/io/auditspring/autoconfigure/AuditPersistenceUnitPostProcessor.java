package io.auditspring.autoconfigure;

import java.util.function.Supplier;

import io.auditspring.capture.BulkStatementContributor;
import io.auditspring.capture.SessionFactoryExtension;
import io.auditspring.query.AuditEntryMapping;
import org.hibernate.cfg.MultiTenancySettings;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * Hands the audit entity to the persistence unit of the audit database, and the capture
 * of state to that of the business database, however the application defines it;
 * statements that change rows directly are told of by all of its units. Going through its
 * settings instead of entity scanning leaves the application's own scanning as it is.
 */
final class AuditPersistenceUnitPostProcessor implements BeanPostProcessor {

	private final Supplier<AuditDatabase> database;

	private final Supplier<@Nullable SessionFactoryExtension> extension;

	AuditPersistenceUnitPostProcessor(Supplier<AuditDatabase> database,
			Supplier<@Nullable SessionFactoryExtension> extension) {
		this.database = database;
		this.extension = extension;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof LocalContainerEntityManagerFactoryBean factory) {
			prepare(factory, this.database.get());
		}
		return bean;
	}

	private void prepare(LocalContainerEntityManagerFactoryBean factory, AuditDatabase database) {
		factory.getJpaPropertyMap().put(BulkStatementContributor.SETTING, true);
		if (database.isBehind(factory.getDataSource())) {
			factory.getJpaPropertyMap().put(AuditEntryMapping.SCHEMA, database.schema().name());
		}
		if (factory.getDataSource() == database.businessDataSource()) {
			SessionFactoryExtension extension = this.extension.get();
			if (extension != null) {
				factory.getJpaPropertyMap().put(SessionFactoryExtension.SETTING, extension);
			}
			if (factory.getJpaPropertyMap().get(MultiTenancySettings.MULTI_TENANT_CONNECTION_PROVIDER) != null) {
				database.requireItsOwnConnections();
			}
		}
	}

}
