package io.auditspring.ledger.internal.thread;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is worked on while it is read.
 */
class OrderedPipelineTests {

	private static final int MEGABYTE = 1 << 20;

	private final List<Integer> given = new ArrayList<>();

	/** As many as otherwise would wait would not fit into the memory. */
	@Test
	void fewOfWhatIsLargeAreHeld() {
		int most = 0;
		try (OrderedPipeline<Integer, Integer> pipeline = new OrderedPipeline<>("large", 256, (one) -> 16L * MEGABYTE,
				(one) -> one, this.given::add)) {
			for (int i = 0; i < 100; i++) {
				pipeline.accept(i);
				most = Math.max(most, i + 1 - this.given.size());
			}
			pipeline.drain();
		}
		assertThat(most).isEqualTo(1);
		assertThat(this.given).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
	}

	@Test
	void whatIsSmallWaitsForItsBatch() {
		try (OrderedPipeline<Integer, Integer> pipeline = new OrderedPipeline<>("small", 256, (one) -> 1000L,
				(one) -> one, this.given::add)) {
			IntStream.range(0, 255).forEach(pipeline::accept);
			assertThat(this.given).isEmpty();
			pipeline.drain();
		}
		assertThat(this.given).hasSize(255);
	}

}
