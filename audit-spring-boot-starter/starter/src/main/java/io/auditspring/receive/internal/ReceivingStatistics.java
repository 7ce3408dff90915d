/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of bundles since the start, and what holds a chain up.
 */
public final class ReceivingStatistics {

	private final Map<Reception.Kind, LongAdder> counts = new EnumMap<>(Reception.Kind.class);

	private final LongAdder entries = new LongAdder();

	private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();

	public ReceivingStatistics() {
		for (Reception.Kind kind : Reception.Kind.values()) {
			this.counts.put(kind, new LongAdder());
		}
	}

	/**
	 * Why a chain does not get on.
	 *
	 * @param kind what became of its last bundle
	 * @param reason a sentence
	 */
	public record Trouble(Reception.Kind kind, String reason) {

	}

	void count(String chain, Reception reception) {
		count(reception.kind()).increment();
		this.entries.add(reception.appended());
		if (reception.reason() == null) {
			this.troubles.remove(chain);
		}
		// What nobody vouches for is not the chain's fault.
		else if (reception.kind() != Reception.Kind.REFUSED) {
			this.troubles.put(chain, new Trouble(reception.kind(), reception.reason()));
		}
	}

	private LongAdder count(Reception.Kind kind) {
		LongAdder count = this.counts.get(kind);
		return (count != null) ? count : new LongAdder();
	}

	/**
	 * How many bundles became that.
	 * @param kind what
	 * @return the number since the start
	 */
	public long bundles(Reception.Kind kind) {
		return count(kind).sum();
	}

	/**
	 * How many entries were appended.
	 * @return the number since the start
	 */
	public long entries() {
		return this.entries.sum();
	}

	/**
	 * What holds chains up.
	 * @return the reason for each of them, by name
	 */
	public Map<String, Trouble> troubles() {
		return new TreeMap<>(this.troubles);
	}

}
