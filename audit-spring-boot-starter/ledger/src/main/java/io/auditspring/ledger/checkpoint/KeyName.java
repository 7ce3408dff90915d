/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

/**
 * Names as signed notes allow them (C2SP signed-note, "Format"; the name of a chain is
 * part of a line of its text).
 *
 * @since 0.1.0
 */
public final class KeyName {

	private KeyName() {
	}

	/**
	 * Whether notes can hold a name.
	 * @param name the name
	 * @return whether it is not empty and has neither white space nor plus signs
	 */
	public static boolean isValid(String name) {
		return !name.isEmpty() && name.codePoints().noneMatch(KeyName::isForbidden);
	}

	private static boolean isForbidden(int character) {
		return character == '+' || Character.isWhitespace(character) || Character.isSpaceChar(character)
				|| Character.isISOControl(character) || character == '\uFFFD'
				|| Character.getType(character) == Character.SURROGATE;
	}

}
