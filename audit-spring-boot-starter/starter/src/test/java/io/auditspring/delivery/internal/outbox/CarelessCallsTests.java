package io.auditspring.delivery.internal.outbox;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that say of themselves what cannot be, or meet a broken request.
 */
class CarelessCallsTests extends CallsOfAShop {

	@Test
	void aValueThatCannotBeWrittenCostsNothingElse() {
		start(Shop.class);
		this.calls.odd();
		assertThat((String) this.log.await(1).get(0).get("metadata")).contains("\"fine\": 1",
				"not representable in JSON");
	}

	@Test
	void anArgumentMayBeCalledLikeABuiltInVariable() {
		start(Shop.class);
		this.calls.named("T1");
		assertThat(this.log.await(1).get(0)).containsEntry("target_id", "T1");
	}

	@Test
	void carelessUseOfTheContextAndABrokenRequestBreakNoCall() {
		start(BrokenRequest.class);
		assertThat(this.calls.careless()).isEqualTo("fine");
		assertThat(outcomes(1)).containsExactly("careless success");
	}

}
