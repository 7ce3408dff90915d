/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.function.SingletonSupplier;

/**
 * Where Spring Security keeps who is signed in: in a bean of the application, which does
 * not tell {@link SecurityContextHolder} of it, or there.
 */
public final class SecurityContexts {

	private final SingletonSupplier<Optional<SecurityContextHolderStrategy>> bean;

	/**
	 * Creates it.
	 * @param bean gives the bean that keeps contexts, or {@code null} where there is
	 * none; asked once, as calls are many
	 */
	public SecurityContexts(Supplier<@Nullable SecurityContextHolderStrategy> bean) {
		this.bean = SingletonSupplier.of(() -> Optional.ofNullable(bean.get()));
	}

	/**
	 * What keeps contexts where no bean does.
	 * @return it
	 */
	public static SecurityContexts ofHolder() {
		return new SecurityContexts(() -> null);
	}

	public SecurityContextHolderStrategy strategy() {
		return this.bean.obtain().orElseGet(SecurityContextHolder::getContextHolderStrategy);
	}

	/**
	 * Who is signed in on this thread.
	 * @return they, or {@code null} for nobody
	 */
	public @Nullable Authentication current() {
		return strategy().getContext().getAuthentication();
	}

}
