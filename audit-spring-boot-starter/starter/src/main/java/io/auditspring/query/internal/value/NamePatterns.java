/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query.internal.value;

import java.util.List;

/**
 * Names of which each is known by its beginning or its end.
 *
 * @param all what they are like
 */
public record NamePatterns(List<NamePattern> all) {

	/**
	 * Reads patterns.
	 * @param patterns such as {@code transaction.*}
	 * @return the patterns
	 * @throws IllegalArgumentException if one is none
	 */
	public static NamePatterns parse(List<String> patterns) {
		return new NamePatterns(patterns.stream().map(NamePattern::parse).toList());
	}

}
