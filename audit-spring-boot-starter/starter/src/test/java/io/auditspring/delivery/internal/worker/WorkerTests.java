package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * There is never more than one thread that does a worker's work, and failures make it
 * wait longer and longer.
 */
class WorkerTests {

	private final AtomicInteger runs = new AtomicInteger();

	private final AtomicInteger inside = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final CountDownLatch hanging = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final Worker worker = new Worker("test-worker", Duration.ofMillis(1), this::work);

	// It fails first, as a stop has less patience then.
	private void work() throws SQLException {
		this.most.accumulateAndGet(this.inside.incrementAndGet(), Math::max);
		try {
			if (this.runs.incrementAndGet() == 1) {
				throw new SQLException("away");
			}
			if (this.runs.get() == 2) {
				this.hanging.countDown();
				this.released.await();
				assertThat(this.worker.mayGoOn()).isFalse();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			this.inside.decrementAndGet();
		}
	}

	@Test
	void theBackOffGrowsAndIsBounded() {
		for (int failures = 1; failures < 100; failures++) {
			assertThat(Worker.backoffMillis(failures)).isBetween(1L, 30_000L);
		}
		assertThat(IntStream.range(0, 200).mapToLong((i) -> Worker.backoffMillis(1))).allMatch((wait) -> wait <= 200)
			.anyMatch((wait) -> wait > 20);
		assertThat(IntStream.range(0, 200).mapToLong((i) -> Worker.backoffMillis(50))).anyMatch((wait) -> wait > 5_000);
	}

	/** As in a pool whose database has gone. */
	@Test
	void aStopHasLittlePatienceWithOneThatOnlyLooksAround() throws Exception {
		CountDownLatch looking = new CountDownLatch(1);
		CountDownLatch gone = new CountDownLatch(1);
		Worker idle = new Worker("test-idle", Duration.ofMillis(1), () -> {
			looking.countDown();
			await(gone);
			throw new SQLException("away");
		});
		idle.start();
		looking.await();
		assertThat(idle.patience()).hasSeconds(3);
		idle.stop();
		gone.countDown();
		Awaitility.await().until(() -> threads("test-idle").findAny().isEmpty());
		assertThat(idle.status().retries()).isZero();
	}

	@Test
	void aStopIsPatientWithOneThatWasWoken() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		Worker woken = new Worker("test-woken", Duration.ofHours(1), () -> {
			begun.countDown();
			await(this.released);
		});
		woken.start();
		assertThat(woken.patience()).hasSeconds(3);
		woken.wake();
		begun.await();
		assertThat(woken.patience()).hasSeconds(20);
		this.released.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(woken.patience()).hasSeconds(3));
		woken.stop();
	}

	@Test
	void whoHangsWhenItIsStoppedIsSucceededByTheNextOnlyWhenItHasEnded() throws Exception {
		this.worker.start();
		this.hanging.await();
		this.worker.stop();
		this.worker.start();
		Thread successor = threads().filter((thread) -> thread.getState() != Thread.State.TERMINATED)
			.max(Comparator.comparingLong(Thread::getId))
			.orElseThrow();
		Awaitility.await().until(() -> successor.getState() == Thread.State.WAITING);
		assertThat(this.runs).hasValue(2);
		this.released.countDown();
		Awaitility.await().until(() -> this.runs.get() > 5);
		this.worker.stop();
		assertThat(this.most).hasValue(1);
		assertThat(threads()).isEmpty();
	}

	@Test
	void anErrorIsNotTheEndOfIt() {
		List<Error> errors = List.of(new OutOfMemoryError("test"), new StackOverflowError("test"),
				new NoClassDefFoundError("test"));
		AtomicInteger attempts = new AtomicInteger();
		Worker failing = new Worker("failing-worker", Duration.ofMillis(1), () -> {
			if (attempts.getAndIncrement() < errors.size()) {
				throw errors.get(attempts.get() - 1);
			}
		});
		failing.start();
		Awaitility.await().until(() -> attempts.get() > 5);
		assertThat(failing.status().errors()).isEqualTo(3);
		assertThat(failing.status().isDead()).isFalse();
		failing.stop();
	}

	@Test
	void theTimeOfThoseWhoAreToldToStopRunsOutTogether() {
		CountDownLatch end = new CountDownLatch(1);
		AtomicInteger waiting = new AtomicInteger();
		List<Worker> workers = Stream
			.generate(() -> new Worker("hanging-worker", Duration.ofMillis(1), new Worker.Task() {

				private boolean failed;

				@Override
				public void run() throws SQLException {
					if (!this.failed) {
						this.failed = true;
						throw new SQLException("away");
					}
					waiting.incrementAndGet();
					await(end);
				}

			}))
			.limit(8)
			.toList();
		workers.forEach(Worker::start);
		Awaitility.await().until(() -> waiting.get() == 8);
		long begun = System.nanoTime();
		workers.forEach(Worker::beginStop);
		workers.forEach(Worker::stop);
		// One after the other they take 24.
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
		end.countDown();
	}

	@Test
	void oneThatWasToldToStopCanBeStartedAgain() {
		AtomicInteger attempts = new AtomicInteger();
		Worker counting = new Worker("counting-worker", Duration.ofMillis(1), attempts::incrementAndGet);
		counting.start();
		counting.beginStop();
		counting.start();
		int before = attempts.get();
		Awaitility.await().until(() -> attempts.get() > before + 5);
		counting.stop();
		assertThat(counting.isRunning()).isFalse();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Stream<Thread> threads() {
		return threads("test-worker");
	}

	private static Stream<Thread> threads(String name) {
		return Thread.getAllStackTraces().keySet().stream().filter((thread) -> thread.getName().equals(name));
	}

}
