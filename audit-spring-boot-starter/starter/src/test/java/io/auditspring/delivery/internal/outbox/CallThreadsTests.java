package io.auditspring.delivery.internal.outbox;

import java.math.BigDecimal;

import io.auditspring.shop.OrderService;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Calls that change the thread, or do not get as far as the method.
 */
class CallThreadsTests extends CallsOfAShop {

	@Test
	void asynchronousCallsLeaveTheirEntriesWhereverTheyRun() throws Exception {
		start(Shop.class);
		this.calls.async(false).get();
		assertThat(catchThrowable(() -> this.calls.async(true).get())).isNotNull();
		this.calls.asyncInTransaction(false).get();
		assertThat(catchThrowable(() -> this.calls.asyncInTransaction(true).get())).isNotNull();
		this.calls.asyncBuffered().get();
		assertThat(outcomes(5)).containsExactlyInAnyOrder("async success", "async failure", "asyncTx success",
				"asyncTx failure", "asyncBuffered success");
	}

	@Test
	void anAnswerFromTheCacheIsACallToo() {
		start(Shop.class);
		this.calls.cached("k");
		this.calls.cached("k");
		assertThat(outcomes(2)).containsExactly("cached success", "cached success");
	}

	@Test
	void synchronousDeliveryIsChainedOnReturnWhileTheRelayRuns() {
		start(Shop.class);
		for (int i = 1; i <= 200; i++) {
			this.calls.synchronous();
			assertThat(this.log.count()).isEqualTo(i);
		}
	}

	@Test
	void aSuppressedCallSuppressesTheEntriesOfItsEntitiesToo() {
		start(Shop.class);
		long id = this.context.getBean(OrderService.class).create("A-1", BigDecimal.ONE).getId();
		this.calls.skipped(id);
		this.calls.conditional(id, false);
		this.calls.conditional(id, true);
		assertThat(outcomes(3)).containsExactly("order.create success", "conditional success", "conditional success");
	}

}
