package io.auditspring.web;

import io.auditspring.capture.internal.origin.Origins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.Assert;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where nobody can say who may read, nobody may, and the log does not tell what the
 * application says of its readers.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailingPolicyTests {

	@Test
	void letsNobodyInAndQuotesNothing(CapturedOutput output) {
		Readers readers = new Readers((principal) -> {
			Assert.state(principal != null, "No account for key sk_live_4711");
			throw new UnsupportedOperationException("Not here");
		}, Origins.ofNobody(), () -> false, false);
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> readers.admit(null));
		assertThat(output).contains("the reader is turned away", "IllegalStateException", "FailingPolicyTests")
			.doesNotContain("sk_live");
	}

}
