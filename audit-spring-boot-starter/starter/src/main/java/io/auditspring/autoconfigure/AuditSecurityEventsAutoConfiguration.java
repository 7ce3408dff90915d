package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.security.CautiousRecorder;
import io.auditspring.security.DeniedCalls;
import io.auditspring.security.DeniedRequests;
import io.auditspring.security.EndedSessions;
import io.auditspring.security.FailedLogins;
import io.auditspring.security.News;
import io.auditspring.security.SecurityRecorder;
import io.auditspring.security.SignIns;
import io.auditspring.security.TriedNames;
import io.auditspring.security.WebSignIns;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authorization.AuthorizationEventPublisher;
import org.springframework.security.authorization.SpringAuthorizationEventPublisher;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.session.HttpSessionDestroyedEvent;

/**
 * Records who signs in and out, who tries in vain and who is refused. On by default: it
 * is what an auditor asks for first, and what an attacker does.
 */
@AutoConfiguration(after = AuditAuthenticationAutoConfiguration.class)
@ConditionalOnClass(Authentication.class)
@ConditionalOnBean(name = "auditFailedLogins")
@ConditionalOnBooleanProperty(name = "audit.security.enabled", matchIfMissing = true)
public final class AuditSecurityEventsAutoConfiguration {

	// Without one, method security tells nobody what it refuses. It is needed as early as
	// method security itself.
	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean(AuthorizationEventPublisher.class)
	static SpringAuthorizationEventPublisher auditAuthorizationEventPublisher(ApplicationEventPublisher publisher) {
		return new SpringAuthorizationEventPublisher(publisher);
	}

	@Bean
	SecurityRecorder auditSecurityRecorder(CautiousRecorder auditCautiousRecorder, News auditNews) {
		return new SecurityRecorder(auditCautiousRecorder, auditNews);
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
				ObjectProvider<AuthenticationTrustResolver> trust) {
			return new DeniedRequests(auditSecurityRecorder, trust(trust));
		}

	}

}
