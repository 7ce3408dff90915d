package io.auditspring.intercept.internal.result;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;

/**
 * How a call ended whose result may be wrapped in a completed stage.
 *
 * @param value the result itself, or {@code null}
 * @param failure why there is none, or {@code null}
 */
public record Settled(@Nullable Object value, @Nullable Throwable failure) {

	public static Settled returned(ResultKind resultKind, @Nullable Object returned) {
		if (resultKind == ResultKind.STAGE && returned instanceof CompletionStage<?> stage) {
			CompletableFuture<Settled> settled = new CompletableFuture<>();
			stage.whenComplete((value, failure) -> settled.complete(of(value, failure)));
			return settled.join();
		}
		return new Settled(returned, null);
	}

	public static Settled of(@Nullable Object value, @Nullable Throwable failure) {
		return new Settled(value, unwrapped(failure));
	}

	// Stages wrap what they pass on.
	private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
		Throwable unwrapped = failure;
		while ((unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException)
				&& unwrapped.getCause() != null) {
			unwrapped = unwrapped.getCause();
		}
		return unwrapped;
	}

}
