/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What somebody's request does on threads that know nothing of it is never the system's.
 */
class ForeignThreadTests extends HandedOverTasks {

	@ParameterizedTest
	@ValueSource(strings = { "executor", "async", "common-pool", "thread" })
	void nobodyKnowsWhoCalled(String way) throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/foreign/" + way, "jane")).isEqualTo(200);
		assertThat(log.await(before + 1).get(before)).containsEntry("action", "task.done")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "unknown");
	}

	@ParameterizedTest
	@ValueSource(ints = 64)
	void ofAParallelStreamTheCallersPartIsTheCallers(int tasks) throws Exception {
		int before = (int) log.count();
		assertThat(post(context, "/parallel/" + tasks, "jane")).isEqualTo(200);
		assertThat(log.await(before + tasks).subList(before, before + tasks)).extracting("actor_id")
			.containsOnly("jane", "unknown");
	}

}
