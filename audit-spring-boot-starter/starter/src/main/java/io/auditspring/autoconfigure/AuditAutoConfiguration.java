package io.auditspring.autoconfigure;

import javax.sql.DataSource;

import io.auditspring.capture.internal.entry.CaptureConfiguration;
import io.auditspring.database.internal.DatabaseConfiguration;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.delivery.DeliveryConfiguration;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.delivery.internal.transaction.TransactionConfiguration;
import io.auditspring.intercept.internal.call.InterceptConfiguration;
import io.auditspring.intercept.internal.catalogue.CatalogueConfiguration;
import io.auditspring.query.QueryConfiguration;
import io.auditspring.signing.SigningConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * Audits the calls of an application with a PostgreSQL database.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@ConditionalOnBean(DataSource.class)
@Import({ DeliveryConfiguration.class, SigningConfiguration.Verifier.class, QueryConfiguration.Trail.class,
		InterceptConfiguration.Calls.class, CatalogueConfiguration.class, CaptureConfiguration.class,
		TransactionConfiguration.class, QueryConfiguration.Summary.class })
@ImportRuntimeHints(AuditRuntimeHints.class)
public final class AuditAutoConfiguration {

	/**
	 * Comes first, as the others look for the database; none where somebody else takes
	 * the entries, as the module for tests does.
	 */
	@Configuration(proxyBeanMethods = false)
	@OncePerDatabase
	@ConditionalOnMissingBean(value = Handover.class, search = SearchStrategy.CURRENT)
	@Import(DatabaseConfiguration.class)
	static class Database {

	}

}
