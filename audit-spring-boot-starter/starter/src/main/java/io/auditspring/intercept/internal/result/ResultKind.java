/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.result;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * When the result of a method is there. That is told by what the method declares, and by
 * what it returns where that may be anything.
 */
public enum ResultKind {

	/**
	 * With the return. Also of a plain {@link Future}, which tells nobody when it ends.
	 */
	AT_ONCE,

	/** When the stage that is returned completes. */
	STAGE,

	/**
	 * When the Reactor publisher that is returned ends, each time it is subscribed to.
	 */
	PUBLISHER;

	/** By name, as Reactor need not be there. Other publishers cannot be replaced. */
	private static final Set<String> PUBLISHERS = Set.of("reactor.core.publisher.Mono", "reactor.core.publisher.Flux",
			"org.reactivestreams.Publisher");

	public static ResultKind of(Class<?> returnType) {
		if (CompletionStage.class.isAssignableFrom(returnType)) {
			return STAGE;
		}
		return PUBLISHERS.contains(returnType.getName()) ? PUBLISHER : AT_ONCE;
	}

	/**
	 * When the result is there of a call that has returned.
	 * @param returned what it returned
	 * @param publishers whether those of Reactor can be waited for
	 * @return the kind, also where the method declares no more than an object
	 */
	public ResultKind of(@Nullable Object returned, boolean publishers) {
		if (this != AT_ONCE || returned == null) {
			return this;
		}
		if (returned instanceof CompletionStage) {
			return STAGE;
		}
		return (publishers && Publishers.include(returned)) ? PUBLISHER : AT_ONCE;
	}

	/**
	 * Whether a call that returns this has not ended.
	 * @param returned what it returned
	 * @return {@code false} if its result is there
	 */
	public boolean isOutstanding(@Nullable Object returned) {
		return switch (this) {
			case AT_ONCE -> false;
			case STAGE -> returned instanceof CompletionStage && !isDone(returned);
			case PUBLISHER -> returned != null;
		};
	}

	/**
	 * The result in what a method returned that is not outstanding.
	 * @param returned what it returned
	 * @return the result itself, or {@code null} if there is none
	 */
	public @Nullable Object valueIn(@Nullable Object returned) {
		return (this == STAGE && returned instanceof CompletionStage<?> stage) ? ended(stage, (value, failure) -> value)
				: returned;
	}

	/**
	 * The failure in what a method returned that is not outstanding.
	 * @param returned what it returned
	 * @return why there is no result, or {@code null}
	 */
	public @Nullable Throwable failureIn(@Nullable Object returned) {
		return (this == STAGE && returned instanceof CompletionStage<?> stage)
				? ended(stage, (value, failure) -> unwrapped(failure)) : null;
	}

	private static <T extends @Nullable Object> T ended(CompletionStage<?> stage,
			BiFunction<@Nullable Object, @Nullable Throwable, T> part) {
		CompletableFuture<T> ended = new CompletableFuture<>();
		stage.whenComplete((value, failure) -> ended.complete(part.apply(value, failure)));
		return ended.join();
	}

	/**
	 * The failure itself. Stages wrap what they pass on.
	 * @param failure what a stage tells, or {@code null}
	 * @return what the call failed with, or {@code null}
	 */
	public static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
		Throwable unwrapped = failure;
		while ((unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException)
				&& unwrapped.getCause() != null) {
			unwrapped = unwrapped.getCause();
		}
		return unwrapped;
	}

	private static boolean isDone(Object stage) {
		return stage instanceof Future<?> future && future.isDone();
	}

	/**
	 * Loaded only where Reactor is. A publisher of the application's own cannot be
	 * replaced: whoever called may expect its class.
	 */
	private static final class Publishers {

		static boolean include(Object returned) {
			return (returned instanceof Mono || returned instanceof Flux)
					&& returned.getClass().getName().startsWith("reactor.");
		}

	}

}
