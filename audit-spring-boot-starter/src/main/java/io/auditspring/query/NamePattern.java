package io.auditspring.query;

/**
 * How names begin, or how they end.
 *
 * @param text the part that is known
 * @param prefix whether it is the beginning
 */
record NamePattern(String text, boolean prefix) {

	private static final char ANY = '*';

	/**
	 * Reads a pattern.
	 * @param pattern such as {@code transaction.*} or {@code *.approved}
	 * @return the pattern
	 * @throws IllegalArgumentException if it has no star, or more than one, or anywhere
	 * but at an end
	 */
	static NamePattern parse(String pattern) {
		int star = pattern.indexOf(ANY);
		boolean prefix = star == pattern.length() - 1;
		if (star < 0 || pattern.length() < 2 || star != pattern.lastIndexOf(ANY) || !prefix && star != 0) {
			throw new IllegalArgumentException(
					"A pattern has one star, at its beginning or its end, such as transaction.* or *.approved, not '%s'"
						.formatted(pattern));
		}
		return new NamePattern(prefix ? pattern.substring(0, star) : pattern.substring(1), prefix);
	}

	boolean matches(String name) {
		return this.prefix ? name.startsWith(this.text) : name.endsWith(this.text);
	}

}
