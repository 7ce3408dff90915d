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
	 * @param name the job's name, or {@code null} for none
	 * @return the one that ran so far, to be set again when this one has ended
	 */
	public @Nullable String replace(@Nullable String name) {
		String previous = this.job.get();
		if (name != null) {
			this.job.set(name);
		}
		else {
			this.job.remove();
		}
		return previous;
	}

}
