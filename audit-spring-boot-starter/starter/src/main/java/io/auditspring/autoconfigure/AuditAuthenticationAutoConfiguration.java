package io.auditspring.autoconfigure;

import io.auditspring.AuthenticationEvents;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.database.OncePerDatabase;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.Customizers;
import io.auditspring.intercept.EventRecorder;
import io.auditspring.security.CautiousRecorder;
import io.auditspring.security.FailedLogins;
import io.auditspring.security.News;
import io.auditspring.security.OwnSignIns;
import io.auditspring.security.TriedNames;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Records who signs in and out and who tries in vain, by whatever tells of it: Spring
 * Security's events, or the application itself.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(name = "auditTransactions")
public final class AuditAuthenticationAutoConfiguration {

	// One for a parent context and its children; who calls each of them finds out itself.
	@Bean
	@OncePerDatabase
	News auditNews() {
		return new News();
	}

	@Bean
	CautiousRecorder auditCautiousRecorder(Origins auditOrigins, AuditTransactions auditTransactions,
			EntryFactory auditEntryFactory, Customizers auditCustomizers, AuditProperties properties) {
		return new CautiousRecorder(auditOrigins, new EventRecorder(auditOrigins, auditTransactions, auditEntryFactory,
				auditCustomizers, properties.delivery()));
	}

	@Bean
	TriedNames auditTriedNames(EntityIdentifiers auditEntityIdentifiers, AuditProperties properties) {
		return new TriedNames(auditEntityIdentifiers::digest, properties.security().unknownNames());
	}

	@Bean
	FailedLogins auditFailedLogins(CautiousRecorder auditCautiousRecorder, AuditProperties properties) {
		return new FailedLogins(auditCautiousRecorder, properties.security().failedLoginLimit());
	}

	@Bean
	@ConditionalOnMissingBean(value = AuthenticationEvents.class, ignored = OwnSignIns.class)
	OwnSignIns auditAuthenticationEvents(CautiousRecorder auditCautiousRecorder, FailedLogins auditFailedLogins,
			TriedNames auditTriedNames) {
		return new OwnSignIns(auditCautiousRecorder, auditFailedLogins, auditTriedNames);
	}

}
