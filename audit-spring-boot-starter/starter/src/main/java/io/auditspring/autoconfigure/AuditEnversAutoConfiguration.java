package io.auditspring.autoconfigure;

import io.auditspring.actuate.ActuateConfiguration;
import io.auditspring.capture.internal.state.StateConfiguration;
import org.hibernate.envers.boot.internal.EnversService;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Captures the state of entities where the application has Envers.
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnClass(EnversService.class)
@ConditionalOnBean(name = "auditTransactions")
@Import({ StateConfiguration.Envers.class, ActuateConfiguration.History.class })
public final class AuditEnversAutoConfiguration {

}
