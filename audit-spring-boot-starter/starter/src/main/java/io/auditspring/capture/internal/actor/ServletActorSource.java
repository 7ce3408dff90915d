/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.capture.internal.request.ServedRequests;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The actor by the servlet container.
 */
final class ServletActorSource implements ActorSource {

	private final Supplier<Persons> persons;

	ServletActorSource(Supplier<Persons> persons) {
		this.persons = persons;
	}

	@Override
	public @Nullable Actor currentActor() {
		ServletRequestAttributes servlet = ServedRequests.current();
		Principal principal = (servlet != null) ? servlet.getRequest().getUserPrincipal() : null;
		return (principal != null) ? this.persons.get().actor(principal) : null;
	}

}
