package io.auditspring.security;

import io.auditspring.AuditRecord;

import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureProviderNotFoundEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;

/**
 * Records {@code logout}, and has failed logins recorded.
 */
public final class SignIns {

	private final SecurityRecorder recorder;

	private final FailedLogins failedLogins;

	public SignIns(SecurityRecorder recorder, FailedLogins failedLogins) {
		this.recorder = recorder;
		this.failedLogins = failedLogins;
	}

	@EventListener
	void failed(AbstractAuthenticationFailureEvent event) {
		// Nobody looked at the credentials. The manager that asked this one tells why it
		// failed itself: for one bearer token there would be two entries.
		if (event instanceof AuthenticationFailureProviderNotFoundEvent) {
			return;
		}
		this.recorder.attempt("login", () -> this.failedLogins.add(event.getAuthentication(), event.getException()));
	}

	@EventListener
	void loggedOut(LogoutSuccessEvent event) {
		this.recorder.record(AuditRecord.action("logout").category(SecurityRecorder.AUTHENTICATION).build(),
				event.getAuthentication());
	}

}
