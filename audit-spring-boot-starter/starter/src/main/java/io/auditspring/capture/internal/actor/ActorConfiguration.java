/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Objects;

import io.auditspring.capture.internal.state.EntityIdentifiers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.data.domain.AuditorAware;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/**
 * Wires what knows who acts.
 */
public final class ActorConfiguration {

	private ActorConfiguration() {
	}

	/**
	 * Types of the application, and the auditor of Spring Data.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(ActorProperties.class)
	public static class Application {

		@Bean
		@ConditionalOnBean(AuditorAware.class)
		@Order(2)
		AuditorAwareActorSource auditorAwareActorSource(ConfigurableListableBeanFactory beanFactory,
				Persons auditPersons, ObjectProvider<SecurityContexts> auditSecurityContexts) {
			return new AuditorAwareActorSource(UsedAuditor.of(beanFactory), auditPersons,
					auditSecurityContexts.getIfAvailable());
		}

		@Bean
		@ConditionalOnBean(name = "auditorAwareActorSource")
		static AuditorTypeCheck auditAuditorTypeCheck(ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<Persons> auditPersons) {
			return new AuditorTypeCheck(beanFactory, auditPersons::getObject);
		}

		@Bean
		Persons auditPersons(ObjectProvider<SecurityNames> auditSecurityNames, EntityIdentifiers auditEntityIdentifiers,
				ActorProperties properties) {
			return new Persons(auditSecurityNames.getIfAvailable(), auditEntityIdentifiers, properties.idProperty(),
					properties.nameProperty());
		}

	}

	/**
	 * Spring Security.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Security {

		@Bean
		SecurityContexts auditSecurityContexts(ObjectProvider<SecurityContextHolderStrategy> strategies) {
			return new SecurityContexts(strategies::getIfUnique);
		}

		@Bean
		@Order(0)
		SecurityActorSource auditSecurityActorSource(SecurityContexts auditSecurityContexts,
				ObjectProvider<SwitchedUsers> auditSwitchedUsers, ObjectProvider<TokenClaims> auditTokenClaims,
				ObjectProvider<Persons> auditPersons, ObjectProvider<AuthenticationTrustResolver> trust) {
			return new SecurityActorSource(auditSecurityContexts, auditSwitchedUsers.getIfAvailable(),
					auditTokenClaims.getIfAvailable(), auditPersons::getObject,
					trust.getIfUnique(AuthenticationTrustResolverImpl::new));
		}

		@Bean
		SecurityNames auditSecurityNames() {
			return new SecurityNames();
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(SwitchUserGrantedAuthority.class)
		static class SwitchUserConfiguration {

			@Bean
			SwitchedUsers auditSwitchedUsers() {
				return new SwitchedUsers();
			}

		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass(ClaimAccessor.class)
		@EnableConfigurationProperties(TokenProperties.class)
		static class TokenConfiguration {

			@Bean
			TokenClaims auditTokenClaims(TokenProperties properties) {
				return new TokenClaims(properties.issuer());
			}

			@Bean
			@ConditionalOnProperty("audit.security.tenant-claim")
			ClaimTenantResolver auditClaimTenantResolver(SecurityContexts auditSecurityContexts,
					TokenClaims auditTokenClaims, TokenProperties properties) {
				return new ClaimTenantResolver(auditSecurityContexts, auditTokenClaims,
						Objects.requireNonNull(properties.tenantClaim()));
			}

		}

	}

	/**
	 * The subscriber of a publisher.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ReactiveSecurityContextHolder.class)
	@ConditionalOnBean(name = "auditSecurityActorSource")
	public static class Subscriber {

		@Bean
		SubscriberActor auditSubscriberActor(SecurityActorSource auditSecurityActorSource) {
			return new SubscriberActor(auditSecurityActorSource);
		}

	}

	/**
	 * The servlet container.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Servlet {

		@Bean
		@Order(3)
		ServletActorSource auditServletActorSource(ObjectProvider<Persons> auditPersons) {
			return new ServletActorSource(auditPersons::getObject);
		}

	}

	/**
	 * Scheduled jobs and message listeners.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Jobs {

		// Last: whoever is known takes precedence.
		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		static RunningJobs auditRunningJobs() {
			return new RunningJobs();
		}

	}

	/**
	 * Messages of clients.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(SimpMessageHeaderAccessor.class)
	public static class Messages {

		// Before the listener that handles the message.
		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE - 1)
		static MessageSenders auditMessageSenders(ObjectProvider<Persons> auditPersons,
				ObjectProvider<SecurityActorSource> auditSecurityActorSource) {
			return new MessageSenders(auditPersons::getObject, auditSecurityActorSource::getIfAvailable);
		}

	}

}
