/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import org.jspecify.annotations.Nullable;

/**
 * How much memory entries take, about.
 */
public final class EntrySize {

	/** Objects, times and identifiers. */
	private static final long FIXED = 600;

	private EntrySize() {
	}

	/**
	 * Estimates the size of an entry by the length of its texts.
	 * @param entry the entry
	 * @return bytes; less than the truth by half at most, where texts are not Latin
	 */
	public static long estimate(Entry entry) {
		return FIXED + of(entry.service()) + of(entry.tenant()) + of(entry.action()) + of(entry.category())
				+ of(entry.targetType()) + of(entry.targetId()) + estimate(entry.actor()) + estimate(entry.data());
	}

	private static long estimate(Entry.ActorGroup actor) {
		return of(actor.id()) + of(actor.name()) + of(actor.impersonator()) + of(actor.userAgent())
				+ of(actor.session()) + of(actor.device()) + of(actor.geo());
	}

	private static long estimate(Entry.DataGroup data) {
		return of(data.targetName()) + of(data.message()) + of(data.justification()) + of(data.error())
				+ of(data.before()) + of(data.after()) + of(data.changes()) + of(data.metadata()) + of(data.related());
	}

	private static long of(@Nullable String text) {
		return (text != null) ? text.length() : 0;
	}

	private static long of(@Nullable CanonicalJson json) {
		return (json != null) ? json.toString().length() : 0;
	}

}
