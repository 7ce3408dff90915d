/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Ties {@link AuditContext} to the thread. For whoever runs audited calls; applications
 * use {@link AuditContext#current()} and {@link AuditContext#runAs}.
 *
 * @since 0.1.0
 */
public final class AuditContextHolder {

	private static final ThreadLocal<@Nullable AuditContext> CONTEXT = new ThreadLocal<>();

	private static final ThreadLocal<@Nullable Actor> ACTOR = new ThreadLocal<>();

	private static final AuditContext NONE = new NoAuditContext();

	private AuditContextHolder() {
	}

	/**
	 * The context on this thread.
	 * @return the context of the running call, or one that ignores everything
	 */
	public static AuditContext current() {
		AuditContext context = CONTEXT.get();
		return (context != null) ? context : NONE;
	}

	/**
	 * Replaces the context on this thread.
	 * @param context the new one, or {@code null} for none
	 * @return the one before, or {@code null}
	 */
	public static @Nullable AuditContext replace(@Nullable AuditContext context) {
		return swap(CONTEXT, context);
	}

	/**
	 * Whom this thread acts for by {@link AuditContext#runAs}.
	 * @return the actor, or {@code null}
	 */
	public static @Nullable Actor actor() {
		return ACTOR.get();
	}

	/**
	 * Replaces whom this thread acts for.
	 * @param actor the new one, or {@code null} for none
	 * @return the one before, or {@code null}
	 */
	public static @Nullable Actor replaceActor(@Nullable Actor actor) {
		return swap(ACTOR, actor);
	}

	private static <T> @Nullable T swap(ThreadLocal<@Nullable T> holder, @Nullable T value) {
		T previous = holder.get();
		if (value != null) {
			holder.set(value);
		}
		else {
			holder.remove();
		}
		return previous;
	}

	private static final class NoAuditContext implements AuditContext {

		@Override
		public @Nullable UUID entryId() {
			return null;
		}

		@Override
		public AuditContext target(@Nullable String type, @Nullable Object id) {
			return this;
		}

		@Override
		public AuditContext targetName(@Nullable String name) {
			return this;
		}

		@Override
		public AuditContext message(@Nullable String message) {
			return this;
		}

		@Override
		public AuditContext justification(@Nullable String justification) {
			return this;
		}

		@Override
		public AuditContext metadata(String key, @Nullable Object value) {
			return this;
		}

		@Override
		public AuditContext related(String type, Object id) {
			return this;
		}

		@Override
		public AuditContext failed(@Nullable String error) {
			return this;
		}

		@Override
		public AuditContext denied(@Nullable String error) {
			return this;
		}

		@Override
		public AuditContext skip() {
			return this;
		}

	}

}
