package io.auditspring.delivery.internal.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.auditspring.delivery.internal.buffer.AsyncBuffer;
import jakarta.persistence.EntityManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that are made while threads hold all connections of the pool.
 */
class AllConnectionsTakenTests extends CallsOfAShop {

	@Test
	void callsInAfterCommitListenersNeedNoSecondConnection() throws Exception {
		this.pool.setMaximumPoolSize(3);
		start(Shop.class);
		this.context.getBean(Relay.class).stop();
		this.context.getBean(AsyncBuffer.class).stop();
		ExecutorService threads = Executors.newFixedThreadPool(3);
		CyclicBarrier allHoldAConnection = new CyclicBarrier(3);
		List<Future<?>> futures = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			futures.add(threads.submit(() -> transaction().executeWithoutResult((status) -> {
				touchTheDatabase();
				await(allHoldAConnection);
				this.context.publishEvent("done");
			})));
		}
		for (Future<?> future : futures) {
			future.get();
		}
		threads.shutdown();
		assertThat(this.log.staged()).isEqualTo(3);
	}

	@Test
	void callersThatHoldAllConnectionsDoNotWaitForAFullBuffer() throws Exception {
		this.pool.setMaximumPoolSize(3);
		start(Shop.class, "audit.async.capacity=1", "audit.batch.size=1", "audit.batch.linger=0");
		this.context.getBean(Relay.class).stop();
		CyclicBarrier allHoldAConnection = new CyclicBarrier(3);
		CountDownLatch ended = new CountDownLatch(3);
		for (int i = 0; i < 3; i++) {
			Thread thread = new Thread(() -> {
				transaction().executeWithoutResult((status) -> {
					touchTheDatabase();
					for (int call = 0; call < 6; call++) {
						this.calls.buffered();
					}
					await(allHoldAConnection);
				});
				ended.countDown();
			});
			thread.setDaemon(true);
			thread.start();
		}
		Awaitility.await().until(() -> ended.getCount() == 0);
		this.context.getBean(Relay.class).start();
		assertThat(outcomes(18)).containsOnly("buffered success");
	}

	private void touchTheDatabase() {
		this.context.getBean(EntityManager.class).createNativeQuery("select 1").getSingleResult();
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
