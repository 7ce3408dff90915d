/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.function.Consumer;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.security.authentication.DefaultAuthenticationEventPublisher;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/**
 * Publishes what Spring Boot's publisher does, and tells those failures that it keeps to
 * itself, as it knows no event for their exceptions, to the audit trail only: who else
 * listens, such as one that locks users out, gets no event that it would not get
 * otherwise.
 */
final class FailurePublisher extends DefaultAuthenticationEventPublisher {

	private final Consumer<AbstractAuthenticationFailureEvent> unpublished;

	FailurePublisher(Consumer<AbstractAuthenticationFailureEvent> unpublished) {
		this.unpublished = unpublished;
		setDefaultAuthenticationFailureEvent(Unpublished.class);
	}

	@Override
	public void setApplicationEventPublisher(ApplicationEventPublisher publisher) {
		super.setApplicationEventPublisher((event) -> {
			if (event instanceof Unpublished failure) {
				this.unpublished.accept(failure);
			}
			else {
				publisher.publishEvent(event);
			}
		});
	}

	/**
	 * A failure that nobody else hears of. Public, as Spring Security makes it.
	 */
	public static final class Unpublished extends AbstractAuthenticationFailureEvent {

		private static final long serialVersionUID = 1L;

		public Unpublished(Authentication authentication, AuthenticationException exception) {
			super(authentication, exception);
		}

	}

}
