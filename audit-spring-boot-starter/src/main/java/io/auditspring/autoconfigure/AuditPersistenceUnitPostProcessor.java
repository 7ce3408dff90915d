package io.auditspring.autoconfigure;

import java.util.function.Supplier;

import io.auditspring.capture.SessionFactoryExtension;
import io.auditspring.query.AuditEntryMapping;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * Hands the audit entity and the capture of state to the persistence unit of the audit
 * database, however the application defines it. Going through its settings instead of
 * entity scanning leaves the application's own scanning as it is.
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
		if (bean instanceof LocalContainerEntityManagerFactoryBean factory
				&& factory.getDataSource() == this.database.get().dataSource()) {
			factory.getJpaPropertyMap().put(AuditEntryMapping.SCHEMA, this.database.get().schema().name());
			SessionFactoryExtension extension = this.extension.get();
			if (extension != null) {
				factory.getJpaPropertyMap().put(SessionFactoryExtension.SETTING, extension);
			}
		}
		return bean;
	}

}
