/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.Arrays;
import java.util.Set;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditAccess;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.web.internal.export.LedgerPlace;
import io.auditspring.web.internal.value.Cursor;
import io.auditspring.web.internal.value.MalformedParameterException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who reads, and what of the trail that is.
 *
 * @param access what the policy grants
 * @param actor the reader, as entries name them
 * @param tenant the tenant they read for, or {@code null}
 * @param tenants whether the application knows tenants at all
 * @param warned whether they also read of failed logins under their name
 */
record Reader(AuditAccess access, Actor actor, @Nullable String tenant, boolean tenants, boolean warned) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * What belongs to no tenant, as it tells of all: which chains there are and how they
	 * have grown, what was lost, and under which names somebody tried to sign in.
	 */
	private static final String[] OF_ALL_TENANTS = { RootRows.ACTION, "audit.archive", "audit.retirement",
			"audit.discarded", "audit.chain.closed", "audit.chain.continued", "audit.chain.gone", "audit.chain.key",
			"audit.chain.parked", "audit.chain.received", "audit.chain.unparked", "login.flood" };

	private static final Set<String> NAMELESS = Set.of(Actor.anonymous().id(), ActorSource.UNKNOWN);

	/**
	 * Whether nothing is kept from this reader. Only then is it no news how much others,
	 * or other tenants, do, which every place in the ledger tells.
	 */
	boolean seesAll() {
		return seesEveryActor() && !confined();
	}

	/**
	 * Who reads, however they came: of one tenant, as others have people of the same
	 * name.
	 * @return equal for the same person
	 */
	Object person() {
		return Arrays.asList(this.tenant, this.actor.type(), this.actor.id());
	}

	/**
	 * Confines a query to what the reader may see. Added to whatever the request asks
	 * for, so no filter can take it away.
	 * @param query what is asked for
	 * @return what is answered
	 */
	AuditQuery narrow(AuditQuery query) {
		AuditQuery own = seesEveryActor() ? query : own(query);
		if (!confined()) {
			return own;
		}
		return (this.tenant != null) ? own.tenant(this.tenant) : own.withoutTenant().withoutAction(OF_ALL_TENANTS);
	}

	/**
	 * What a request asks for, confined likewise. By trying metadata, or ranges of the
	 * archive, one would find the places that are not shown.
	 * @param parameters what is asked for
	 * @return what is answered
	 */
	AuditQuery narrow(EntryParameters parameters) {
		return narrow(parameters, parameters.isAbout("target"));
	}

	/**
	 * What a request asks for of one thing, confined likewise.
	 * @param parameters what is asked for
	 * @param type the kind of thing
	 * @param id which one
	 * @return what is answered
	 */
	AuditQuery narrow(EntryParameters parameters, String type, String id) {
		return narrow(parameters, true).target(type, id);
	}

	private AuditQuery narrow(EntryParameters parameters, boolean ofTarget) {
		AuditQuery query = narrow(parameters.toQuery());
		if (seesAll()) {
			return query;
		}
		AuditQuery shown = ofTarget ? query.withoutAction("audit.archive") : query;
		return parameters.isAbout("metadata") ? shown.without((unwanted) -> unwanted.actions("audit.*")) : shown;
	}

	/**
	 * The cursor behind an entry, as far as this reader may know its place.
	 * @param last the entry
	 * @return what the next request has as its cursor
	 */
	String cursorBehind(AuditEntry last) {
		return seesAll() ? Cursor.of(last) : Cursor.withoutPlace(last);
	}

	/**
	 * Finds where to go on by a cursor that does not tell it.
	 * @param trail the trail
	 * @param parameters what is asked for
	 * @param narrowed the same, confined to what this reader may see
	 * @return what is answered
	 * @throws MalformedParameterException if the cursor was not given to this reader
	 */
	AuditQuery goingOn(AuditTrail trail, EntryParameters parameters, AuditQuery narrowed) {
		String cursor = parameters.value(EntryParameters.CURSOR);
		AuditQuery last = Cursor.entry(cursor);
		if (last == null) {
			if (cursor != null && !seesAll() && !Cursor.isOfTime(cursor)) {
				// By trying places one would find that of an own entry.
				throw new MalformedParameterException(EntryParameters.CURSOR, Cursor.REMEDY);
			}
			return narrowed;
		}
		return trail.find(narrow(last))
			.stream()
			.findFirst()
			.map((entry) -> narrowed.after(Cursor.position(entry)))
			.orElseThrow(() -> new MalformedParameterException(EntryParameters.CURSOR, Cursor.REMEDY));
	}

	// Somebody may be called like those of whom nothing is known.
	private AuditQuery own(AuditQuery query) {
		return (this.warned && !NAMELESS.contains(this.actor.id())) ? query.actorOrTried(this.actor)
				: query.actor(this.actor);
	}

	/**
	 * An entry as this reader may see it: who may read only what they did, or only what
	 * was done in their tenant, gets {@code null} for its place.
	 * @param entry the entry
	 * @return what to write as JSON
	 */
	Object show(AuditEntry entry) {
		if (seesAll()) {
			return entry;
		}
		ObjectNode shown = JSON.valueToTree(entry);
		LedgerPlace.hide(entry, shown);
		return shown;
	}

	/**
	 * An entry as this reader may see it in a list.
	 * @param entry the entry
	 * @return what to write as JSON
	 */
	Object summarize(AuditEntry entry) {
		ObjectNode shown = (show(entry) instanceof ObjectNode node) ? node : JSON.valueToTree(entry);
		return EntrySummary.of(shown);
	}

	/** Whether this is somebody who may decide what others want to do. */
	boolean decides() {
		return seesAll() && this.actor.type() == ActorType.USER && this.actor.impersonatorId() == null;
	}

	/** Whether what others did is shown, too. */
	boolean seesEveryActor() {
		return this.access.extent() == AuditAccess.Extent.ALL;
	}

	private boolean confined() {
		return this.tenants && !this.access.acrossTenants();
	}

}
