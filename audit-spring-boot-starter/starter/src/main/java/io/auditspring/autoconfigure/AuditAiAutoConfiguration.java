/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.ai.AiConfiguration;
import io.auditspring.intercept.internal.access.CallApproval;
import org.springframework.ai.tool.ToolCallback;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Records the tools that models have called by Spring AI.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { AuditAutoConfiguration.class, AuditDisabledAutoConfiguration.class })
@ConditionalOnClass(ToolCallback.class)
@ConditionalOnBean(CallApproval.class)
@Import({ AiConfiguration.Tools.class, AiConfiguration.Clients.class, AiConfiguration.Mcp.class })
public final class AuditAiAutoConfiguration {

}
