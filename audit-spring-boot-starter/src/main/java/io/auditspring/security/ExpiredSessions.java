package io.auditspring.security;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.capture.Origins;
import io.auditspring.capture.SecurityActorSource;
import io.auditspring.capture.ServletRequestSource;
import jakarta.servlet.http.HttpSession;

import org.springframework.context.event.EventListener;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.session.HttpSessionDestroyedEvent;

/**
 * Records {@code session.expired}, where the application has an
 * {@code HttpSessionEventPublisher}: somebody left without logging out. A session that is
 * ended on purpose is no news, its logout is.
 */
public final class ExpiredSessions {

	private final SecurityRecorder recorder;

	private final SecurityActorSource actors;

	public ExpiredSessions(SecurityRecorder recorder, SecurityActorSource actors) {
		this.recorder = recorder;
		this.actors = actors;
	}

	@EventListener
	void destroyed(HttpSessionDestroyedEvent event) {
		if (isExpired(event.getSession())) {
			event.getSecurityContexts().forEach((context) -> expired(context, event.getId()));
		}
	}

	// The container may notice it in somebody else's request, hence nothing of the
	// current request is taken.
	private void expired(SecurityContext context, String sessionId) {
		Actor actor = this.actors.actorOf(context.getAuthentication());
		if (actor == null) {
			return;
		}
		AuditRecord record = AuditRecord.action("session.expired").category(SecurityRecorder.AUTHENTICATION).build();
		Origins origins = this.recorder.origins();
		this.recorder.record(record, () -> origins.past(actor, null, ServletRequestSource.digest(sessionId)));
	}

	private static boolean isExpired(HttpSession session) {
		Duration limit = Duration.ofSeconds(session.getMaxInactiveInterval());
		Instant lastAccess = Instant.ofEpochMilli(session.getLastAccessedTime());
		return limit.toSeconds() > 0 && !lastAccess.plus(limit).isAfter(Instant.now());
	}

}
