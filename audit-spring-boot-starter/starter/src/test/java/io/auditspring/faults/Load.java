package io.auditspring.faults;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls the desk from several threads, and tells how the calls were answered.
 */
final class Load {

	/** What passes by the database would else leave no time to anybody else. */
	private static final long THINKING_NANOS = 1_000_000;

	private final OrderDesk desk;

	private final Listener listener;

	private final String instance;

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean stopping;

	Load(OrderDesk desk, Listener listener, String instance) {
		this.desk = desk;
		this.listener = listener;
		this.instance = instance;
	}

	/** One thread for each kind of work, until it is stopped. */
	static Load ofEach(OrderDesk desk, Listener listener, String instance, Work... works) {
		Map<Work, Integer> threads = new EnumMap<>(Work.class);
		for (Work work : works) {
			threads.put(work, 1);
		}
		Load load = new Load(desk, listener, instance);
		load.start(threads, Integer.MAX_VALUE);
		return load;
	}

	/**
	 * Starts.
	 * @param threads how many threads for which kind of work
	 * @param calls how many calls in each thread
	 */
	void start(Map<Work, Integer> threads, int calls) {
		threads.forEach((work, count) -> {
			for (int i = 0; i < count; i++) {
				String prefix = "%s-%s-%d-".formatted(this.instance, work, i);
				Thread thread = new Thread(() -> work(work, prefix, calls), prefix + "load");
				thread.setDaemon(true);
				this.threads.add(thread);
				thread.start();
			}
		});
	}

	private void work(Work work, String prefix, int calls) {
		for (int call = 0; call < calls && !this.stopping; call++) {
			String reference = prefix + call;
			if (work == Work.NOTE) {
				LockSupport.parkNanos(THINKING_NANOS);
			}
			try {
				work.call(this.desk, reference);
				this.listener.acknowledged(work, reference);
			}
			catch (OrderDesk.OutOfStockException ex) {
				refused(work, reference, ex);
			}
			catch (RuntimeException | Error ex) {
				this.listener.failed(work, reference, ex);
			}
		}
	}

	// A business exception stays what it is; that its entry is lost is said on its back.
	private void refused(Work work, String reference, OrderDesk.OutOfStockException ex) {
		if (ex.getSuppressed().length == 0) {
			this.listener.acknowledged(work, reference);
		}
		else {
			this.listener.failed(work, reference, ex.getSuppressed()[0]);
		}
	}

	/** Lets each thread finish its call, and no more. */
	void stop() {
		this.stopping = true;
		awaitEnd();
	}

	/** Waits until all calls are made. */
	void awaitEnd() {
		try {
			for (Thread thread : this.threads) {
				thread.join();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
