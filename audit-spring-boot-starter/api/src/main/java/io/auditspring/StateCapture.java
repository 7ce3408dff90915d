package io.auditspring;

/**
 * Whether entries carry the state of changed entities.
 *
 * @since 0.1.0
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
