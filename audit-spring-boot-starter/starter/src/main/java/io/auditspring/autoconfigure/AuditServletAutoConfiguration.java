/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.ActorConfiguration;
import io.auditspring.capture.internal.origin.OriginConfiguration;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * Takes the actor and the details of the request from the servlet container: also where
 * the web is in a child context, and the database in its parent.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnClass({ HttpServletRequest.class, RequestContextHolder.class })
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Import({ OriginConfiguration.Servlet.class, ActorConfiguration.Servlet.class })
public final class AuditServletAutoConfiguration {

}
