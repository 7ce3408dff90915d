package io.auditspring.intercept;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import io.auditspring.capture.Operation;
import io.auditspring.intercept.internal.result.AsynchronousFuture;
import io.auditspring.intercept.internal.result.Settled;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the results of audited methods that return a {@link CompletionStage}.
 */
final class AsynchronousStages {

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
	static <T extends @Nullable Object> CompletionStage<T> watch(CompletionStage<T> stage, AsynchronousCall call) {
		Operation unreached = call.begin(call.frame().origin());
		return watch(stage, call, (settled) -> recorded(call, unreached, settled));
	}

	/**
	 * Records an attempt at the call if it fails, before anybody makes another one.
	 * @param <T> the type of the result
	 * @param stage what the method returned
	 * @param call the call
	 * @param attempt the attempt
	 * @return what the advice around the method gets
	 */
	static <T extends @Nullable Object> CompletionStage<T> watchAttempt(CompletionStage<T> stage, AsynchronousCall call,
			Operation attempt) {
		return watch(stage, call, (settled) -> (settled.failure() != null) ? call.failed(attempt, settled)
				: CompletableFuture.completedFuture(settled));
	}

	private static <T extends @Nullable Object> CompletionStage<T> watch(CompletionStage<T> stage,
			AsynchronousCall call, Function<Settled, CompletableFuture<?>> record) {
		Class<?> type = call.invocation().getMethod().getReturnType();
		if (!type.isAssignableFrom(AsynchronousFuture.class)) {
			stage.whenComplete((value, failure) -> record.apply(Settled.of(value, failure)));
			return stage;
		}
		AsynchronousFuture<T> late = new AsynchronousFuture<>(stage);
		stage.whenComplete((value, failure) -> record.apply(Settled.of(value, failure))
			.whenComplete((nothing, trouble) -> late.arrive(value, worse(failure, trouble))));
		return late;
	}

	private static CompletableFuture<?> recorded(AsynchronousCall call, Operation unreached, Settled settled) {
		if (!call.isUnrecorded()) {
			return CompletableFuture.completedFuture(settled);
		}
		Operation left = call.frame().left();
		return (left != null && settled.failure() != null && call.frame().mayBeTriedLater())
				? call.failed(left, settled)
				: call.ended((left != null) ? left : unreached, settled, call.frame().enclosing());
	}

	// The caller gets the failure of the call; that of its entry is attached.
	private static @Nullable Throwable worse(@Nullable Throwable failure, @Nullable Throwable trouble) {
		Throwable unwrapped = Settled.of(null, trouble).failure();
		if (failure == null || unwrapped == null) {
			return (failure != null) ? failure : unwrapped;
		}
		failure.addSuppressed(unwrapped);
		return failure;
	}

}
