package io.auditspring.delivery;

/**
 * What happens to an entry when the asynchronous buffer is full.
 */
public enum Overflow {

	/**
	 * The caller waits for room, for ten seconds at most, and then writes the entry
	 * itself.
	 */
	BLOCK,

	/** The caller writes the entry itself. */
	SYNC,

	/** The entry is dropped; that and how many is recorded in the ledger. */
	DISCARD

}
