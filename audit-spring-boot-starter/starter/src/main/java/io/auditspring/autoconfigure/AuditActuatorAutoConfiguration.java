package io.auditspring.autoconfigure;

import io.auditspring.AuditRecorder;
import io.auditspring.actuate.LedgerAuditEventRepository;
import io.auditspring.actuate.SilentAuthenticationListener;
import io.auditspring.actuate.SilentAuthorizationListener;
import io.auditspring.query.AuditTrail;

import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.security.AbstractAuthenticationAuditListener;
import org.springframework.boot.actuate.security.AbstractAuthorizationAuditListener;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.Authentication;

/**
 * Keeps the audit events of Spring Boot Actuator in the ledger, unless the application
 * keeps them elsewhere.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class,
		before = org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration.class)
// A repository switches on the listeners of Spring Boot, which do not load without Spring
// Security.
@ConditionalOnClass({ AuditEventRepository.class, Authentication.class,
		org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration.class })
@ConditionalOnBean(name = { "auditDatabase", "auditTrail" })
@ConditionalOnMissingBean(AuditEventRepository.class)
public final class AuditActuatorAutoConfiguration {

	@Bean
	LedgerAuditEventRepository auditLedgerAuditEventRepository(AuditRecorder auditRecorder, AuditTrail auditTrail) {
		return new LedgerAuditEventRepository(auditRecorder, auditTrail);
	}

	@Bean
	@ConditionalOnMissingBean(AbstractAuthenticationAuditListener.class)
	SilentAuthenticationListener auditSilentAuthenticationListener() {
		return new SilentAuthenticationListener();
	}

	@Bean
	@ConditionalOnMissingBean(AbstractAuthorizationAuditListener.class)
	SilentAuthorizationListener auditSilentAuthorizationListener() {
		return new SilentAuthorizationListener();
	}

}
