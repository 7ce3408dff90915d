/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.ActorConfiguration;
import io.auditspring.intercept.internal.call.InterceptConfiguration;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.Authentication;

/**
 * Takes the actor from Spring Security, and tells what it refuses from what fails.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = AuditAutoConfiguration.class)
@ConditionalOnClass(Authentication.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Import({ ActorConfiguration.Security.class, InterceptConfiguration.Security.class })
public final class AuditSecurityAutoConfiguration {

}
