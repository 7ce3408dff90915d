/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.AuthenticationEvents;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.actor.SecurityContexts;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.EntryProperties;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.database.internal.OncePerDatabase;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.internal.call.Customizers;
import io.auditspring.intercept.internal.call.EventRecorder;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.SpringAuthorizationEventPublisher;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.web.session.HttpSessionDestroyedEvent;

/**
 * Wires what tells of users who sign in and out, of those who try in vain, and of what
 * they are refused.
 *
 * @since 0.1.0
 */
public final class SecurityEventsConfiguration {

	private SecurityEventsConfiguration() {
	}

	/**
	 * What whoever tells of them needs, be it Spring Security or the application.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties({ EntryProperties.class, SecurityProperties.class })
	public static class SignedIn {

		// One for a parent context and its children; who calls each of them finds out
		// itself.
		@Bean
		@OncePerDatabase
		News auditNews() {
			return new News();
		}

		@Bean
		CautiousRecorder auditCautiousRecorder(Origins auditOrigins, AuditTransactions auditTransactions,
				EntryFactory auditEntryFactory, Customizers auditCustomizers, EntryProperties properties) {
			return new CautiousRecorder(auditOrigins, new EventRecorder(auditOrigins, auditTransactions,
					auditEntryFactory, auditCustomizers, properties.delivery(), null));
		}

		@Bean
		TriedNames auditTriedNames(EntityIdentifiers auditEntityIdentifiers, SecurityProperties properties) {
			return new TriedNames(auditEntityIdentifiers::digest, properties.unknownNames());
		}

		@Bean
		FailedLogins auditFailedLogins(CautiousRecorder auditCautiousRecorder, SecurityProperties properties) {
			return new FailedLogins(auditCautiousRecorder, properties.failedLoginLimit());
		}

		@Bean
		@ConditionalOnMissingBean(value = AuthenticationEvents.class, ignored = OwnSignIns.class)
		OwnSignIns auditAuthenticationEvents(CautiousRecorder auditCautiousRecorder, FailedLogins auditFailedLogins,
				TriedNames auditTriedNames) {
			return new OwnSignIns(auditCautiousRecorder, auditFailedLogins, auditTriedNames);
		}

	}

	/**
	 * What Spring Security tells.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Events {

		// Without one, method security tells nobody what it refuses. It is needed as
		// early as method security itself. The application's listeners hear of requests
		// and messages as they do without auditing, and of calls as little.
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		@ConditionalOnMissingBean(AuthorizationEventPublisher.class)
		static SpringAuthorizationEventPublisher auditAuthorizationEventPublisher(ApplicationEventPublisher publisher,
				ObjectProvider<DeniedCalls> auditDeniedCalls) {
			return new SpringAuthorizationEventPublisher((event) -> {
				if (event instanceof AuthorizationDeniedEvent<?> denied && DeniedCalls.isCall(denied)) {
					auditDeniedCalls.getObject().denied(denied);
				}
				else {
					publisher.publishEvent(event);
				}
			});
		}

		@Bean
		SecurityRecorder auditSecurityRecorder(CautiousRecorder auditCautiousRecorder, News auditNews,
				SecurityContexts auditSecurityContexts) {
			return new SecurityRecorder(auditCautiousRecorder, auditNews, auditSecurityContexts);
		}

		// In the place of Spring Boot's, not of the application's own.
		@Bean
		@ConditionalOnMissingBean(AuthenticationEventPublisher.class)
		static FailurePublisher auditFailurePublisher(ObjectProvider<SignIns> auditSignIns) {
			return new FailurePublisher((event) -> auditSignIns.getObject().failed(event));
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static SilentManagers auditSilentManagers(ObjectProvider<SignIns> auditSignIns,
				ObjectProvider<WebSignIns> auditWebSignIns) {
			return new SilentManagers((event) -> {
				if (event instanceof AbstractAuthenticationFailureEvent failure) {
					auditSignIns.getObject().failed(failure);
				}
				else if (event instanceof AuthenticationSuccessEvent success) {
					auditWebSignIns.ifAvailable((signIns) -> signIns.accepted(success));
				}
			});
		}

		@Bean
		SignIns auditSignIns(SecurityRecorder auditSecurityRecorder, FailedLogins auditFailedLogins,
				TriedNames auditTriedNames) {
			return new SignIns(auditSecurityRecorder, auditFailedLogins, auditTriedNames);
		}

		@Bean
		DeniedCalls auditDeniedCalls(SecurityRecorder auditSecurityRecorder,
				ObjectProvider<AuthenticationTrustResolver> trust) {
			return new DeniedCalls(auditSecurityRecorder, trust(trust));
		}

		private static AuthenticationTrustResolver trust(ObjectProvider<AuthenticationTrustResolver> trust) {
			return trust.getIfUnique(AuthenticationTrustResolverImpl::new);
		}

		@Configuration(proxyBeanMethods = false)
		@ConditionalOnClass({ HttpServletRequest.class, HttpSessionDestroyedEvent.class })
		static class WebConfiguration {

			@Bean
			WebSignIns auditWebSignIns(SecurityRecorder auditSecurityRecorder) {
				return new WebSignIns(auditSecurityRecorder);
			}

			@Bean
			EndedSessions auditEndedSessions(SecurityRecorder auditSecurityRecorder,
					SecurityActorSource auditSecurityActorSource) {
				return new EndedSessions(auditSecurityRecorder, auditSecurityActorSource);
			}

			@Bean
			DeniedRequests auditDeniedRequests(SecurityRecorder auditSecurityRecorder,
					EntityIdentifiers auditEntityIdentifiers, ObjectProvider<AuthenticationTrustResolver> trust) {
				return new DeniedRequests(auditSecurityRecorder, auditEntityIdentifiers, trust(trust));
			}

		}

	}

}
