/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.security.Principal;
import java.util.function.Supplier;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
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
		RequestAttributes attributes = RequestContextHolder.getRequestAttributes();
		if (!(attributes instanceof ServletRequestAttributes servlet)) {
			return null;
		}
		Principal principal = servlet.getRequest().getUserPrincipal();
		return (principal != null) ? this.persons.get().actor(principal) : null;
	}

}
