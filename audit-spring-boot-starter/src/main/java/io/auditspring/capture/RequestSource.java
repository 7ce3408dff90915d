package io.auditspring.capture;

/**
 * Finds the request that is being served on this thread.
 */
@FunctionalInterface
public interface RequestSource {

	/**
	 * Where the current call came from.
	 * @return the details, {@link RequestDetails#NONE} outside a request
	 */
	RequestDetails currentRequest();

}
