/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

/**
 * Stands for the future that an audited method returned, and completes when its entry is
 * durable. Whatever the caller does to it is done to the original.
 *
 * @param <T> the type of the result
 */
public final class AsynchronousFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	private final CompletionStage<T> original;

	public AsynchronousFuture(CompletionStage<T> original) {
		this.original = original;
	}

	public void arrive(T value, @Nullable Throwable failure) {
		if (failure != null) {
			super.completeExceptionally(failure);
		}
		else {
			super.complete(value);
		}
	}

	@Override
	public boolean complete(T value) {
		return (!(this.original instanceof CompletableFuture<T> future) || future.complete(value))
				&& super.complete(value);
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return (!(this.original instanceof CompletableFuture<T> future) || future.completeExceptionally(failure))
				&& super.completeExceptionally(failure);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return (!(this.original instanceof Future<?> future) || future.cancel(mayInterruptIfRunning))
				&& super.cancel(mayInterruptIfRunning);
	}

	@Override
	public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

}
