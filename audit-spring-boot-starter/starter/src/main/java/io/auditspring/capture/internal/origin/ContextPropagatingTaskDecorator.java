/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.origin.CapturedContext.Legacy;
import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskDecorator;

/**
 * Lets tasks act for whoever hands them over: as the same actor, also one by
 * {@link AuditContext#runAs}, for the same tenant, from the same request. What is known
 * is taken at the hand-over; when the task is done, nothing of it stays on its thread.
 */
final class ContextPropagatingTaskDecorator implements TaskDecorator {

	private final Supplier<Origins> origins;

	private final CapturedContext capturedContext;

	ContextPropagatingTaskDecorator(Supplier<Origins> origins, CapturedContext capturedContext) {
		this.origins = origins;
		this.capturedContext = capturedContext;
	}

	@Override
	public Runnable decorate(Runnable task) {
		Actor acting = AuditContextHolder.actor();
		Legacy legacy = this.origins.get().legacy();
		return (acting != null || legacy != null || this.capturedContext.isInheriting())
				? () -> run(task, acting, legacy) : task;
	}

	private void run(Runnable task, @Nullable Actor acting, @Nullable Legacy legacy) {
		Runnable leave = this.capturedContext.enter(acting, legacy);
		try {
			task.run();
		}
		finally {
			leave.run();
		}
	}

}
