package io.auditspring.autoconfigure;

import io.auditspring.AuthenticationEvents;
import io.auditspring.capture.EntityIdentifiers;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Origins;
import io.auditspring.delivery.AuditTransactions;
import io.auditspring.intercept.Customizers;
import io.auditspring.intercept.EventRecorder;
import io.auditspring.security.CautiousRecorder;
import io.auditspring.security.FailedLogins;
import io.auditspring.security.OwnSignIns;
import io.auditspring.security.TriedNames;

import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Records who signs in and out and who tries in vain, by whatever tells of it: Spring
 * Security's events, or the application itself.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(AuditTransactions.class)
@OncePerDatabase
public final class AuditAuthenticationAutoConfiguration {

	@Bean
	static LazyInitializationExcludeFilter auditFailedLoginsLazyInitializationExcludeFilter() {
		return LazyInitializationExcludeFilter.forBeanTypes(FailedLogins.class);
	}

	@Bean
	CautiousRecorder auditCautiousRecorder(Origins origins, AuditTransactions transactions, EntryFactory factory,
			Customizers customizers, AuditProperties properties) {
		return new CautiousRecorder(origins,
				new EventRecorder(origins, transactions, factory, customizers, properties.delivery()));
	}

	@Bean
	TriedNames auditTriedNames(EntityIdentifiers identifiers, AuditProperties properties) {
		return new TriedNames(identifiers::digest, properties.security().unknownNames());
	}

	@Bean
	FailedLogins auditFailedLogins(CautiousRecorder recorder, AuditProperties properties) {
		return new FailedLogins(recorder, properties.security().failedLoginLimit());
	}

	@Bean
	@ConditionalOnMissingBean(AuthenticationEvents.class)
	OwnSignIns auditAuthenticationEvents(CautiousRecorder recorder, FailedLogins failedLogins, TriedNames names) {
		return new OwnSignIns(recorder, failedLogins, names);
	}

}
