/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import reactor.core.scheduler.Schedulers;

/**
 * Knows the threads on which requests of a reactive application are served. No request
 * belongs to one of them: unless Reactor propagates its context to them, only those who
 * subscribe know which one it is.
 */
final class ReactiveThreads implements RequestSource {

	/** Spring's property that makes Reactor propagate its context. */
	public static final String PROPAGATION = "spring.reactor.context-propagation";

	private static final String REACTOR = Schedulers.class.getPackageName() + ".";

	@Override
	public RequestDetails currentRequest() {
		return (Schedulers.isInNonBlockingThread() || isOfScheduler(Thread.currentThread())) ? RequestDetails.UNTOLD
				: RequestDetails.NONE;
	}

	// Whatever the application calls it, and whether it is a virtual one: a scheduler
	// looks after what its threads do not catch.
	private static boolean isOfScheduler(Thread thread) {
		return thread.getUncaughtExceptionHandler().getClass().getName().startsWith(REACTOR);
	}

}
