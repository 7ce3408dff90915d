package io.auditspring.ledger.verify;

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

import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.thread.BackgroundThreads;

/**
 * Checks entries by themselves on other threads than the one that reads them, and gives
 * them on in their order. Never holds more than a few batches, so that memory stays flat
 * whichever side is faster.
 *
 * @param <T> what an entry comes as
 */
final class EntryPipeline<T> implements AutoCloseable {

	private static final int BATCH = 256;

	private static final int MAX_THREADS = 4;

	private static final int THREADS = Math.max(Math.min(Runtime.getRuntime().availableProcessors() - 1, MAX_THREADS),
			1);

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS,
			BackgroundThreads.named("audit-verification"));

	private final Deque<Future<List<CheckedEntry>>> running = new ArrayDeque<>();

	private final Function<T, CheckedEntry> check;

	private final Consumer<CheckedEntry> sink;

	private List<T> batch = new ArrayList<>(BATCH);

	/**
	 * Creates a pipeline.
	 * @param check checks one entry; runs on other threads
	 * @param sink takes what was checked, in order; runs on the caller's thread
	 */
	EntryPipeline(Function<T, CheckedEntry> check, Consumer<CheckedEntry> sink) {
		this.check = check;
		this.sink = sink;
	}

	void accept(T entry) {
		this.batch.add(entry);
		if (this.batch.size() == BATCH) {
			submit();
		}
	}

	/** Waits until all that was accepted has been given on. */
	void drain() {
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
		this.batch = new ArrayList<>(BATCH);
		this.running.add(this.threads.submit(() -> full.stream().map(this.check).toList()));
		while (this.running.size() > 2 * THREADS + 1) {
			give(this.running.remove());
		}
	}

	private void give(Future<List<CheckedEntry>> checked) {
		try {
			checked.get().forEach(this.sink);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("The verification was interrupted", ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("An entry could not be checked", ex.getCause());
		}
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
