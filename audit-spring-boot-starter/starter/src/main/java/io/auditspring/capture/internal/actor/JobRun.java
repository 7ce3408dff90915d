/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.time.Instant;

import io.auditspring.Actor;

/**
 * A run of a scheduled job, which its observation carries to other threads.
 *
 * @param name the job's name
 * @param begun when it began
 */
public record JobRun(String name, Instant begun) {

	public Actor actor() {
		return Actor.system(this.name);
	}

}
