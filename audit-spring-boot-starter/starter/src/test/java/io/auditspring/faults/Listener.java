package io.auditspring.faults;

/**
 * Hears how calls were answered.
 */
interface Listener {

	void acknowledged(Work work, String reference);

	void failed(Work work, String reference, Throwable failure);

}
