/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.time.Instant;

import io.auditspring.Actor;
import org.jspecify.annotations.Nullable;

/**
 * Who called, for which tenant, from where and when; taken before the call, so that it
 * survives a change of thread and the recycling of the request.
 *
 * @param occurredAt when the call began
 * @param actor who called
 * @param tenant on whose behalf, or {@code null}
 * @param request from where
 */
public record Origin(Instant occurredAt, Actor actor, @Nullable String tenant, RequestDetails request) {

	/**
	 * The same of something that begins later.
	 * @param instant when it began
	 * @return the origin with that time
	 */
	public Origin at(Instant instant) {
		return new Origin(instant, this.actor, this.tenant, this.request);
	}

	/**
	 * The same for another thread, which may need it when the request is long over.
	 * @return the origin with all that it says of the request
	 */
	public Origin settled() {
		return new Origin(this.occurredAt, this.actor, this.tenant, this.request.settled());
	}

	/**
	 * The same of what belongs to no tenant.
	 * @return the origin without a tenant
	 */
	public Origin ofNoTenant() {
		return new Origin(this.occurredAt, this.actor, null, this.request);
	}

	/**
	 * The same in another session.
	 * @param session a digest of its id
	 * @return the origin with that session
	 */
	public Origin inSession(String session) {
		return new Origin(this.occurredAt, this.actor, this.tenant, this.request.inSession(session));
	}

}
