package io.auditspring.autoconfigure;

import java.util.Objects;

import io.auditspring.capture.internal.actor.ClaimTenantResolver;
import io.auditspring.capture.internal.actor.Persons;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.actor.SecurityNames;
import io.auditspring.capture.internal.actor.SwitchedUsers;
import io.auditspring.capture.internal.actor.TokenClaims;
import io.auditspring.intercept.AccessRefusal;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/**
 * Takes the actor from Spring Security, and tells what it refuses from what fails.
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnClass(Authentication.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@EnableConfigurationProperties(AuditProperties.class)
public final class AuditSecurityAutoConfiguration {

	@Bean
	@Order(0)
	SecurityActorSource auditSecurityActorSource(ObjectProvider<SwitchedUsers> auditSwitchedUsers,
			ObjectProvider<TokenClaims> auditTokenClaims, ObjectProvider<Persons> auditPersons,
			ObjectProvider<AuthenticationTrustResolver> trust) {
		return new SecurityActorSource(auditSwitchedUsers.getIfAvailable(), auditTokenClaims.getIfAvailable(),
				auditPersons::getObject, trust.getIfUnique(AuthenticationTrustResolverImpl::new));
	}

	@Bean
	SecurityNames auditSecurityNames() {
		return new SecurityNames();
	}

	@Bean
	AccessRefusal auditAccessRefusal() {
		return (failure) -> failure instanceof AccessDeniedException
				|| failure instanceof AuthenticationCredentialsNotFoundException;
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
	static class TokenConfiguration {

		@Bean
		TokenClaims auditTokenClaims() {
			return new TokenClaims();
		}

		@Bean
		@ConditionalOnProperty("audit.security.tenant-claim")
		ClaimTenantResolver auditClaimTenantResolver(TokenClaims auditTokenClaims, AuditProperties properties) {
			return new ClaimTenantResolver(auditTokenClaims,
					Objects.requireNonNull(properties.security().tenantClaim()));
		}

	}

}
