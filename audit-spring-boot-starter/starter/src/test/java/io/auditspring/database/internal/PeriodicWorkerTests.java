package io.auditspring.database.internal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What works at intervals goes on doing so.
 */
class PeriodicWorkerTests {

	private final AtomicInteger runs = new AtomicInteger();

	private final CountDownLatch third = new CountDownLatch(1);

	private final PeriodicWorker worker = new PeriodicWorker("audit-test", Duration.ZERO, Duration.ofMillis(1)) {

		@Override
		protected void run() {
			int run = PeriodicWorkerTests.this.runs.incrementAndGet();
			if (run <= 2) {
				throw new OutOfMemoryError("test");
			}
			if (run == 3) {
				awaitThird();
			}
		}

	};

	private void awaitThird() {
		try {
			this.third.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void anErrorIsToldAndNotTheEndOfIt() {
		this.worker.start();
		Awaitility.await().until(() -> this.runs.get() == 3);
		assertThat(this.worker.errors()).isEqualTo(2);
		assertThat(this.worker.error()).isEqualTo("OutOfMemoryError");
		this.third.countDown();
		Awaitility.await().until(() -> this.runs.get() > 5);
		assertThat(this.worker.error()).isNull();
		assertThat(this.worker.errors()).isEqualTo(2);
		this.worker.stop();
	}

}
