package io.auditspring.autoconfigure;

import io.auditspring.approval.ApprovalConfiguration;
import io.auditspring.intercept.internal.call.AuditedWork;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;

/**
 * Lets calls that need the approval of a person have it.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = AuditAutoConfiguration.class)
@ConditionalOnBean(AuditedWork.class)
@Import(ApprovalConfiguration.class)
public final class AuditApprovalAutoConfiguration {

}
