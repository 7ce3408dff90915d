package io.auditspring.delivery;

/**
 * What a business call sees when its entry cannot be kept.
 */
public enum FailurePolicy {

	/** The call fails, and what it did is rolled back where that is still possible. */
	PROPAGATE,

	/** The call goes on; the lost entry is logged as an error. */
	LOG

}
