/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.thread;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Works on what comes on other threads than the one that reads it, and gives the results
 * on in their order. Never holds more than a few batches, nor more than some megabytes,
 * so that memory stays flat whichever side is faster, and however large what comes is.
 *
 * @param <T> what comes
 * @param <R> what becomes of it
 */
public final class OrderedPipeline<T, R> implements AutoCloseable {

	private static final int MAX_THREADS = 4;

	private static final int THREADS = Math.max(Math.min(Runtime.getRuntime().availableProcessors() - 1, MAX_THREADS),
			1);

	/** A batch that has as much is full. */
	private static final long FULL = 1 << 20;

	/** The most that waits or is worked on, but for what came last. */
	private static final long MOST_AT_ONCE = 8 * FULL;

	private final ExecutorService threads;

	private final int most;

	private final int batchSize;

	private final Deque<Running<R>> running = new ArrayDeque<>();

	private final ToLongFunction<T> bytes;

	private final Function<T, R> work;

	private final Consumer<R> sink;

	private List<T> batch = new ArrayList<>();

	private long batchBytes;

	private long runningBytes;

	/**
	 * A batch that waits or is worked on.
	 *
	 * @param results what becomes of it
	 * @param bytes how much it is
	 */
	private record Running<R>(Future<List<R>> results, long bytes) {

	}

	/**
	 * Creates a pipeline that leaves a processor to the one that reads.
	 * @param name what its threads are called
	 * @param batchSize how many are worked on at once
	 * @param work works on one; runs on other threads
	 * @param sink takes the results, in order; runs on the caller's thread
	 */
	public OrderedPipeline(String name, int batchSize, Function<T, R> work, Consumer<R> sink) {
		this(name, THREADS, 2 * THREADS + 1, batchSize, (one) -> 0, work, sink);
	}

	/**
	 * Creates such a pipeline for what may be large.
	 * @param name what its threads are called
	 * @param batchSize how many are worked on at once, unless they are large
	 * @param bytes about how many bytes one takes
	 * @param work works on one; runs on other threads
	 * @param sink takes the results, in order; runs on the caller's thread
	 */
	public OrderedPipeline(String name, int batchSize, ToLongFunction<T> bytes, Function<T, R> work, Consumer<R> sink) {
		this(name, THREADS, 2 * THREADS + 1, batchSize, bytes, work, sink);
	}

	/**
	 * Creates a pipeline.
	 * @param name what its threads are called
	 * @param threads how many
	 * @param most how many batches may wait or be worked on
	 * @param batchSize how many are worked on at once
	 * @param work works on one; runs on other threads
	 * @param sink takes the results, in order; runs on the caller's thread
	 */
	public OrderedPipeline(String name, int threads, int most, int batchSize, Function<T, R> work, Consumer<R> sink) {
		this(name, threads, most, batchSize, (one) -> 0, work, sink);
	}

	private OrderedPipeline(String name, int threads, int most, int batchSize, ToLongFunction<T> bytes,
			Function<T, R> work, Consumer<R> sink) {
		this.bytes = bytes;
		this.threads = Executors.newFixedThreadPool(threads, BackgroundThreads.named(name));
		this.most = most;
		this.batchSize = batchSize;
		this.work = work;
		this.sink = sink;
	}

	public void accept(T next) {
		this.batch.add(next);
		this.batchBytes += this.bytes.applyAsLong(next);
		if (this.batch.size() == this.batchSize || this.batchBytes >= FULL) {
			submit();
		}
	}

	/** Waits until all that was accepted has been given on. */
	public void drain() {
		submit();
		while (!this.running.isEmpty()) {
			give(this.running.remove());
		}
	}

	private void submit() {
		if (this.batch.isEmpty()) {
			return;
		}
		List<T> full = this.batch;
		this.batch = new ArrayList<>(this.batchSize);
		this.running
			.add(new Running<>(this.threads.submit(() -> full.stream().map(this.work).toList()), this.batchBytes));
		this.runningBytes += this.batchBytes;
		this.batchBytes = 0;
		while (this.running.size() > this.most || (this.runningBytes > MOST_AT_ONCE && this.running.size() > 1)) {
			give(this.running.remove());
		}
	}

	private void give(Running<R> first) {
		this.runningBytes -= first.bytes();
		try {
			first.results().get().forEach(this.sink);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("The verification was interrupted", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("An entry could not be checked: " + ex.getCause().getMessage(),
					ex.getCause());
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
