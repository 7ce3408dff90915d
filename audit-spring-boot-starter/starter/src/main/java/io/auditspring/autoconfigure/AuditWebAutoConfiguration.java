package io.auditspring.autoconfigure;

import io.auditspring.AuditAccessPolicy;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TenantResolver;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.database.AuditDatabase;
import io.auditspring.database.LedgerHeads;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.TargetNames;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.web.AuditApi;
import io.auditspring.web.AuthorityAccessPolicy;
import io.auditspring.web.ExportApi;
import io.auditspring.web.LedgerApi;
import io.auditspring.web.LiveApi;
import io.auditspring.web.LiveSubscriptions;
import io.auditspring.web.ProblemFilter;
import io.auditspring.web.ProblemDetails;
import io.auditspring.web.ReadAuditing;
import io.auditspring.web.Readers;
import io.auditspring.web.Verifications;
import io.auditspring.web.internal.export.Exports;
import io.auditspring.web.internal.page.AuditPage;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.security.core.Authentication;
import org.springframework.util.StringUtils;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Lets the trail be read over HTTP, where that was asked for and somebody says who may.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(DispatcherServlet.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty("audit.web.enabled")
@ConditionalOnBean(name = { "auditDatabase", "auditTrail" })
public final class AuditWebAutoConfiguration {

	@Bean
	Readers auditReaders(ObjectProvider<AuditAccessPolicy> policies, Origins auditOrigins,
			ObjectProvider<TenantResolver> tenants, AuditProperties properties) {
		AuditAccessPolicy policy = Sole.of(policies, "AuditAccessPolicy beans",
				"Mark the one that decides who may read as @Primary.");
		if (policy == null) {
			throw new AuditSetupException("audit.web.enabled is true, but nothing says who may read the audit trail",
					"Add Spring Security, define one AuditAccessPolicy bean, or set audit.web.enabled=false.");
		}
		return new Readers(policy, auditOrigins, () -> tenants.stream().findAny().isPresent(),
				properties.web().ownFailedLogins());
	}

	@Bean
	ReadAuditing auditReadAuditing(AuditRecorder auditRecorder, ObjectProvider<TargetNames> auditTargetNames) {
		return new ReadAuditing(auditRecorder, auditTargetNames.getIfAvailable(() -> TargetNames.AS_SAID));
	}

	@Bean
	AuditApi auditApi(AuditTrail auditTrail, Readers auditReaders, ReadAuditing auditReadAuditing) {
		return new AuditApi(auditTrail, auditReaders, auditReadAuditing);
	}

	@Bean
	ExportApi auditExportApi(AuditTrail auditTrail, AuditDatabase auditDatabase, Readers auditReaders,
			ReadAuditing auditReadAuditing) {
		return new ExportApi(new Exports(auditTrail, auditDatabase.dataSource(), auditDatabase.schema()), auditReaders,
				auditReadAuditing);
	}

	@Bean
	LedgerHeads auditLedgerHeads(AuditDatabase auditDatabase) {
		return new LedgerHeads(auditDatabase.dataSource(), auditDatabase.schema());
	}

	@Bean
	Verifications auditVerifications(LedgerVerifier auditLedgerVerifier, LedgerHeads auditLedgerHeads) {
		return new Verifications(auditLedgerVerifier, auditLedgerHeads);
	}

	@Bean
	LedgerApi auditLedgerApi(LedgerHeads auditLedgerHeads, Verifications auditVerifications, Readers auditReaders,
			ReadAuditing auditReadAuditing) {
		return new LedgerApi(auditLedgerHeads, auditVerifications, auditReaders, auditReadAuditing);
	}

	@Bean
	LiveSubscriptions auditLiveSubscriptions(AuditTrail auditTrail, LedgerHeads auditLedgerHeads) {
		return new LiveSubscriptions(auditTrail, auditLedgerHeads);
	}

	@Bean
	LiveApi auditLiveApi(LiveSubscriptions auditLiveSubscriptions, Readers auditReaders,
			ReadAuditing auditReadAuditing) {
		return new LiveApi(auditLiveSubscriptions, auditReaders, auditReadAuditing);
	}

	@Bean
	ProblemDetails auditProblems(AuditProperties properties, Environment environment) {
		return new ProblemDetails(path(properties, environment));
	}

	/** Around Spring Security, whose refusals are told alike. */
	@Bean
	FilterRegistrationBean<ProblemFilter> auditProblemFilter(AuditProperties properties, Environment environment) {
		FilterRegistrationBean<ProblemFilter> registration = new FilterRegistrationBean<>(new ProblemFilter());
		String path = path(properties, environment);
		registration.addUrlPatterns(path, path + "/*");
		registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 5);
		return registration;
	}

	private static String path(AuditProperties properties, Environment environment) {
		String servlet = environment.getProperty("spring.mvc.servlet.path", "/");
		return StringUtils.trimTrailingCharacter(servlet, '/') + properties.web().basePath();
	}

	@Bean
	AuditPage auditPage(Readers auditReaders, AuditProperties properties) {
		return new AuditPage(auditReaders, properties.web().basePath());
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
