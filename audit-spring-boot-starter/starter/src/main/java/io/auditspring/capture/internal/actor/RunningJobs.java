/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

/**
 * Names the scheduled job or message listener that runs on a thread, which acts as the
 * system where nobody else does.
 */
public final class RunningJobs implements ActorSource {

	private final ThreadLocal<@Nullable String> job = new ThreadLocal<>();

	@Override
	public @Nullable Actor currentActor() {
		String name = this.job.get();
		return (name != null) ? Actor.system(name) : null;
	}

	/**
	 * Says which job runs on this thread from now on.
	 * @param name the job's name
	 * @return ends it: the job that ran so far, if any, goes on
	 */
	public Runnable begin(String name) {
		String previous = this.job.get();
		this.job.set(name);
		return () -> {
			if (previous != null) {
				this.job.set(previous);
			}
			else {
				this.job.remove();
			}
		};
	}

}
