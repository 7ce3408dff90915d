package io.auditspring.autoconfigure;

import io.auditspring.AuditAccessPolicy;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TenantResolver;
import io.auditspring.capture.Origins;
import io.auditspring.ledger.LedgerHeads;
import io.auditspring.ledger.LedgerVerifier;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.AuditApi;
import io.auditspring.web.AuditPage;
import io.auditspring.web.AuthorityAccessPolicy;
import io.auditspring.web.ExportApi;
import io.auditspring.web.Exports;
import io.auditspring.web.LedgerApi;
import io.auditspring.web.LiveApi;
import io.auditspring.web.Problems;
import io.auditspring.web.Readers;
import io.auditspring.web.Readings;
import io.auditspring.web.Verifications;
import io.auditspring.web.Watchers;

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
@ConditionalOnBean({ AuditDatabase.class, AuditTrail.class })
public final class AuditWebAutoConfiguration {

	@Bean
	Readers auditReaders(ObjectProvider<AuditAccessPolicy> policies, Origins origins,
			ObjectProvider<TenantResolver> tenants) {
		AuditAccessPolicy policy = Sole.of(policies, "AuditAccessPolicy beans",
				"Mark the one that decides who may read as @Primary.");
		if (policy == null) {
			throw new AuditSetupException("audit.web.enabled is true, but nothing says who may read the audit trail",
					"Add Spring Security, define one AuditAccessPolicy bean, or set audit.web.enabled=false.");
		}
		return new Readers(policy, origins, () -> tenants.stream().findAny().isPresent());
	}

	@Bean
	Readings auditReadings(AuditRecorder recorder) {
		return new Readings(recorder);
	}

	@Bean
	AuditApi auditApi(AuditTrail trail, Readers readers, Readings readings) {
		return new AuditApi(trail, readers, readings);
	}

	@Bean
	ExportApi auditExportApi(AuditTrail trail, AuditDatabase database, Readers readers, Readings readings) {
		return new ExportApi(new Exports(trail, database.dataSource(), database.schema()), readers, readings);
	}

	@Bean
	LedgerHeads auditLedgerHeads(AuditDatabase database) {
		return new LedgerHeads(database.dataSource(), database.schema());
	}

	@Bean
	Verifications auditVerifications(LedgerVerifier verifier, LedgerHeads heads) {
		return new Verifications(verifier, heads);
	}

	@Bean
	LedgerApi auditLedgerApi(LedgerHeads heads, Verifications verifications, Readers readers, Readings readings) {
		return new LedgerApi(heads, verifications, readers, readings);
	}

	@Bean
	Watchers auditWatchers(AuditTrail trail, LedgerHeads heads) {
		return new Watchers(trail, heads);
	}

	@Bean
	LiveApi auditLiveApi(Watchers watchers, Readers readers, Readings readings) {
		return new LiveApi(watchers, readers, readings);
	}

	@Bean
	Problems auditProblems() {
		return new Problems();
	}

	@Bean
	AuditPage auditPage(Readers readers, AuditProperties properties) {
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
