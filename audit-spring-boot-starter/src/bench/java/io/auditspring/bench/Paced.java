package io.auditspring.bench;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/**
 * Work at a given rate.
 */
final class Paced {

	private Paced() {
	}

	/**
	 * Lets threads work.
	 * @param threads how many
	 * @param perSecond how much they do together
	 * @param millis for how long
	 * @param work what they do
	 * @return what they did
	 */
	static Run run(int threads, double perSecond, int millis, LongConsumer work) throws Exception {
		double gap = threads * 1e9 / perSecond;
		long start = System.nanoTime();
		return Run.of(threads, millis, (key) -> {
			long due = start + (long) (key / threads * gap);
			for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			work.accept(key);
		});
	}

}
