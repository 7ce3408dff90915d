/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.value.Masking;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureProviderNotFoundEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Records {@code logout}, and has failed logins recorded.
 */
final class SignIns implements AopInfrastructureBean {

	/** A shorter secret would be told by what is missing of the text. */
	private static final int MIN_SECRET = 3;

	private final SecurityRecorder recorder;

	private final FailedLogins failedLogins;

	private final TriedNames names;

	SignIns(SecurityRecorder recorder, FailedLogins failedLogins, TriedNames names) {
		this.recorder = recorder;
		this.failedLogins = failedLogins;
		this.names = names;
	}

	@EventListener
	void failed(AbstractAuthenticationFailureEvent event) {
		// Nobody looked at the credentials: no provider takes them, of which the manager
		// that asked this one tells itself, or who knows them cannot be reached, and they
		// may be right.
		if (event instanceof AuthenticationFailureProviderNotFoundEvent
				|| event.getException() instanceof AuthenticationServiceException || !this.recorder.isNews(event)) {
			return;
		}
		this.recorder.attempt("login", () -> failed(event.getAuthentication(), event.getException()));
	}

	private void failed(Authentication credentials, AuthenticationException failure) {
		Actor tried = Credentials.tried(credentials, failure, this.names);
		String typed = Credentials.typed(credentials);
		String error = failure.getClass().getSimpleName() + ": " + failure.getMessage();
		// Exceptions like to quote the name.
		String told = (typed != null && !typed.equals(tried.id())) ? error.replace(typed, tried.id()) : error;
		this.failedLogins.add(tried, withoutSecret(told, credentials.getCredentials()), Credentials.kind(credentials));
	}

	private static String withoutSecret(String text, @Nullable Object secret) {
		return (secret instanceof CharSequence typed && typed.length() >= MIN_SECRET)
				? text.replace(typed, Masking.MASK) : text;
	}

	@EventListener
	void loggedOut(LogoutSuccessEvent event) {
		if (this.recorder.isNews(event)) {
			this.recorder.recordLeaving(AuditRecord.action("logout").category(Categories.AUTHENTICATION).build(),
					event.getAuthentication());
		}
	}

}
