/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * IP addresses as PostgreSQL shows them: of several zeros in a row, the longest row is
 * left out.
 */
public final class Inet {

	private static final int V4 = 8;

	private static final int V6 = 32;

	private Inet() {
	}

	/**
	 * The text of an address.
	 * @param hex its bytes in hexadecimal digits, or {@code null}
	 * @return its text; what is none as it is
	 */
	public static @Nullable String text(@Nullable String hex) {
		if (hex == null || (hex.length() != V4 && hex.length() != V6)) {
			return hex;
		}
		return (hex.length() == V4) ? groups(hex, 2).stream().map(String::valueOf).collect(Collectors.joining("."))
				: shortened(groups(hex, 4));
	}

	private static List<Integer> groups(String hex, int digits) {
		List<Integer> groups = new ArrayList<>();
		for (int at = 0; at < hex.length(); at += digits) {
			groups.add(Integer.parseInt(hex.substring(at, at + digits), 16));
		}
		return groups;
	}

	private static String shortened(List<Integer> groups) {
		int start = 0;
		int length = 0;
		for (int from = 0; from < groups.size(); from++) {
			int to = from;
			while (to < groups.size() && groups.get(to) == 0) {
				to++;
			}
			if (to - from > length) {
				start = from;
				length = to - from;
			}
		}
		if (length < 2) {
			return text(groups);
		}
		return text(groups.subList(0, start)) + "::" + text(groups.subList(start + length, groups.size()));
	}

	private static String text(List<Integer> groups) {
		return groups.stream().map(Integer::toHexString).collect(Collectors.joining(":"));
	}

}
