package io.auditspring.faults;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What callers were told, noted outside of the processes that told it.
 */
final class Answers implements Listener {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final Duration POLL = Duration.ofMillis(5);

	private final Map<Work, Set<String>> acknowledged = new EnumMap<>(Work.class);

	private final Map<Work, Set<String>> failed = new EnumMap<>(Work.class);

	Answers() {
		for (Work work : Work.values()) {
			this.acknowledged.put(work, ConcurrentHashMap.newKeySet());
			this.failed.put(work, ConcurrentHashMap.newKeySet());
		}
	}

	@Override
	public void acknowledged(Work work, String reference) {
		this.acknowledged.get(work).add(reference);
	}

	@Override
	public void failed(Work work, String reference, Throwable failure) {
		this.failed.get(work).add(reference);
	}

	Set<String> acknowledged(Work work) {
		return this.acknowledged.get(work);
	}

	Set<String> failed(Work work) {
		return this.failed.get(work);
	}

	int count(Work work) {
		return acknowledged(work).size();
	}

	/** How many calls of all kinds failed. */
	int failures() {
		return this.failed.values().stream().mapToInt(Set::size).sum();
	}

	/**
	 * Waits until more calls were answered well.
	 * @param further how many more of each kind
	 * @param works the kinds
	 */
	void awaitFurther(int further, Work... works) {
		Map<Work, Integer> enough = new EnumMap<>(Work.class);
		for (Work work : works) {
			enough.put(work, count(work) + further);
		}
		Awaitility.await()
			.atMost(PATIENCE)
			.pollInterval(POLL)
			.untilAsserted(() -> enough.forEach(
					(work, count) -> assertThat(count(work)).as("answered %s", work).isGreaterThanOrEqualTo(count)));
	}

	/** Waits until so many more calls failed. */
	void awaitFailures(int further) {
		int enough = failures() + further;
		Awaitility.await().atMost(PATIENCE).pollInterval(POLL).until(() -> failures() >= enough);
	}

}
