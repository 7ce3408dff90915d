/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.auditspring.ledger.internal.entry.Entry;

/**
 * The entries of tests whose database cannot hold a ledger: the newest of them.
 */
final class MemoryLedger {

	/** Applications whose tests never look are many. */
	private static final int MOST = 10_000;

	private final Deque<RecordedEntry> entries = new ArrayDeque<>();

	private long size;

	synchronized void add(Entry entry) {
		this.entries.add(RecordedEntry.of(this.size++, entry));
		if (this.entries.size() > MOST) {
			this.entries.remove();
		}
	}

	synchronized long size() {
		return this.size;
	}

	synchronized List<RecordedEntry> since(long seq) {
		return this.entries.stream().filter((entry) -> entry.seq() >= seq).toList();
	}

}
