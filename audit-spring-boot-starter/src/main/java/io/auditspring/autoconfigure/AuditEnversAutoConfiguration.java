package io.auditspring.autoconfigure;

import io.auditspring.actuate.HistoryEndpoint;
import io.auditspring.capture.ChangeSink;
import io.auditspring.capture.EntityIdentifiers;
import io.auditspring.capture.EnversStateListener;
import io.auditspring.capture.Masking;
import io.auditspring.delivery.AuditTransactions;
import org.hibernate.envers.boot.internal.EnversService;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Captures the state of entities where the application has Envers.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(EnversService.class)
@ConditionalOnBean(AuditTransactions.class)
public final class AuditEnversAutoConfiguration {

	@Bean
	EnversStateListener auditStateListener(ChangeSink sink, Masking masking, EntityIdentifiers identifiers,
			HistoryTablesCheck tables) {
		return new EnversStateListener(sink, masking, identifiers, tables);
	}

	@Bean
	HistoryTablesCheck auditHistoryTablesCheck(ObjectProvider<AuditDatabase> database, AuditProperties properties) {
		return new HistoryTablesCheck(database.getIfAvailable(), properties.envers().missingTables());
	}

	@Bean
	static LazyInitializationExcludeFilter auditHistoryTablesLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(HistoryTablesCheck.class);
	}

	/**
	 * Shows the tables to Spring Boot Actuator.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
	@ConditionalOnAvailableEndpoint(HistoryEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnBean(AuditDatabase.class)
		@ConditionalOnMissingBean
		HistoryEndpoint auditHistoryEndpoint(HistoryTablesCheck tables, AuditDatabase database) {
			return new HistoryEndpoint(tables::all, database.businessDataSource());
		}

	}

}
