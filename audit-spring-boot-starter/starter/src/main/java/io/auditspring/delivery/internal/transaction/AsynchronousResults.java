/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.auditspring.Delivery;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import io.auditspring.ledger.internal.thread.Uninterrupted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the entries of calls whose results come later. Whoever completes a result may
 * be an event loop, which must never wait for the database: that is done by few threads
 * here. Whoever waits for the result goes on upon threads of another pool, as they may
 * wait for further results, and those must not wait for them.
 */
public final class AsynchronousResults implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(AsynchronousResults.class);

	/** Each uses a connection of the application's pool. */
	private static final int WRITERS = 4;

	private static final long IDLE_SECONDS = 30;

	private static final int STOP_SECONDS = 30;

	/** So long nothing may be written before the rest is kept for the next start. */
	private static final int STUCK_SECONDS = 5;

	private static final CompletableFuture<Boolean> TAKEN = CompletableFuture.completedFuture(true);

	private final AuditTransactions transactions;

	private final ThreadPoolExecutor writers;

	private final ExecutorService arrivals;

	AsynchronousResults(AuditTransactions transactions) {
		this.transactions = transactions;
		// Not bounded: what waits here are calls whose callers are kept waiting, too.
		// What comes after the end is delivered by whoever brings it.
		this.writers = new ThreadPoolExecutor(WRITERS, WRITERS, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threads("audit-late-"), (task, pool) -> task.run());
		this.writers.allowCoreThreadTimeOut(true);
		this.arrivals = Executors.newCachedThreadPool(threads("audit-arrival-"));
	}

	// The threads of the common pool would not find the classes of an executable jar, nor
	// would those that one of them makes.
	private static ThreadFactory threads(String prefix) {
		return BackgroundThreads.numbered(prefix).withContextClassLoader(AsynchronousResults.class.getClassLoader());
	}

	/**
	 * Delivers the entry of a call that has ended. Returns at once.
	 * @param mode how to deliver
	 * @param ending describes how the call ended
	 * @param transaction takes the entry if the transaction that may be waiting for the
	 * result still runs; {@code null} where none may be. That transaction holds a
	 * connection, and must not be kept waiting for somebody who waits for one
	 * @return completes when the entry is as durable as the mode promises, or in the
	 * hands of that transaction; exceptionally if the call must fail because it is not
	 */
	public CompletableFuture<?> deliver(Delivery mode, Supplier<CompletedOperation> ending,
			@Nullable Predicate<CompletedOperation> transaction) {
		if (mode == Delivery.ASYNC) {
			return CompletableFuture.supplyAsync(ending, Runnable::run)
				.thenCompose((ended) -> taken(ended, transaction) ? TAKEN : buffered(ended));
		}
		if (transaction == null) {
			return written(() -> afterCompletion(ending.get()));
		}
		return CompletableFuture.supplyAsync(ending, arrivals())
			.thenCompose((ended) -> taken(ended, transaction) ? TAKEN : written(() -> afterCompletion(ended)));
	}

	private static boolean taken(CompletedOperation ending, @Nullable Predicate<CompletedOperation> transaction) {
		return transaction != null && transaction.test(ending);
	}

	private CompletableFuture<Boolean> buffered(CompletedOperation ending) {
		AfterCompletion afterCompletion = afterCompletion(ending);
		return afterCompletion.settleAtOnce() ? TAKEN : written(() -> afterCompletion);
	}

	private CompletableFuture<Boolean> written(Supplier<AfterCompletion> entries) {
		Late late = new Late(entries);
		this.writers.execute(late);
		return late.done.whenCompleteAsync((done, failure) -> {
		}, arrivals());
	}

	private AfterCompletion afterCompletion(CompletedOperation ending) {
		AfterCompletion afterCompletion = this.transactions.afterCompletion();
		afterCompletion.add(ending);
		return afterCompletion;
	}

	private Executor arrivals() {
		return this.arrivals.isShutdown() ? Runnable::run : this.arrivals;
	}

	/**
	 * What is not written by the end is kept: by now the buffer hands it to its spool.
	 */
	@Override
	public void close() {
		this.writers.shutdown();
		Uninterrupted.call(() -> {
			if (!isWritten()) {
				this.writers.shutdownNow().forEach((late) -> ((Late) late).keep());
				tellOfThoseWhoHang();
			}
			return true;
		});
		this.arrivals.shutdown();
	}

	private boolean isWritten() {
		try {
			long before = -1;
			for (int seconds = 0, stuck = 0; seconds < STOP_SECONDS && stuck < STUCK_SECONDS; seconds++) {
				if (this.writers.awaitTermination(1, TimeUnit.SECONDS)) {
					return true;
				}
				long now = this.writers.getCompletedTaskCount();
				stuck = (now > before) ? 0 : stuck + 1;
				before = now;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return false;
	}

	// Those who waited for a connection were interrupted, and keep what they have.
	private void tellOfThoseWhoHang() {
		try {
			if (!this.writers.awaitTermination(STUCK_SECONDS, TimeUnit.SECONDS)) {
				logger
					.error("The database did not answer before the application stopped: whether it took {} entries of "
							+ "asynchronous calls is not known", this.writers.getActiveCount());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** An entry of a call that has ended, and whoever waits for it. */
	private static final class Late implements Runnable {

		private final Supplier<AfterCompletion> entries;

		private final long since = System.nanoTime();

		private final CompletableFuture<Boolean> done = new CompletableFuture<>();

		private Late(Supplier<AfterCompletion> entries) {
			this.entries = entries;
		}

		@Override
		public void run() {
			end(() -> this.entries.get().settleLate(this.since));
		}

		private void keep() {
			end(() -> this.entries.get().keep(null));
		}

		private void end(Runnable work) {
			try {
				work.run();
				this.done.complete(true);
			}
			catch (Throwable ex) {
				// Whoever waits is told, whatever it is.
				this.done.completeExceptionally(ex);
			}
		}

	}

}
