package io.auditspring.autoconfigure;

import io.auditspring.capture.ChangeSink;
import io.auditspring.capture.EntityIdentifiers;
import io.auditspring.capture.EnversStateListener;
import io.auditspring.capture.Masking;
import io.auditspring.delivery.AuditTransactions;
import org.hibernate.envers.boot.internal.EnversService;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Captures the state of entities where the application has Envers.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(EnversService.class)
@ConditionalOnBean(AuditTransactions.class)
public final class AuditEnversAutoConfiguration {

	@Bean
	EnversStateListener auditStateListener(ChangeSink sink, Masking masking, EntityIdentifiers identifiers) {
		return new EnversStateListener(sink, masking, identifiers);
	}

}
