/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.time.Duration;
import java.util.List;

import io.auditspring.Approvals;
import io.auditspring.AuditAccessPolicy;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TenantResolver;
import io.auditspring.capture.internal.actor.SecurityContexts;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.Sole;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.signing.VerificationWorker;
import io.auditspring.web.internal.export.Exports;
import io.modelcontextprotocol.server.McpServerFeatures;
import io.modelcontextprotocol.server.McpStatelessServerFeatures;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.security.access.hierarchicalroles.NullRoleHierarchy;
import org.springframework.security.access.hierarchicalroles.RoleHierarchy;
import org.springframework.security.core.Authentication;
import org.springframework.util.StringUtils;

/**
 * Wires what is served over HTTP.
 *
 * @since 0.1.0
 */
public final class WebConfiguration {

	private WebConfiguration() {
	}

	/**
	 * The API and the page that reads it.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(WebProperties.class)
	public static class Api {

		@Bean
		Readers auditReaders(ObjectProvider<AuditAccessPolicy> policies, Origins auditOrigins,
				ObjectProvider<TenantResolver> tenants, WebProperties properties) {
			AuditAccessPolicy policy = Sole.of(policies, "AuditAccessPolicy beans",
					"Mark the one that decides who may read as @Primary.");
			if (policy == null) {
				throw new AuditSetupException(
						"audit.web.enabled is true, but nothing says who may read the audit trail",
						"Add Spring Security, define one AuditAccessPolicy bean, or set audit.web.enabled=false.");
			}
			return new Readers(policy, auditOrigins, () -> tenants.stream().findAny().isPresent(),
					properties.ownFailedLogins());
		}

		@Bean
		ReadAuditing auditReadAuditing(AuditRecorder auditRecorder, ObjectProvider<TargetNames> auditTargetNames,
				Masking auditMasking) {
			return new ReadAuditing(auditRecorder, auditTargetNames.getIfAvailable(() -> TargetNames.AS_SAID),
					auditMasking);
		}

		@Bean
		AuditApi auditApi(AuditTrail auditTrail, Readers auditReaders, ReadAuditing auditReadAuditing,
				ObjectProvider<ApprovalApi> auditApprovalApi) {
			return new AuditApi(auditTrail, auditReaders, auditReadAuditing,
					() -> auditApprovalApi.getIfAvailable() != null);
		}

		@Bean
		ExplorationApi auditExplorationApi(AuditTrail auditTrail, Readers auditReaders,
				ReadAuditing auditReadAuditing) {
			return new ExplorationApi(auditTrail, auditReaders, auditReadAuditing);
		}

		@Bean
		ExportApi auditExportApi(AuditTrail auditTrail, AuditDatabase auditDatabase, Readers auditReaders,
				ReadAuditing auditReadAuditing, ObjectProvider<EntryArchive> auditEntryArchive) {
			return new ExportApi(auditTrail, new Exports(auditTrail, auditDatabase.dataSource(), auditDatabase.schema(),
					auditEntryArchive.getIfAvailable()), auditReaders, auditReadAuditing);
		}

		@Bean
		LedgerHeads auditLedgerHeads(AuditDatabase auditDatabase) {
			return new LedgerHeads(auditDatabase.dataSource(), auditDatabase.schema());
		}

		@Bean
		Verifications auditVerifications(LedgerVerifier auditLedgerVerifier, LedgerHeads auditLedgerHeads,
				ObjectProvider<VerificationWorker> auditVerificationWorker) {
			return new Verifications(auditLedgerVerifier, auditLedgerHeads,
					() -> auditVerificationWorker.stream().findFirst().flatMap(VerificationWorker::last),
					Duration.ofSeconds(30));
		}

		@Bean
		LedgerApi auditLedgerApi(LedgerHeads auditLedgerHeads, Verifications auditVerifications, Readers auditReaders,
				ReadAuditing auditReadAuditing, ObjectProvider<Checkpoints> auditCheckpoints, AuditTrail auditTrail) {
			return new LedgerApi(auditLedgerHeads, auditVerifications, auditReaders, auditReadAuditing,
					auditCheckpoints.getIfAvailable(), auditTrail);
		}

		@Bean
		@ConditionalOnBean(Approvals.class)
		ApprovalApi auditApprovalApi(Approvals approvals, Readers auditReaders) {
			return new ApprovalApi(approvals, auditReaders);
		}

		@Bean
		TilesApi auditTilesApi(Checkpoints auditCheckpoints, Readers auditReaders) {
			return new TilesApi(auditCheckpoints, auditReaders);
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
		ProblemDetails auditProblems(WebProperties properties, Environment environment) {
			return new ProblemDetails(path(properties, environment));
		}

		/** Around Spring Security, whose refusals are told alike. */
		@Bean
		FilterRegistrationBean<ProblemFilter> auditProblemFilter(WebProperties properties, Environment environment) {
			FilterRegistrationBean<ProblemFilter> registration = new FilterRegistrationBean<>(new ProblemFilter());
			String path = path(properties, environment);
			registration.addUrlPatterns(path, path + "/*");
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 5);
			return registration;
		}

		private static String path(WebProperties properties, Environment environment) {
			String servlet = environment.getProperty("spring.mvc.servlet.path", "/");
			return StringUtils.trimTrailingCharacter(servlet, '/') + properties.basePath();
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(Authentication.class)
		static class SecurityConfiguration {

			@Bean
			@ConditionalOnMissingBean
			AuditAccessPolicy auditAccessPolicy(WebProperties properties, SecurityContexts auditSecurityContexts,
					ObjectProvider<RoleHierarchy> hierarchies) {
				return new AuthorityAccessPolicy(properties.authority(), properties.monitorAuthority(),
						auditSecurityContexts, hierarchies.getIfUnique(NullRoleHierarchy::new));
			}

		}

	}

	/**
	 * The description of the API for springdoc.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class OpenApi {

		@Bean
		ApiDescription auditApiDescription(WebProperties properties) {
			return new ApiDescription(properties.basePath());
		}

	}

	/**
	 * The trail as tools of an MCP server.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Mcp {

		@Bean
		TrailTools auditTrailTools(AuditTrail auditTrail, Readers auditReaders, ReadAuditing auditReadAuditing,
				Verifications auditVerifications, ObjectProvider<SecurityContexts> auditSecurityContexts) {
			return new TrailTools(auditSecurityContexts.getIfAvailable(), auditTrail, auditReaders, auditReadAuditing,
					auditVerifications);
		}

		@Bean
		List<McpServerFeatures.SyncToolSpecification> auditTrailToolSpecifications(TrailTools auditTrailTools) {
			return auditTrailTools.specifications();
		}

		@Bean
		List<McpStatelessServerFeatures.SyncToolSpecification> auditTrailStatelessToolSpecifications(
				TrailTools auditTrailTools) {
			return auditTrailTools.statelessSpecifications();
		}

	}

}
