/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.Objects;

import io.auditspring.capture.internal.state.EntityIdentifiers;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;

/**
 * Records {@code access.denied} for requests that are refused by their path.
 */
final class DeniedRequests implements AopInfrastructureBean {

	private final SecurityRecorder recorder;

	private final EntityIdentifiers entities;

	private final AuthenticationTrustResolver trust;

	DeniedRequests(SecurityRecorder recorder, EntityIdentifiers entities, AuthenticationTrustResolver trust) {
		this.recorder = recorder;
		this.entities = entities;
		this.trust = trust;
	}

	@EventListener
	void denied(AuthorizationDeniedEvent<?> event) {
		// The page that tells of a refusal may be refused as well.
		if (event.getObject() instanceof HttpServletRequest request
				&& request.getDispatcherType() != DispatcherType.ERROR && this.recorder.isNews(event)) {
			this.recorder.attempt(Denial.ACTION, () -> denied(event, request));
		}
	}

	private void denied(AuthorizationDeniedEvent<?> event, HttpServletRequest request) {
		if (Denial.meetsSomebody(event, this.trust)) {
			this.recorder
				.record(Denial.of("Request", request.getMethod() + " " + this.entities.maskPath(path(request))));
		}
	}

	// Without path parameters and query: they may hold a session id or a secret.
	private static String path(HttpServletRequest request) {
		return request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
	}

}
