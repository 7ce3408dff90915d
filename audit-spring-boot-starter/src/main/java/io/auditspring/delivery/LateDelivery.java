package io.auditspring.delivery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.auditspring.Delivery;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Delivers the entries of calls whose results come later. Whoever completes a result may
 * be an event loop, which must never wait for the database: that is done by few threads
 * here. Whoever waits for the result goes on upon threads of another pool, as they may
 * wait for further results, and those must not wait for them.
 */
public final class LateDelivery implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(LateDelivery.class);

	/** Each uses a connection of the application's pool. */
	private static final int WRITERS = 4;

	private static final long IDLE_SECONDS = 30;

	private static final long STOP_SECONDS = 30;

	private final AuditTransactions transactions;

	private final ThreadPoolExecutor writers;

	private final ExecutorService arrivals;

	public LateDelivery(AuditTransactions transactions) {
		this.transactions = transactions;
		// Not bounded: what waits here are calls whose callers are kept waiting, too.
		// What
		// comes after the end is delivered by whoever brings it.
		this.writers = new ThreadPoolExecutor(WRITERS, WRITERS, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), threads("audit-late-"), (task, pool) -> task.run());
		this.writers.allowCoreThreadTimeOut(true);
		this.arrivals = Executors.newCachedThreadPool(threads("audit-arrival-"));
	}

	// The threads of the common pool would not find the classes of an executable jar.
	private static ThreadFactory threads(String prefix) {
		ClassLoader loader = LateDelivery.class.getClassLoader();
		CustomizableThreadFactory factory = new CustomizableThreadFactory(prefix);
		factory.setDaemon(true);
		return (task) -> {
			Thread thread = factory.newThread(task);
			thread.setContextClassLoader(loader);
			return thread;
		};
	}

	/**
	 * Delivers the entry of a call that has ended. Returns at once, unless the mode is
	 * {@link Delivery#ASYNC} and the buffer is full.
	 * @param mode how to deliver
	 * @param ending describes how the call ended
	 * @return completes when the entry is as durable as the mode promises, exceptionally
	 * if the call must fail because it is not
	 */
	public CompletableFuture<?> deliver(Delivery mode, Supplier<Ending> ending) {
		if (mode == Delivery.ASYNC) {
			return CompletableFuture.runAsync(() -> deliver(ending), Runnable::run);
		}
		return CompletableFuture.runAsync(() -> deliver(ending), this.writers).whenCompleteAsync((nothing, failure) -> {
		}, arrivals());
	}

	private Executor arrivals() {
		return this.arrivals.isShutdown() ? Runnable::run : this.arrivals;
	}

	/**
	 * Delivers the entry of a call that has ended, and waits for it.
	 * @param ending describes how the call ended
	 */
	public void deliver(Supplier<Ending> ending) {
		Aftermath aftermath = this.transactions.aftermath();
		aftermath.add(ending.get());
		aftermath.settle(null);
	}

	@Override
	public void close() {
		this.writers.shutdown();
		try {
			if (!this.writers.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
				logger.error("{} entries of asynchronous calls could not be written before the application stopped",
						this.writers.getQueue().size());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.arrivals.shutdown();
	}

}
