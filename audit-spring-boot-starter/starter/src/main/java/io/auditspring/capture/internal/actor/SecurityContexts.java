/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/**
 * Where Spring Security keeps who is signed in: in a bean of the application, which does
 * not tell {@link SecurityContextHolder} of it, or there.
 */
public final class SecurityContexts {

	private final Supplier<SecurityContextHolderStrategy> strategy;

	/**
	 * Creates it.
	 * @param strategy gives what keeps contexts, asked each time
	 */
	public SecurityContexts(Supplier<SecurityContextHolderStrategy> strategy) {
		this.strategy = strategy;
	}

	/**
	 * What keeps contexts where no bean does.
	 * @return it
	 */
	public static SecurityContexts ofHolder() {
		return new SecurityContexts(SecurityContextHolder::getContextHolderStrategy);
	}

	public SecurityContextHolderStrategy strategy() {
		return this.strategy.get();
	}

	/**
	 * Who is signed in on this thread.
	 * @return they, or {@code null} for nobody
	 */
	public @Nullable Authentication current() {
		return strategy().getContext().getAuthentication();
	}

}
