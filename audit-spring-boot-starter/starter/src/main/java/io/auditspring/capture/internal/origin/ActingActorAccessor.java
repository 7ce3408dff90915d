/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Lets the actor of {@link AuditContext#runAs} travel with Micrometer's context
 * propagation, which finds this class as a service.
 */
public final class ActingActorAccessor implements ThreadLocalAccessor<Actor> {

	@Override
	public Object key() {
		return "io.auditspring.actor";
	}

	@Override
	public @Nullable Actor getValue() {
		return AuditContextHolder.actor();
	}

	@Override
	public void setValue(Actor actor) {
		AuditContextHolder.replaceActor(actor);
	}

	@Override
	public void setValue() {
		AuditContextHolder.replaceActor(null);
	}

}
