/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import io.auditspring.capture.internal.origin.CapturedContext.Legacy;
import io.auditspring.capture.internal.origin.CapturedContextAccessor.Passage;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Lets the actor, tenant and request travel wherever Micrometer's context propagation
 * carries the context of a thread: executors of the application, Reactor's pipelines.
 * Registered for as long as the application context lives.
 */
final class CapturedContextAccessor implements ThreadLocalAccessor<Passage>, AutoCloseable {

	private final Origins origins;

	private final CapturedContext capturedContext;

	CapturedContextAccessor(Origins origins, CapturedContext capturedContext) {
		this.origins = origins;
		this.capturedContext = capturedContext;
		ContextRegistry.getInstance().registerThreadLocalAccessor(this);
	}

	// Not a text: several application contexts of a JVM share the registry.
	@Override
	public Object key() {
		return this.capturedContext;
	}

	// Called for two reasons that cannot be told apart: to take what a task is to
	// inherit, and to remember what this thread had. So the answer serves both.
	@Override
	public @Nullable Passage getValue() {
		Legacy had = this.capturedContext.current();
		Legacy given = (had != null) ? had : this.origins.legacy();
		Object leftOut = this.capturedContext.leftOut();
		return (given != null || leftOut != null) ? new Passage(given, had, leftOut) : null;
	}

	@Override
	public void setValue(Passage passage) {
		Legacy given = passage.given();
		this.capturedContext.replace(given);
		// Where nobody was known, whoever is signed in may have caused what is done.
		if (given != null && given.actor() != null) {
			this.capturedContext.leaveOut(this.capturedContext.inherited());
		}
	}

	@Override
	public void setValue() {
		this.capturedContext.replace(null);
		this.capturedContext.leaveOut(null);
	}

	@Override
	public void restore(Passage passage) {
		this.capturedContext.replace(passage.had());
		this.capturedContext.leaveOut(passage.leftOut());
	}

	@Override
	public void close() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(key());
	}

	/**
	 * What passes from a thread to another.
	 *
	 * @param given what the other inherits, or {@code null}
	 * @param had what the first one had inherited itself, or {@code null}
	 * @param leftOut who counted for nobody on the first one, or {@code null}
	 */
	record Passage(@Nullable Legacy given, @Nullable Legacy had, @Nullable Object leftOut) {

	}

}
