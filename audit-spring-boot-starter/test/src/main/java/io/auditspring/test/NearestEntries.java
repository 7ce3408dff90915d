/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

import io.auditspring.test.EntryAssert.Wish;

/**
 * The texts of failed assertions: what was looked for, and the entries that come nearest.
 */
final class NearestEntries {

	private static final int SHOWN = 3;

	private static final String LINE = "%n  ".formatted();

	private NearestEntries() {
	}

	static String missing(List<Wish> wishes, List<RecordedEntry> all) {
		if (all.isEmpty()) {
			return "%nExpecting the trail to have an entry%nbut nothing was recorded since the test began. Is the method called from another bean, and audit.enabled?"
				.formatted();
		}
		List<RecordedEntry> nearest = all.stream()
			.sorted(Comparator.comparingLong((RecordedEntry entry) -> unfulfilled(wishes, entry).size())
				.thenComparing(Comparator.comparingLong(RecordedEntry::seq).reversed()))
			.limit(SHOWN)
			.toList();
		return "%nExpecting the trail to have an entry%s%nbut of %s none is like that. Nearest:%s".formatted(
				wanted(wishes), number(all.size()),
				nearest.stream()
					.map((entry) -> LINE + entry + differences(wishes, entry))
					.collect(Collectors.joining()));
	}

	static String several(List<Wish> wishes, List<RecordedEntry> fitting) {
		return "%nExpecting the trail to have exactly one entry%s%nbut %s".formatted(wanted(wishes), shown(fitting));
	}

	private static String wanted(List<Wish> wishes) {
		return wishes.stream().map((wish) -> LINE + wish.description()).collect(Collectors.joining());
	}

	private static List<Wish> unfulfilled(List<Wish> wishes, RecordedEntry entry) {
		return wishes.stream().filter((wish) -> !wish.condition().test(entry)).toList();
	}

	private static String differences(List<Wish> wishes, RecordedEntry entry) {
		return unfulfilled(wishes, entry).stream().map((wish) -> {
			Object instead = wish.property().apply(entry);
			return LINE + "    not " + wish.description() + ((instead != null) ? ", but " + instead : "");
		}).collect(Collectors.joining());
	}

	static String shown(List<RecordedEntry> entries) {
		return entries.isEmpty() ? "nothing was recorded"
				: "there is" + entries.stream().map((entry) -> LINE + entry).collect(Collectors.joining());
	}

	static String number(int count) {
		return (count == 1) ? "1 entry" : count + " entries";
	}

}
