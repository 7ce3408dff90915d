/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.ServletRequestSource;
import io.auditspring.capture.internal.request.ServedRequests;
import jakarta.servlet.http.HttpSession;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.session.HttpSessionDestroyedEvent;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Records {@code session.expired} and {@code session.ended}, where the application has an
 * {@code HttpSessionEventPublisher}: somebody left without logging out, or was put out,
 * as by signing in elsewhere where only so many sessions are allowed. That a session ends
 * by a logout is no news.
 */
final class EndedSessions implements AopInfrastructureBean {

	private static final String EXPIRED = "session.expired";

	private static final String ENDED = "session.ended";

	private static final String TOLD_LATER = EndedSessions.class.getName();

	private final SecurityRecorder recorder;

	private final SecurityActorSource actors;

	EndedSessions(SecurityRecorder recorder, SecurityActorSource actors) {
		this.recorder = recorder;
		this.actors = actors;
	}

	@EventListener
	void destroyed(HttpSessionDestroyedEvent event) {
		if (!this.recorder.isNews(event)) {
			return;
		}
		if (isExpired(event.getSession())) {
			event.getSecurityContexts().forEach((context) -> expired(context, event.getId()));
		}
		else {
			ServletRequestAttributes request = ServedRequests.outermost();
			if (request != null && event.getId().equals(request.getRequest().getRequestedSessionId())) {
				event.getSecurityContexts().forEach((context) -> ended(context, event.getId(), request));
			}
		}
	}

	// Whether it was a logout is told only after the session has ended, if at all.
	private void ended(SecurityContext context, String sessionId, ServletRequestAttributes attributes) {
		this.recorder.attempt(ENDED, () -> {
			Authentication user = context.getAuthentication();
			Actor actor = this.actors.actorOf(user);
			if (user == null || actor == null || actor.type() == ActorType.ANONYMOUS) {
				return;
			}
			Origin origin = this.recorder.origin(user).inSession(ServletRequestSource.digest(sessionId));
			attributes.registerDestructionCallback(TOLD_LATER, () -> {
				if (!ServletRequestSource.hasLeft(attributes.getRequest())) {
					this.recorder.record(record(ENDED), () -> origin);
				}
			}, RequestAttributes.SCOPE_REQUEST);
		});
	}

	private static AuditRecord record(String action) {
		return AuditRecord.action(action).category(Categories.AUTHENTICATION).build();
	}

	// The container may notice it in somebody else's request, hence nothing of the
	// current request is taken.
	private void expired(SecurityContext context, String sessionId) {
		this.recorder.attempt(EXPIRED, () -> {
			Actor actor = this.actors.actorOf(context.getAuthentication());
			if (actor != null) {
				Origin origin = this.recorder.origins().past(actor, null, ServletRequestSource.digest(sessionId));
				this.recorder.record(record(EXPIRED), () -> origin);
			}
		});
	}

	private static boolean isExpired(HttpSession session) {
		Duration limit = Duration.ofSeconds(session.getMaxInactiveInterval());
		Instant lastAccess = Instant.ofEpochMilli(session.getLastAccessedTime());
		return limit.toSeconds() > 0 && !lastAccess.plus(limit).isAfter(Instant.now());
	}

}
