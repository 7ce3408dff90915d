/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * Entries as somebody makes them who knows the format.
 */
final class Altered {

	private Altered() {
	}

	static StoredEntry action(StoredEntry entry, String action) {
		CoreObject core = entry.core();
		return with(entry, entry.place(),
				new CoreObject(core.chain(), core.seq(), core.id(), core.recordedAt(), core.occurredAt(),
						core.service(), core.tenant(), core.operation(), action, core.category(), core.severity(),
						core.outcome(), core.actorType(), core.targetType(), core.targetId(), core.revision(),
						core.durationMicros(), core.traceId()));
	}

	static StoredEntry chain(StoredEntry entry, String chain) {
		CoreObject core = entry.core();
		return with(entry, entry.place(),
				new CoreObject(chain, core.seq(), core.id(), core.recordedAt(), core.occurredAt(), core.service(),
						core.tenant(), core.operation(), core.action(), core.category(), core.severity(),
						core.outcome(), core.actorType(), core.targetType(), core.targetId(), core.revision(),
						core.durationMicros(), core.traceId()));
	}

	/** With another address of the actor, whatever it is. */
	static StoredEntry address(StoredEntry entry, String ip) {
		ActorObject actor = entry.actor();
		return new StoredEntry(
				entry.place(), entry.core(), entry.version(), entry.salt(), new ActorObject(actor.id(), actor.name(),
						actor.impersonator(), ip, actor.userAgent(), actor.session(), actor.device(), actor.geo()),
				entry.actorDigest(), entry.data(), entry.dataDigest());
	}

	/** With links and hashes that fit. */
	static List<StoredEntry> rechained(List<StoredEntry> entries) {
		List<StoredEntry> made = new ArrayList<>();
		byte[] previous = entries.get(0).prevHash();
		for (StoredEntry entry : entries) {
			StoredEntry linked = linked(entry, previous, entry.hash());
			previous = linked.computeHash();
			made.add(linked(entry, linked.prevHash(), previous));
		}
		return made;
	}

	private static StoredEntry linked(StoredEntry entry, byte[] previous, byte[] hash) {
		StoredEntry.Place place = entry.place();
		return with(entry, new StoredEntry.Place(0, place.seq(), place.id(), place.recordedAt(), previous, hash),
				entry.core());
	}

	private static StoredEntry with(StoredEntry entry, StoredEntry.Place place, CoreObject core) {
		return new StoredEntry(place, core, entry.version(), entry.salt(), entry.actor(), entry.actorDigest(),
				entry.data(), entry.dataDigest());
	}

}
