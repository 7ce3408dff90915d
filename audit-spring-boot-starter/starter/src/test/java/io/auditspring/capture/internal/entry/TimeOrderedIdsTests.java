package io.auditspring.capture.internal.entry;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TimeOrderedIds}.
 */
class TimeOrderedIdsTests {

	@Test
	void areOfVersionSeven() {
		assertThat(IntStream.range(0, 1_000).mapToObj((i) -> TimeOrderedIds.next()))
			.allSatisfy((id) -> assertThat(id.version()).isEqualTo(7))
			.allSatisfy((id) -> assertThat(id.variant()).isEqualTo(2));
	}

	@Test
	void beginWithTheTime() {
		long before = Instant.now().toEpochMilli();
		UUID id = TimeOrderedIds.next();
		assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, Instant.now().toEpochMilli());
	}

	@Test
	void shareNothingButTheTimeHoweverManyThreadsAsk() {
		List<UUID> ids = IntStream.range(0, 100_000).parallel().mapToObj((i) -> TimeOrderedIds.next()).toList();
		Set<Long> random = ids.stream().map(UUID::getLeastSignificantBits).collect(Collectors.toSet());
		assertThat(random).hasSize(ids.size());
		assertThat(Bits.or(ids)).isEqualTo(0xBFFF_FFFF_FFFF_FFFFL);
		assertThat(Bits.and(ids)).isEqualTo(0x8000_0000_0000_0000L);
	}

	/** All the random bits are used. */
	private static final class Bits {

		static long or(List<UUID> ids) {
			return ids.stream().mapToLong(UUID::getLeastSignificantBits).reduce(0, (one, other) -> one | other);
		}

		static long and(List<UUID> ids) {
			return ids.stream().mapToLong(UUID::getLeastSignificantBits).reduce(-1, (one, other) -> one & other);
		}

	}

}
