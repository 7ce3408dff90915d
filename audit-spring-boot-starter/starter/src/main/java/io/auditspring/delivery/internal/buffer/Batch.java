/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.internal.entry.Entry;

/**
 * Entries that are being written, and whether they may have been written already: a
 * commit whose answer was lost leaves that open. One thread writes them; another may look
 * at what is left.
 */
final class Batch {

	private final List<Entry> entries = new ArrayList<>();

	private boolean uncertain;

	private boolean copied;

	/**
	 * Adds an entry. Where there is no memory for it, nothing is added.
	 * @param added the entry
	 */
	synchronized void add(Entry added) {
		this.entries.add(added);
	}

	synchronized void addAll(List<Entry> added) {
		this.entries.addAll(added);
	}

	synchronized List<Entry> entries() {
		return List.copyOf(this.entries);
	}

	synchronized boolean isEmpty() {
		return this.entries.isEmpty();
	}

	synchronized int size() {
		return this.entries.size();
	}

	synchronized boolean isUncertain() {
		return this.uncertain || this.copied;
	}

	synchronized void setUncertain() {
		this.uncertain = true;
	}

	/**
	 * Says that somebody else may write them, too, and what is added later.
	 */
	synchronized void setCopied() {
		this.copied = true;
	}

	/**
	 * Says that the first entries are dealt with.
	 * @param count how many
	 */
	synchronized void done(int count) {
		this.entries.subList(0, Math.min(count, this.entries.size())).clear();
		this.uncertain &= !this.entries.isEmpty();
	}

}
