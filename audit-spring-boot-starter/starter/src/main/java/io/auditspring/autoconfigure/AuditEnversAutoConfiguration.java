package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.capture.internal.state.StateConfiguration;
import org.hibernate.envers.AuditReader;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Captures the state of entities where the application has Envers.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(AuditReader.class)
@ConditionalOnBean(name = "auditTransactions")
@Import({ StateConfiguration.Envers.class, ActuateConfiguration.History.class })
public final class AuditEnversAutoConfiguration {

}
