/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.List;
import java.util.TreeMap;

/**
 * A JSON value on its way to canonical text.
 */
sealed interface CanonicalNode {

	/**
	 * A value without children.
	 *
	 * @param text its text
	 * @param quoted whether it is a string
	 */
	record Scalar(String text, boolean quoted) implements CanonicalNode {

	}

	/**
	 * An array.
	 *
	 * @param values its elements
	 */
	record Elements(List<CanonicalNode> values) implements CanonicalNode {

	}

	/**
	 * An object. Strings compare by UTF-16 code units, as RFC 8785 sorts members.
	 *
	 * @param values its members
	 */
	record Members(TreeMap<String, CanonicalNode> values) implements CanonicalNode {

	}

}
