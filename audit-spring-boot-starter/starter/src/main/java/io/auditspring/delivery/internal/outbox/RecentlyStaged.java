/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What this instance staged a moment ago, by the text of its row: whoever finds that text
 * in the outbox need not parse it. What was rolled back is never asked for, so the oldest
 * goes when there is too much.
 */
final class RecentlyStaged {

	/** How many characters of text are kept. */
	private static final int MOST = 2_000_000;

	private final Map<String, List<Entry>> entries = new LinkedHashMap<>();

	private int length;

	synchronized void add(String text, List<Entry> entries) {
		if (this.entries.put(text, entries) == null) {
			this.length += text.length();
		}
		for (Iterator<String> oldest = this.entries.keySet().iterator(); this.length > MOST;) {
			this.length -= oldest.next().length();
			oldest.remove();
		}
	}

	/**
	 * Gives the entries of a row, and forgets them.
	 * @param text what the row holds
	 * @return its entries, or {@code null} where they are not known
	 */
	synchronized @Nullable List<Entry> take(String text) {
		List<Entry> known = this.entries.remove(text);
		if (known != null) {
			this.length -= text.length();
		}
		return known;
	}

}
