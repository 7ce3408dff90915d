package io.auditspring.autoconfigure;

import java.io.IOException;

import io.auditspring.AuditAccessPolicy;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TenantResolver;
import io.auditspring.capture.Origins;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.AuditApi;
import io.auditspring.web.AuditPage;
import io.auditspring.web.AuthorityAccessPolicy;
import io.auditspring.web.Readers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Lets the trail be read over HTTP, where that was asked for and somebody says who may.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("audit.web.enabled")
@ConditionalOnBean(AuditTrail.class)
public final class AuditWebAutoConfiguration {

	@Bean
	Readers auditReaders(ObjectProvider<AuditAccessPolicy> policies, Origins origins,
			ObjectProvider<TenantResolver> tenants) {
		AuditAccessPolicy policy = policies.getIfUnique();
		if (policy == null) {
			throw new AuditSetupException("audit.web.enabled is true, but nothing says who may read the audit trail",
					"Add Spring Security, define one AuditAccessPolicy bean, or set audit.web.enabled=false.");
		}
		return new Readers(policy, origins, () -> tenants.stream().findAny().isPresent());
	}

	@Bean
	AuditApi auditApi(AuditTrail trail, Readers readers, AuditRecorder recorder) {
		return new AuditApi(trail, readers, recorder);
	}

	@Bean
	AuditPage auditPage(Readers readers, AuditProperties properties) throws IOException {
		return new AuditPage(readers, properties.web().basePath());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Authentication.class)
	static class SecurityConfiguration {

		@Bean
		@ConditionalOnMissingBean
		AuditAccessPolicy auditAccessPolicy(AuditProperties properties) {
			return new AuthorityAccessPolicy(properties.web().authority());
		}

	}

}
