package io.auditspring.sample.users;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Component;

/**
 * Records who signs in and out. No method of ours is called for that, so there is none to
 * annotate: Spring Security's events are recorded instead. Scripts that send HTTP basic
 * credentials with each request do not sign in; only their failures are recorded.
 */
@Component
final class SignInListener {

	private final AuditRecorder recorder;

	private final HttpServletRequest request;

	SignInListener(AuditRecorder recorder, HttpServletRequest request) {
		this.recorder = recorder;
		this.request = request;
	}

	@EventListener
	void signedIn(InteractiveAuthenticationSuccessEvent event) {
		this.recorder.record(record("user.login", event.getAuthentication()).metadata("method", "form").build());
	}

	@EventListener
	void refused(AbstractAuthenticationFailureEvent event) {
		boolean basic = this.request.getHeader(HttpHeaders.AUTHORIZATION) != null;
		this.recorder.record(record("user.login", event.getAuthentication()).severity(Severity.WARNING)
			.outcome(Outcome.FAILURE)
			.error(event.getException().getClass().getSimpleName() + ": " + event.getException().getMessage())
			.metadata("method", basic ? "basic" : "form")
			.build());
	}

	@EventListener
	void signedOut(LogoutSuccessEvent event) {
		this.recorder.record(record("user.logout", event.getAuthentication()).build());
	}

	/**
	 * Starts a record in which the user is the actor, since after a failure and after a
	 * logout nobody is signed in.
	 */
	private static AuditRecord.Builder record(String action, Authentication user) {
		return AuditRecord.action(action)
			.category("authentication")
			.actor(Actor.user(user.getName()))
			.target("User", user.getName());
	}

}
