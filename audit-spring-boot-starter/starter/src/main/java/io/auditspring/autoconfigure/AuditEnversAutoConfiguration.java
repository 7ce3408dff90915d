package io.auditspring.autoconfigure;

import io.auditspring.actuate.HistoryEndpoint;
import io.auditspring.capture.internal.state.ChangeSink;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.state.EnversStateListener;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.database.AuditDatabase;
import org.hibernate.envers.AuditReader;

import org.springframework.beans.factory.ObjectProvider;
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
@ConditionalOnClass(AuditReader.class)
@ConditionalOnBean(name = "auditTransactions")
public final class AuditEnversAutoConfiguration {

	@Bean
	EnversStateListener auditStateListener(ChangeSink sink, Masking auditMasking,
			EntityIdentifiers auditEntityIdentifiers, HistoryTablesCheck auditHistoryTablesCheck) {
		return new EnversStateListener(sink, auditMasking, auditEntityIdentifiers, auditHistoryTablesCheck);
	}

	@Bean
	HistoryTablesCheck auditHistoryTablesCheck(ObjectProvider<AuditDatabase> auditDatabase,
			AuditProperties properties) {
		return new HistoryTablesCheck(auditDatabase.getIfAvailable(), properties.envers().missingTables());
	}

	/**
	 * Shows the tables to Spring Boot Actuator.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
	@ConditionalOnAvailableEndpoint(HistoryEndpoint.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnBean(name = "auditDatabase")
		@ConditionalOnMissingBean
		HistoryEndpoint auditHistoryEndpoint(HistoryTablesCheck auditHistoryTablesCheck, AuditDatabase auditDatabase) {
			return new HistoryEndpoint(auditHistoryTablesCheck::all, auditDatabase.businessDataSource());
		}

	}

}
