/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.Optional;
import java.util.Set;
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

	/** Where no thread inherits anything; the types are Spring Security's own affair. */
	private static final Set<String> APART = Set.of(
			"org.springframework.security.core.context.ThreadLocalSecurityContextHolderStrategy",
			"org.springframework.security.core.context.GlobalSecurityContextHolderStrategy");

	private final SingletonSupplier<Optional<SecurityContextHolderStrategy>> bean;

	private final ThreadLocal<@Nullable Object> leftOut = new ThreadLocal<>();

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

	/**
	 * Who is signed in on this thread for what it does now.
	 * @return they, or {@code null} for nobody, and where they are left out
	 */
	public @Nullable Authentication own() {
		Authentication user = current();
		return (user != null && user == leftOut()) ? null : user;
	}

	/**
	 * Whether whoever is signed in on this thread is so by inheritance only.
	 * @return whether they are left out
	 */
	boolean isLeftOut() {
		Object user = leftOut();
		return user != null && user == current();
	}

	/**
	 * Whether a thread may know who was signed in on the one that made it. A pool keeps
	 * it, and needs it for others later.
	 * @return {@code false} if Spring Security keeps contexts where no thread inherits
	 * them
	 */
	public boolean areInherited() {
		return !APART.contains(strategy().getClass().getName());
	}

	/**
	 * Who is signed in on this thread, maybe by inheritance.
	 * @return they, or {@code null} where that cannot be
	 */
	public @Nullable Object inherited() {
		return areInherited() ? current() : null;
	}

	/**
	 * Leaves somebody out, from now on, of what {@link #own} tells on this thread.
	 * @param user somebody who is signed in without having done so here, or {@code null}
	 * @return who was left out so far
	 */
	public @Nullable Object leaveOut(@Nullable Object user) {
		Object previous = leftOut();
		if (user != null) {
			this.leftOut.set(user);
		}
		else {
			this.leftOut.remove();
		}
		return previous;
	}

	/**
	 * Who is left out.
	 * @return they, or {@code null}
	 */
	public @Nullable Object leftOut() {
		return this.leftOut.get();
	}

}
