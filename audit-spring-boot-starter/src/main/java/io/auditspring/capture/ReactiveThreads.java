package io.auditspring.capture;

import reactor.core.scheduler.Schedulers;

/**
 * Knows the threads on which requests of a reactive application are served. No request
 * belongs to one of them: unless Reactor propagates its context to them, only those who
 * subscribe know which one it is.
 */
public final class ReactiveThreads implements RequestSource {

	/** Spring's property that makes Reactor propagate its context. */
	public static final String PROPAGATION = "spring.reactor.context-propagation";

	/** Reactor's threads for what blocks, on platform threads and virtual ones. */
	private static final String BLOCKING = "oundedElastic";

	@Override
	public RequestDetails currentRequest() {
		return (Schedulers.isInNonBlockingThread() || Thread.currentThread().getName().contains(BLOCKING))
				? RequestDetails.UNTOLD : RequestDetails.NONE;
	}

}
