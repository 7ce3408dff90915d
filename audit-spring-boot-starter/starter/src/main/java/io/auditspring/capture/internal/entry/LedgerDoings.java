/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.ledger.internal.entry.Entry;

/**
 * Who asks the ledger to do something, as its functions take it.
 */
public final class LedgerDoings {

	private static final List<String> ACTIONS = List.of("audit.redaction", "audit.retirement", "audit.hold",
			"audit.release", "audit.archive", "audit.root");

	private LedgerDoings() {
	}

	/**
	 * Whoever asks is recorded like the caller of any audited method.
	 * @param origins who that is
	 * @param factory makes entries
	 * @param sentences what the ledger's own actions are called
	 * @return gives an entry that says who asks, and from where
	 */
	public static Supplier<Entry> askedFor(Origins origins, EntryFactory factory, Sentences sentences) {
		return doings(origins::current, factory, sentences);
	}

	/**
	 * What is done to the whole ledger belongs to no tenant, whichever one the
	 * application thinks of where nobody asks.
	 * @param origins who asks, if anybody does
	 * @param factory makes entries
	 * @param sentences what the ledger's own actions are called
	 * @return gives an entry that says who asks, and from where
	 */
	public static Supplier<Entry> ofAll(Origins origins, EntryFactory factory, Sentences sentences) {
		return doings(() -> origins.current().ofNoTenant(), factory, sentences);
	}

	private static Supplier<Entry> doings(Supplier<Origin> origin, EntryFactory factory, Sentences sentences) {
		Map<String, String> said = new LinkedHashMap<>();
		ACTIONS.forEach((action) -> said.put(action, sentences.of(action)));
		AuditRecord record = AuditRecord.action("audit.upkeep").metadata("sentences", said).build();
		return () -> factory.entry(new Operation(origin.get(), record), record, null);
	}

}
