package io.auditspring.autoconfigure;

import io.auditspring.web.ApiDescription;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Lets springdoc describe the trail's API beside the application's.
 */
@AutoConfiguration(after = AuditWebAutoConfiguration.class)
@ConditionalOnClass(GlobalOpenApiCustomizer.class)
@ConditionalOnBean(name = "auditApi")
public final class AuditOpenApiAutoConfiguration {

	@Bean
	ApiDescription auditApiDescription(AuditProperties properties) {
		return new ApiDescription(properties.web().basePath());
	}

}
