/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.verify;

import java.util.Comparator;
import java.util.TreeSet;

import io.auditspring.archive.internal.range.RangeName;

/**
 * The files that are there of a range.
 */
public final class RangeFiles {

	/** By chain and place. */
	public static final Comparator<RangeName> ORDER = Comparator.comparing(RangeName::chain)
		.thenComparingLong(RangeName::first)
		.thenComparingLong(RangeName::last);

	private final RangeName range;

	private final TreeSet<Integer> manifests = new TreeSet<>();

	private final TreeSet<Integer> payloads = new TreeSet<>();

	private boolean core;

	private boolean tiles;

	public RangeFiles(RangeName range) {
		this.range = range;
	}

	public void add(RangeName.File file) {
		switch (file.kind()) {
			case "core" -> this.core = true;
			case "tiles" -> this.tiles = true;
			case "payload" -> this.payloads.add(file.generation());
			default -> this.manifests.add(file.generation());
		}
	}

	RangeName range() {
		return this.range;
	}

	TreeSet<Integer> manifests() {
		return this.manifests;
	}

	TreeSet<Integer> payloads() {
		return this.payloads;
	}

	boolean core() {
		return this.core;
	}

	boolean tiles() {
		return this.tiles;
	}

}
