package io.auditspring;

/**
 * Whether entries carry the state of changed entities.
 */
public enum StateCapture {

	/**
	 * The state before and after, of every entity audited by Envers that the call
	 * changed.
	 */
	AUTO,

	/** No state. */
	NONE

}
