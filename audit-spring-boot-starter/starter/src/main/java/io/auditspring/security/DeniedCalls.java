/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.intercept.internal.access.KnownTypes;
import io.auditspring.intercept.internal.call.RefusedCalls;
import org.aopalliance.intercept.MethodInvocation;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.authorization.method.MethodInvocationResult;
import org.springframework.util.ClassUtils;

/**
 * Records {@code access.denied} for what method security refuses. A refused call that is
 * audited tells that by its own entry, and so does an audited call within which another
 * one is refused: its metadata names that one.
 */
final class DeniedCalls implements AopInfrastructureBean {

	private final SecurityRecorder recorder;

	private final AuthenticationTrustResolver trust;

	DeniedCalls(SecurityRecorder recorder, AuthenticationTrustResolver trust) {
		this.recorder = recorder;
		this.trust = trust;
	}

	static boolean isCall(AuthorizationDeniedEvent<?> event) {
		return event.getObject() instanceof MethodInvocation || event.getObject() instanceof MethodInvocationResult;
	}

	// Of publishers that the application brings.
	@EventListener
	void denied(AuthorizationDeniedEvent<?> event) {
		if (event.getObject() instanceof MethodInvocation invocation) {
			denied(event, invocation);
		}
		else if (event.getObject() instanceof MethodInvocationResult result) {
			denied(event, result.getMethodInvocation());
		}
	}

	private void denied(AuthorizationDeniedEvent<?> event, MethodInvocation invocation) {
		if (!this.recorder.isNews(event)) {
			return;
		}
		this.recorder.attempt(Denial.ACTION, () -> {
			if (!RefusedCalls.note(invocation, refusal(event))) {
				denied(event, name(invocation));
			}
		});
	}

	private void denied(AuthorizationDeniedEvent<?> event, String method) {
		if (AuditContextHolder.current() instanceof Operation operation) {
			operation.metadata("accessDenied", method);
		}
		else if (Denial.meetsSomebody(event, this.trust)) {
			this.recorder.record(Denial.of("Method", method));
		}
	}

	private static AuthorizationDeniedException refusal(AuthorizationDeniedEvent<?> event) {
		return new AuthorizationDeniedException("Access Denied", event.getAuthorizationResult());
	}

	private static String name(MethodInvocation invocation) {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? ClassUtils.getUserClass(target) : invocation.getMethod().getDeclaringClass();
		return KnownTypes.call(type, invocation.getMethod());
	}

}
