package io.auditspring.autoconfigure;

import io.auditspring.database.AuditDatabase;
import io.auditspring.query.ActivityCounter;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;

/**
 * Keeps what makes reading fast, in applications that the ledger is read through.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditDatabase")
@ConditionalOnBooleanProperty("audit.web.enabled")
public final class AuditReadingAutoConfiguration {

	@Bean
	ActivityCounter auditActivityCounter(AuditDatabase auditDatabase) {
		return new ActivityCounter(auditDatabase.dataSource(), auditDatabase.schema());
	}

}
