package io.auditspring;

/**
 * Whether entries carry the state of changed entities.
 *
 * @since 0.1.0
 */
public enum StateCapture {

	/**
	 * The state before and after, of every captured entity that the call changed.
	 */
	AUTO,

	/** No state. */
	NONE

}
