/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.actor.SecurityContexts;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Records what Spring Security has done already.
 */
final class SecurityRecorder {

	private final CautiousRecorder recorder;

	private final News news;

	private final SecurityContexts contexts;

	SecurityRecorder(CautiousRecorder recorder, News news, SecurityContexts contexts) {
		this.contexts = contexts;
		this.recorder = recorder;
		this.news = news;
	}

	/**
	 * Whether an event is still to be recorded, which it then is.
	 * @param event what Spring Security tells
	 * @return {@code false} where a child context, which it comes from, has done so
	 */
	boolean isNews(Object event) {
		return this.news.is(event);
	}

	Origins origins() {
		return this.recorder.origins();
	}

	/**
	 * Records what somebody does who is signed in now.
	 * @param record what happened
	 */
	void record(AuditRecord record) {
		record(record, origins()::current);
	}

	/**
	 * Records what somebody did.
	 * @param record what happened
	 * @param user who did it, who may not be signed in any more
	 */
	void record(AuditRecord record, Authentication user) {
		record(record, () -> origin(user));
	}

	/**
	 * Records that somebody signed in.
	 * @param record what happened
	 * @param user who did it
	 */
	void recordArriving(AuditRecord record, Authentication user) {
		record(record, () -> as(user, origins()::arriving));
	}

	/**
	 * Records what somebody did whose session may have ended by it.
	 * @param record what happened
	 * @param user who did it
	 */
	void recordLeaving(AuditRecord record, Authentication user) {
		record(record, () -> as(user, origins()::leaving));
	}

	/**
	 * The origin of what somebody does within the current request.
	 * @param user who does it, who may not be signed in any more
	 * @return who, from where and when
	 */
	Origin origin(Authentication user) {
		return as(user, origins()::current);
	}

	void record(AuditRecord record, Supplier<Origin> origin) {
		this.recorder.record(record, origin);
	}

	void attempt(String action, Runnable work) {
		this.recorder.attempt(action, work);
	}

	// The user is signed in meanwhile, so that an actor resolver of the application names
	// the same actor as in every other entry.
	private Origin as(Authentication user, Supplier<Origin> origin) {
		SecurityContextHolderStrategy holder = this.contexts.strategy();
		Supplier<SecurityContext> previous = holder.getDeferredContext();
		SecurityContext context = holder.createEmptyContext();
		context.setAuthentication(user);
		holder.setContext(context);
		try {
			return origin.get();
		}
		finally {
			holder.setDeferredContext(previous);
		}
	}

}
