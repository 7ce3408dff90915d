/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.List;

import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.ServletRequestSource;
import io.auditspring.capture.internal.request.ServedRequests;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.authentication.preauth.AbstractPreAuthenticatedProcessingFilter;
import org.springframework.security.web.authentication.switchuser.AuthenticationSwitchUserEvent;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Records {@code login}, {@code user.switched} and {@code user.switch_ended}. A login is
 * what somebody does once: credentials that come with every request, such as HTTP
 * basic's, a bearer token or the word of a proxy, are none.
 */
final class WebSignIns implements AopInfrastructureBean {

	private static final String LOGIN = "login";

	private static final String TOLD_LATER = WebSignIns.class.getName() + ".";

	/** Set by Spring MVC, which need not be there. */
	private static final String HANDLER = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private final SecurityRecorder recorder;

	WebSignIns(SecurityRecorder recorder) {
		this.recorder = recorder;
	}

	@EventListener
	void loggedIn(InteractiveAuthenticationSuccessEvent event) {
		if (AbstractPreAuthenticatedProcessingFilter.class.isAssignableFrom(event.getGeneratedBy())
				|| !this.recorder.isNews(event)) {
			return;
		}
		Authentication user = event.getAuthentication();
		this.recorder.recordArriving(login(user).build(), user);
	}

	/**
	 * Credentials were right. Of those that a filter takes, it tells itself whether
	 * somebody signed in by them; a handler, such as a controller that gives a token for
	 * a password, tells nobody.
	 */
	@EventListener
	void accepted(AuthenticationSuccessEvent event) {
		ServletRequestAttributes request = ServedRequests.outermost();
		if (request != null && isHandled(request.getRequest()) && this.recorder.isNews(event)) {
			this.recorder.attempt(LOGIN, () -> accepted(event.getAuthentication(), request));
		}
	}

	// Filters come before handlers, but once more where a failure is answered.
	private static boolean isHandled(HttpServletRequest request) {
		return request.getAttribute(HANDLER) != null && request.getDispatcherType() == DispatcherType.REQUEST;
	}

	// Whether the application tells of the login itself, refuses it nevertheless, and in
	// which session it goes on, is known at the end of the request. On another thread, as
	// a handler's Callable runs, nobody tells of that end.
	private void accepted(Authentication user, ServletRequestAttributes request) {
		Origin origin = this.recorder.origin(user);
		if (this.recorder.origins().current().actor().id().equals(origin.actor().id())) {
			// As who changes the password, or confirms with it what is done next.
			return;
		}
		if (request.getRequest().isAsyncStarted()) {
			if (!ServletRequestSource.hasArrived(request.getRequest())) {
				this.recorder.recordArriving(login(user).build(), user);
			}
			return;
		}
		request.registerDestructionCallback(TOLD_LATER + origin.actor().id(),
				() -> this.recorder.attempt(LOGIN, () -> ended(request, user, origin)),
				RequestAttributes.SCOPE_REQUEST);
	}

	private void ended(ServletRequestAttributes request, Authentication user, Origin origin) {
		if (!ServletRequestSource.hasArrived(request.getRequest())) {
			String session = ServletRequestSource.session(request.getRequest());
			this.recorder.record(answered(login(user), request.getResponse()).build(),
					() -> (session != null) ? origin.inSession(session) : origin);
		}
	}

	private static AuditRecord.Builder answered(AuditRecord.Builder login, @Nullable HttpServletResponse response) {
		boolean refused = response != null && response.getStatus() >= HttpServletResponse.SC_BAD_REQUEST;
		return (refused && response != null) ? login.outcome(Outcome.FAILURE)
			.severity(Severity.WARNING)
			.error("Answered %s, though the credentials were right".formatted(response.getStatus())) : login;
	}

	private static AuditRecord.Builder login(Authentication user) {
		AuditRecord.Builder login = record(LOGIN).metadata("method", Credentials.kind(user));
		List<String> factors = Credentials.factors(user);
		return factors.isEmpty() ? login : login.metadata("factors", factors);
	}

	@EventListener
	void switched(AuthenticationSwitchUserEvent event) {
		if (!this.recorder.isNews(event)) {
			return;
		}
		Authentication user = event.getAuthentication();
		// Whoever is switched already can only switch back: Spring Security does that
		// first.
		boolean back = user.getAuthorities().stream().anyMatch(WebSignIns::isSwitched);
		this.recorder.record(record(back ? "user.switch_ended" : "user.switched").severity(Severity.WARNING)
			.target("User", name(event.getTargetUser()))
			.build(), user);
	}

	private static AuditRecord.Builder record(String action) {
		return AuditRecord.action(action).category(Categories.AUTHENTICATION);
	}

	private static boolean isSwitched(GrantedAuthority authority) {
		return authority instanceof SwitchUserGrantedAuthority;
	}

	private static @Nullable String name(@Nullable UserDetails user) {
		return (user != null) ? user.getUsername() : null;
	}

}
