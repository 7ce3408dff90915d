package io.auditspring.autoconfigure;

import io.auditspring.AuditRecorder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Lets an application that injects the recorder start with auditing switched off.
 */
@AutoConfiguration
public final class AuditDisabledAutoConfiguration {

	// Conditions take whatever is not "true" for off; a typing error must not do that.
	AuditDisabledAutoConfiguration(Environment environment) {
		Binder.get(environment).bind("audit.enabled", Boolean.class);
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "audit.enabled", havingValue = false)
	@ConditionalOnMissingBean
	AuditRecorder auditRecorder() {
		return (record) -> {
		};
	}

}
