package io.auditspring.autoconfigure;

import io.auditspring.capture.SecurityActorSource;
import io.auditspring.intercept.AccessRefusal;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.core.Authentication;

/**
 * Takes the actor from Spring Security, and tells what it refuses from what fails.
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnClass(Authentication.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
public final class AuditSecurityAutoConfiguration {

	@Bean
	@Order(1)
	SecurityActorSource auditSecurityActorSource() {
		return new SecurityActorSource();
	}

	@Bean
	AccessRefusal auditAccessRefusal() {
		return (failure) -> failure instanceof AccessDeniedException
				|| failure instanceof AuthenticationCredentialsNotFoundException;
	}

}
