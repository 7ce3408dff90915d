/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.AuditRecord;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.authentication.preauth.AbstractPreAuthenticatedProcessingFilter;
import org.springframework.security.web.authentication.switchuser.AuthenticationSwitchUserEvent;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;

/**
 * Records {@code login}, {@code user.switched} and {@code user.switch_ended}. A login is
 * what somebody does once: credentials that come with every request, such as HTTP
 * basic's, a bearer token or the word of a proxy, are none.
 */
final class WebSignIns implements AopInfrastructureBean {

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
		this.recorder.record(record("login").metadata("method", Credentials.kind(user)).build(), user);
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
