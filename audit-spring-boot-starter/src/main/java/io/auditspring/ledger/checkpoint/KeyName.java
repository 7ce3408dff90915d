package io.auditspring.ledger.checkpoint;

/**
 * Names as signed notes allow them (C2SP signed-note, "Format"; the name of a chain is
 * part of a line of its text).
 */
final class KeyName {

	private KeyName() {
	}

	static boolean isValid(String name) {
		return !name.isEmpty() && name.codePoints().noneMatch(KeyName::isForbidden);
	}

	private static boolean isForbidden(int character) {
		return character == '+' || Character.isWhitespace(character) || Character.isSpaceChar(character)
				|| Character.isISOControl(character) || character == '\uFFFD'
				|| Character.getType(character) == Character.SURROGATE;
	}

}
