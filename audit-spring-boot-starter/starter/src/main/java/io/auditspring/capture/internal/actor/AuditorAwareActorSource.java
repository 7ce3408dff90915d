/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.AuditorAware;

/**
 * The actor by the application's Spring Data auditor, of whatever type.
 */
final class AuditorAwareActorSource implements ActorSource {

	private final AuditorAware<?> auditorAware;

	private final Persons persons;

	AuditorAwareActorSource(AuditorAware<?> auditorAware, Persons persons) {
		this.auditorAware = auditorAware;
		this.persons = persons;
	}

	@Override
	public @Nullable Actor currentActor() {
		Object auditor = this.auditorAware.getCurrentAuditor().orElse(null);
		return (auditor != null) ? this.persons.actor(auditor) : null;
	}

}
