/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Calls of servers that are not ours: each ends after some seconds, and no answer is
 * larger than it may be.
 */
final class HttpCalls {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final int MAX_LENGTH = 65_536;

	private static final int SHOWN = 300;

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.build();

	/**
	 * An answer.
	 *
	 * @param status the status code
	 * @param body what came with it
	 */
	record Answer(int status, byte[] body) {

		String text() {
			return new String(this.body, StandardCharsets.UTF_8);
		}

		/**
		 * The beginning of the text, for a message.
		 * @return it in one line
		 */
		String shown() {
			String text = text().replaceAll("\\p{Cntrl}+", " ").strip();
			return (text.length() <= SHOWN) ? text : text.substring(0, SHOWN);
		}

	}

	/**
	 * There was no answer.
	 */
	static final class FailedException extends Exception {

		private static final long serialVersionUID = 1L;

		FailedException(String message, @Nullable Throwable cause) {
			super(message, cause);
		}

	}

	CompletableFuture<Answer> post(String url, String type, String body) {
		return post(url, type, body.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Posts something.
	 * @return the answer to come
	 * @throws IllegalArgumentException if that is no URL of a web server
	 */
	CompletableFuture<Answer> post(String url, String type, byte[] body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url))
			.timeout(TIMEOUT)
			.header("Content-Type", type)
			.POST(HttpRequest.BodyPublishers.ofByteArray(body))
			.build();
		return this.client.sendAsync(request, (response) -> new Limited())
			.thenApply((response) -> new Answer(response.statusCode(), response.body()));
	}

	/**
	 * Until when calls that begin now are waited for, however many they are.
	 * @return a time of {@link System#nanoTime()}
	 */
	static long deadline() {
		return System.nanoTime() + TIMEOUT.toNanos();
	}

	Answer await(CompletableFuture<Answer> call, long deadline) throws FailedException {
		try {
			return call.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			call.cancel(true);
			throw new FailedException("it did not answer within %s s".formatted(TIMEOUT.toSeconds()), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			call.cancel(true);
			throw new FailedException("the application stops", ex);
		}
		catch (ExecutionException ex) {
			throw new FailedException(String.valueOf(ex.getCause()), ex);
		}
	}

	/** Takes a body that is not too large. */
	private static final class Limited implements HttpResponse.BodySubscriber<byte[]> {

		private final HttpResponse.BodySubscriber<byte[]> whole = HttpResponse.BodySubscribers.ofByteArray();

		private Flow.@Nullable Subscription subscription;

		private long length;

		@Override
		public CompletionStage<byte[]> getBody() {
			return this.whole.getBody();
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			this.whole.onSubscribe(subscription);
		}

		@Override
		public void onNext(List<ByteBuffer> parts) {
			this.length += parts.stream().mapToLong(ByteBuffer::remaining).sum();
			if (this.length <= MAX_LENGTH) {
				this.whole.onNext(parts);
			}
			else if (this.subscription != null) {
				this.subscription.cancel();
				this.whole.onError(new IOException("its answer is too large"));
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.whole.onError(failure);
		}

		@Override
		public void onComplete() {
			if (this.length <= MAX_LENGTH) {
				this.whole.onComplete();
			}
		}

	}

}
