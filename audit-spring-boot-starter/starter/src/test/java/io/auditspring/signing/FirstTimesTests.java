package io.auditspring.signing;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is done at intervals is done soon after a start, too, as many applications run
 * shorter than that.
 */
class FirstTimesTests {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	@Test
	void aCheckpointIsMadeWithinAMinute() {
		assertThat(CheckpointWorker.first(Duration.ofMillis(50))).hasMillis(50);
		assertThat(CheckpointWorker.first(Duration.ofDays(1))).isEqualTo(MINUTE);
	}

	@Test
	void theLedgerIsVerifiedWithinTenMinutesAndNotByAllInstancesAtOnce() {
		assertThat(VerificationWorker.first(Duration.ofSeconds(1))).hasSeconds(1);
		Duration one = VerificationWorker.first(Duration.ofDays(1));
		Duration other = VerificationWorker.first(Duration.ofDays(1));
		assertThat(one).isBetween(MINUTE, Duration.ofMinutes(10)).isNotEqualTo(other);
	}

}
