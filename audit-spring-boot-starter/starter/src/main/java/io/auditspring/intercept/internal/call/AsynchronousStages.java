/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.intercept.internal.result.AsynchronousFuture;
import io.auditspring.intercept.internal.result.ResultKind;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the results of audited methods that return a {@link CompletionStage}.
 */
final class AsynchronousStages {

	private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture(null);

	private AsynchronousStages() {
	}

	/**
	 * Records the call when its result is there.
	 * @param <T> the type of the result
	 * @param stage what the method returned
	 * @param call the call
	 * @return what its caller gets: a future that completes when the entry is taken care
	 * of as promised, or the stage itself where the method declares a type of its own
	 */
	static <T extends @Nullable Object> CompletionStage<T> watch(CompletionStage<T> stage, Call call) {
		Operation unreached = call.beginElsewhere(call.origin());
		return watch(stage, call.invocation(), (value, failure) -> record(call, unreached, value, failure));
	}

	/**
	 * Records an attempt at a call if it fails, before anybody makes another one.
	 * @param <T> the type of the result
	 * @param stage what the method returned
	 * @param attempt the attempt
	 * @return what the advice around the method gets
	 */
	static <T extends @Nullable Object> CompletionStage<T> watchAttempt(CompletionStage<T> stage, Attempt attempt) {
		return watch(stage, attempt.invocation(),
				(value, failure) -> (failure != null) ? attempt.failedLater(failure) : DONE);
	}

	private static <T extends @Nullable Object> CompletionStage<T> watch(CompletionStage<T> stage,
			MethodInvocation invocation,
			BiFunction<@Nullable Object, @Nullable Throwable, CompletableFuture<?>> record) {
		if (!isReplaceable(stage, invocation.getMethod().getReturnType())) {
			stage.whenComplete((value, failure) -> record.apply(value, ResultKind.unwrapped(failure)));
			return stage;
		}
		AsynchronousFuture<T> late = new AsynchronousFuture<>(stage);
		stage.whenComplete((value, failure) -> recorded(record, value, ResultKind.unwrapped(failure))
			.whenComplete((nothing, trouble) -> late.arrive(value, worse(failure, trouble))));
		return late;
	}

	// Whoever waits for the result hears of it in any case, also where no thread is left
	// to record it.
	private static CompletableFuture<?> recorded(
			BiFunction<@Nullable Object, @Nullable Throwable, CompletableFuture<?>> record, @Nullable Object value,
			@Nullable Throwable failure) {
		try {
			return record.apply(value, failure);
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	// Whoever calls a method that declares no more than an object may expect any class.
	private static boolean isReplaceable(CompletionStage<?> stage, Class<?> declared) {
		return declared.isAssignableFrom(AsynchronousFuture.class) && (CompletionStage.class.isAssignableFrom(declared)
				|| stage.getClass() == CompletableFuture.class || stage.getClass() == AsynchronousFuture.class);
	}

	private static CompletableFuture<?> record(Call call, Operation unreached, @Nullable Object value,
			@Nullable Throwable failure) {
		if (!call.isUnrecorded()) {
			return DONE;
		}
		Operation left = call.left();
		Attempt attempt = Attempt.seenFromOutside(call, (left != null) ? left : unreached);
		return (left != null && failure != null && call.mayBeTriedLater()) ? attempt.failedLater(failure)
				: attempt.endedLater(value, failure, call.enclosing());
	}

	// The caller gets the failure of the call; that of its entry is attached.
	private static @Nullable Throwable worse(@Nullable Throwable failure, @Nullable Throwable trouble) {
		Throwable unwrapped = ResultKind.unwrapped(trouble);
		if (failure == null || unwrapped == null) {
			return (failure != null) ? failure : unwrapped;
		}
		failure.addSuppressed(unwrapped);
		return failure;
	}

}
