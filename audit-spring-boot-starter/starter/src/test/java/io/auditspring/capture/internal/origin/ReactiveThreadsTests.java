package io.auditspring.capture.internal.origin;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose threads may serve a request of a reactive application that they do not know.
 */
class ReactiveThreadsTests {

	private final ExecutorService executor = Executors.newSingleThreadExecutor();

	@AfterEach
	void stop() {
		this.executor.shutdown();
	}

	static Stream<Scheduler> ofReactor() {
		return Stream.of(Schedulers.newParallel("pricing"), Schedulers.newSingle("pricing"),
				Schedulers.newBoundedElastic(2, 10, "pricing"),
				Schedulers.newBoundedElastic(2, 10, "pricing", 60, true));
	}

	private static RequestDetails on(Scheduler scheduler) {
		return Mono.fromCallable(() -> new ReactiveThreads().currentRequest())
			.subscribeOn(scheduler)
			.block(Duration.ofSeconds(60));
	}

	@ParameterizedTest
	@MethodSource("ofReactor")
	void anySchedulerOfReactorWhateverItsName(Scheduler scheduler) {
		try {
			assertThat(on(scheduler)).isSameAs(RequestDetails.UNTOLD);
		}
		finally {
			scheduler.dispose();
		}
	}

	@Test
	void notAnExecutorOfTheApplication() {
		assertThat(on(Schedulers.fromExecutorService(this.executor))).isSameAs(RequestDetails.NONE);
	}

	@Test
	void notTheThreadThatRunsThis() {
		assertThat(new ReactiveThreads().currentRequest()).isSameAs(RequestDetails.NONE);
	}

}
