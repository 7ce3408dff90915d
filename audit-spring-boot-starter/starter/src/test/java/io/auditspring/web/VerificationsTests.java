package io.auditspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.auditspring.Actor;
import io.auditspring.TestDatabase;
import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.web.internal.limit.TooManyRequestsException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A verification that takes long.
 */
class VerificationsTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger begun = new AtomicInteger();

	private Verifications verifications(Duration patience) {
		LedgerVerifier slow = new LedgerVerifier(this.database.dataSource(), this.database.schema()) {
			@Override
			public Verification verify(VerificationProgress progress) {
				VerificationsTests.this.begun.incrementAndGet();
				try {
					VerificationsTests.this.end.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				return super.verify(progress);
			}
		};
		return new Verifications(slow, new LedgerHeads(this.database.dataSource(), this.database.schema()),
				Optional::empty, patience);
	}

	@AfterEach
	void drop() {
		this.end.countDown();
		TestDatabase.drop(this.database.dataSource());
	}

	@Test
	void whoAsksIsNotKeptWaitingAndTheVerificationGoesOn() {
		Verifications verifications = verifications(Duration.ofMillis(1));
		assertThat(verifications.await(Actor.user("carol"), () -> {
		})).isEmpty();
		assertThat(verifications.await(Actor.user("carol"), () -> {
		})).isEmpty();
		assertThat(verifications.progress().state()).isEqualTo("running");
		this.end.countDown();
		Awaitility.await().until(() -> verifications.progress().state().equals("done"));
		assertThat(this.begun).hasValue(1);
	}

	@Test
	void aReaderWaitsAtTwoPlacesAtMost() {
		Verifications verifications = verifications(Duration.ofMinutes(5));
		CountDownLatch admitted = new CountDownLatch(2);
		List<CompletableFuture<Boolean>> waiting = List.of(
				CompletableFuture.supplyAsync(() -> found(verifications, admitted)),
				CompletableFuture.supplyAsync(() -> found(verifications, admitted)));
		Awaitility.await().until(() -> admitted.getCount() == 0);
		assertThatExceptionOfType(TooManyRequestsException.class)
			.isThrownBy(() -> verifications.await(Actor.user("carol"), () -> {
			}));
		this.end.countDown();
		assertThat(waiting).allSatisfy((each) -> assertThat(each.join()).isTrue());
	}

	private static boolean found(Verifications verifications, CountDownLatch admitted) {
		return verifications.await(Actor.user("carol"), admitted::countDown).isPresent();
	}

}
