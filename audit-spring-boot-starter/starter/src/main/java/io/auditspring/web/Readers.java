/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.security.Principal;
import java.util.function.BooleanSupplier;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditAccess;
import io.auditspring.AuditAccessPolicy;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.Identifiers;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * Lets in who may read the trail.
 *
 * @since 0.1.0
 */
public final class Readers {

	private static final Logger logger = LoggerFactory.getLogger(Readers.class);

	private final AuditAccessPolicy policy;

	private final Origins origins;

	private final BooleanSupplier tenants;

	private final boolean warned;

	/**
	 * Creates the gate.
	 * @param policy who may read what
	 * @param origins who is asking
	 * @param tenants whether the application knows tenants
	 * @param warned whether those who read what they did also read of failed logins under
	 * their name
	 */
	Readers(AuditAccessPolicy policy, Origins origins, BooleanSupplier tenants, boolean warned) {
		this.policy = policy;
		this.origins = origins;
		this.tenants = tenants;
		this.warned = warned;
	}

	/**
	 * Lets somebody in.
	 * @param principal who asks, or {@code null} where nobody is signed in
	 * @return the reader
	 * @throws ResponseStatusException if they may read nothing
	 */
	public Reader admit(@Nullable Principal principal) {
		AuditAccess access = access(principal);
		Origin origin = this.origins.current();
		boolean own = access.extent() == AuditAccess.Extent.OWN;
		if (access.extent() == AuditAccess.Extent.NONE || access.extent() == AuditAccess.Extent.HASHES
				|| (own && isNobody(origin.actor()))) {
			throw refusal(principal);
		}
		if (own && origin.actor().id().equals(ActorSource.UNKNOWN)) {
			throw new ResponseStatusException(HttpStatus.FORBIDDEN,
					"Nothing tells your entries from those of others: your application sets audit.actor.id-property, "
							+ "or declares an ActorResolver");
		}
		return new Reader(access, asStored(origin.actor()), tenant(access, origin), this.tenants.getAsBoolean(),
				this.warned);
	}

	// An identifier may be longer than what is stored of it.
	private static Actor asStored(Actor actor) {
		return new Actor(actor.type(), Identifiers.limit(actor.id()), actor.name(), actor.impersonatorId(),
				actor.delegation());
	}

	private @Nullable String tenant(AuditAccess access, Origin origin) {
		if (access.acrossTenants()) {
			return origin.tenant();
		}
		try {
			return Identifiers.limitNullable(this.origins.tenantOfReader());
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.error("It is unknown in which tenant somebody reads the audit trail; they are turned away",
					LoggedFailure.of(ex));
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE,
					"In which tenant you read is unknown at the moment", ex);
		}
	}

	/**
	 * Lets in who may read everything.
	 * @param principal who asks, or {@code null} where nobody is signed in
	 * @param otherwise what others are told
	 * @throws ResponseStatusException if they may not
	 */
	Reader admitToAll(@Nullable Principal principal, String otherwise) {
		Reader reader = admit(principal);
		if (!reader.seesAll()) {
			throw new ResponseStatusException(HttpStatus.FORBIDDEN, otherwise);
		}
		return reader;
	}

	/**
	 * Lets in who may see the hashes of the whole ledger: monitors, and those from whom
	 * nothing of it is kept.
	 * @param principal who asks, or {@code null} where nobody is signed in
	 * @throws ResponseStatusException if they may not
	 */
	void admitToHashes(@Nullable Principal principal) {
		if (access(principal).extent() != AuditAccess.Extent.HASHES && !admit(principal).seesAll()) {
			throw refusal(principal);
		}
	}

	private static ResponseStatusException refusal(@Nullable Principal principal) {
		return (principal != null)
				? new ResponseStatusException(HttpStatus.FORBIDDEN, "You may not read the audit trail")
				: new ResponseStatusException(HttpStatus.UNAUTHORIZED, "Sign in to read the audit trail");
	}

	private AuditAccess access(@Nullable Principal principal) {
		try {
			return this.policy.accessOf(principal);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.error("{} could not say who may read the audit trail; the reader is turned away", this.policy,
					LoggedFailure.of(ex));
			return AuditAccess.none();
		}
	}

	// The system and whoever is anonymous did what nobody in particular did: that is
	// nobody's own.
	private static boolean isNobody(Actor actor) {
		return actor.type() == ActorType.SYSTEM || actor.type() == ActorType.ANONYMOUS;
	}

}
