package io.auditspring.autoconfigure;

import io.auditspring.AuditRecorder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Lets an application that injects the recorder start with auditing switched off.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "audit.enabled", havingValue = false)
public final class AuditDisabledAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	AuditRecorder auditRecorder() {
		return (record) -> {
		};
	}

}
