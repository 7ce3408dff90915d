package io.auditspring.bench;

/**
 * How much is measured.
 */
enum Effort {

	/** Only shows that everything runs; its figures mean nothing. */
	SMOKE,

	/** All of it within 20 minutes on two cores. */
	SHORT,

	/** As long as it takes. */
	LONG;

	static Effort chosen() {
		return valueOf(System.getProperty("bench", "short").toUpperCase(java.util.Locale.ROOT));
	}

	/**
	 * Chooses an amount.
	 * @param smoke how much to show that it runs
	 * @param brief how much in the short form
	 * @param extensive how much in the long form
	 * @return the amount for this effort
	 */
	int of(int smoke, int brief, int extensive) {
		return switch (this) {
			case SMOKE -> smoke;
			case SHORT -> brief;
			case LONG -> extensive;
		};
	}

}
