package io.auditspring.autoconfigure;

import io.auditspring.ledger.ActivityCounter;

import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;

/**
 * Keeps what makes reading fast, in applications that the ledger is read through.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(AuditDatabase.class)
@ConditionalOnBooleanProperty("audit.web.enabled")
public final class AuditReadingAutoConfiguration {

	@Bean
	static LazyInitializationExcludeFilter auditReadingLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(ActivityCounter.class);
	}

	@Bean
	ActivityCounter auditActivityCounter(AuditDatabase database) {
		return new ActivityCounter(database.dataSource(), database.schema());
	}

}
