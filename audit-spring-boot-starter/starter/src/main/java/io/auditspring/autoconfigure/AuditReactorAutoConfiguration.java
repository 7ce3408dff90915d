/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.autoconfigure;

import io.auditspring.capture.internal.actor.ActorConfiguration;
import io.auditspring.capture.internal.origin.OriginConfiguration;
import io.auditspring.intercept.internal.call.InterceptConfiguration;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Import;

/**
 * Records calls that return Reactor's publishers when these end.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = AuditAutoConfiguration.class, after = AuditSecurityAutoConfiguration.class)
@ConditionalOnClass(Mono.class)
@ConditionalOnBooleanProperty(name = "audit.enabled", matchIfMissing = true)
@Import({ OriginConfiguration.Reactive.class, ActorConfiguration.Subscriber.class,
		InterceptConfiguration.Reactor.class })
public final class AuditReactorAutoConfiguration {

}
