/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Locale;
import java.util.Set;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.AuditorAware;

/**
 * The actor by the application's Spring Data auditor, of whatever type.
 */
final class AuditorAwareActorSource implements ActorSource {

	/** What auditors say where they know nobody. */
	private static final Set<String> NOBODY = Set.of("system", "anonymous", "anonymoususer");

	private final AuditorAware<?> auditorAware;

	private final Persons persons;

	private final @Nullable SecurityContexts users;

	AuditorAwareActorSource(AuditorAware<?> auditorAware, Persons persons, @Nullable SecurityContexts users) {
		this.auditorAware = auditorAware;
		this.persons = persons;
		this.users = users;
	}

	@Override
	public @Nullable Actor currentActor() {
		if (this.users != null && this.users.isLeftOut()) {
			// Most auditors ask Spring Security, and know no better than it does.
			return null;
		}
		Object auditor = this.auditorAware.getCurrentAuditor().orElse(null);
		return (auditor != null && !isNobody(auditor)) ? this.persons.actor(auditor) : null;
	}

	private static boolean isNobody(Object auditor) {
		return auditor instanceof CharSequence text && NOBODY.contains(text.toString().toLowerCase(Locale.ROOT));
	}

}
