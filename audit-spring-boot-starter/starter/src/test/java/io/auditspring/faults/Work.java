package io.auditspring.faults;

/**
 * The kinds of audited calls that the load is made of, each with what its entries are
 * counted against.
 */
enum Work {

	/** An order is stored, its entry staged with it. */
	TRANSACTIONAL,

	/** An order is stored, its entry buffered after the commit. */
	ASYNC,

	/** An order is stored, its entry chained when the call returns. */
	SYNC,

	/** No transaction; the entry is buffered. */
	NOTE,

	/** An order is stored and rolled back; the entry of the failure is durable. */
	REFUSED;

	/**
	 * Does one call of this kind.
	 * @param desk where
	 * @param reference the number of the order
	 */
	void call(OrderDesk desk, String reference) {
		switch (this) {
			case TRANSACTIONAL -> desk.transactional(reference);
			case ASYNC -> desk.async(reference);
			case SYNC -> desk.sync(reference);
			case NOTE -> desk.note(reference);
			case REFUSED -> desk.refused(reference);
		}
	}

	String action() {
		return "order." + name().toLowerCase();
	}

	/**
	 * Whether the business data has a row for each call that must have an entry. Where
	 * not, what callers were told is all there is to count against.
	 */
	boolean commits() {
		return this != NOTE && this != REFUSED;
	}

	String outcome() {
		return (this == REFUSED) ? "failure" : "success";
	}

	/**
	 * Whether an entry may be lost when its process is killed, as long as it is in the
	 * buffer.
	 */
	boolean isBuffered() {
		return this == ASYNC || this == NOTE;
	}

}
