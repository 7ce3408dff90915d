package io.auditspring.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * What several threads did.
 *
 * @param nanos how long each took, sorted
 * @param start when they began
 * @param end when the last one was done
 */
record Run(long[] nanos, long start, long end) {

	/**
	 * Lets threads work.
	 * @param threads how many
	 * @param millis for how long
	 * @param work what they do, with a key that no other one uses at the time
	 * @return what they did
	 */
	static Run of(int threads, int millis, LongConsumer work) throws Exception {
		return of(threads, millis, 0, work);
	}

	/**
	 * Lets threads work at a given rate. What comes too late is measured from when it was
	 * due.
	 * @param threads how many
	 * @param perSecond how much they do together
	 * @param millis for how long
	 * @param work what they do
	 * @return what they did
	 */
	static Run paced(int threads, double perSecond, int millis, LongConsumer work) throws Exception {
		return of(threads, millis, (long) (threads * 1e9 / perSecond), work);
	}

	private static Run of(int threads, int millis, long gap, LongConsumer work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			long start = System.nanoTime();
			long until = start + millis * 1_000_000L;
			List<Callable<long[]>> tasks = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				int first = thread;
				tasks.add(() -> work(first, threads, gap, until, work));
			}
			List<Future<long[]>> done = executor.invokeAll(tasks);
			long end = System.nanoTime();
			long[] all = new long[0];
			for (Future<long[]> one : done) {
				long[] some = one.get();
				all = Arrays.copyOf(all, all.length + some.length);
				System.arraycopy(some, 0, all, all.length - some.length, some.length);
			}
			Arrays.sort(all);
			return new Run(all, start, end);
		}
		finally {
			executor.shutdown();
		}
	}

	private static long[] work(int first, int step, long gap, long until, LongConsumer work) {
		long[] nanos = new long[1024];
		int count = 0;
		long start = System.nanoTime();
		for (long key = first, begin = start; begin < until; key += step) {
			if (gap > 0) {
				begin = start + key / step * gap;
				park(begin);
			}
			work.accept(key);
			long end = System.nanoTime();
			nanos = (count == nanos.length) ? Arrays.copyOf(nanos, 2 * count) : nanos;
			nanos[count++] = end - begin;
			begin = end;
		}
		return Arrays.copyOf(nanos, count);
	}

	private static void park(long due) {
		for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	int count() {
		return this.nanos.length;
	}

	double rate() {
		return count() / ((this.end - this.start) / 1e9);
	}

	double micros(double share) {
		return this.nanos[(int) (share * (count() - 1))] / 1e3;
	}

}
