/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies in the background what came since the newest checkpoint. Where there are no
 * checkpoints by a trusted key, that is the whole ledger, each time.
 *
 * @since 0.1.0
 */
public final class VerificationWorker extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(VerificationWorker.class);

	/** Soon, whatever the interval, as an application may never run that long. */
	private static final Duration FIRST = Duration.ofMinutes(1);

	/** So that instances that start together do not read the ledger together. */
	private static final Duration SPREAD = Duration.ofMinutes(9);

	private final LedgerVerifier verifier;

	private volatile @Nullable Run last;

	/**
	 * Whether the run before found nothing but that witnesses or time stamps are missing.
	 */
	private boolean unwitnessed;

	/**
	 * A verification that was tried.
	 *
	 * @param at when it ended
	 * @param duration how long it took
	 * @param verification the result, or {@code null} if there is none
	 * @param failure why there is none, or {@code null}
	 */
	public record Run(Instant at, Duration duration, @Nullable Verification verification, @Nullable String failure) {

		/**
		 * How many problems were found.
		 * @return all of them, also those that are not listed
		 */
		public long problems() {
			return (this.verification == null) ? 0
					: this.verification.chains()
						.stream()
						.flatMap((chain) -> chain.counts().values().stream())
						.mapToLong(Long::longValue)
						.sum();
		}

		/**
		 * How many entries were read.
		 * @return the number over all chains
		 */
		public long entries() {
			return (this.verification == null) ? 0
					: this.verification.chains().stream().mapToLong(ChainVerification::entries).sum();
		}

	}

	/**
	 * Creates the worker.
	 * @param verifier verifies
	 * @param interval how long to wait between two verifications
	 */
	public VerificationWorker(LedgerVerifier verifier, Duration interval) {
		super("audit-verification", first(interval), interval);
		this.verifier = verifier;
	}

	static Duration first(Duration interval) {
		Duration soon = FIRST.plusMillis(ThreadLocalRandom.current().nextLong(SPREAD.toMillis()));
		return (interval.compareTo(soon) < 0) ? interval : soon;
	}

	/**
	 * Verifies now. At a stop it is broken off: it changes nothing.
	 */
	@Override
	public void run() {
		Instant start = Instant.now();
		try {
			Verification verification = this.verifier.verifyNew();
			boolean unwitnessed = isOnlyUnwitnessed(verification);
			boolean perhapsTooEarly = unwitnessed && !this.unwitnessed;
			this.unwitnessed = unwitnessed;
			if (perhapsTooEarly) {
				// Witnesses may be at it just now: the next run tells.
				return;
			}
			ended(start, verification, null);
			if (!verification.valid() && !verification.tampered()) {
				logger.error("The audit ledger could not be compared with all that was kept of it elsewhere: {}",
						first(verification));
			}
			else if (!verification.valid()) {
				logger.error("THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. {} problems were found, first {}",
						last().map(Run::problems).orElse(0L), first(verification));
			}
		}
		catch (Throwable ex) {
			if (ex.getCause() instanceof InterruptedException) {
				return;
			}
			// Whatever it is, without this thread nothing would be verified any more.
			ended(start, null, ex.toString());
			logger.error("The audit ledger could not be verified; it is tried again", ex);
		}
	}

	private static boolean isOnlyUnwitnessed(Verification verification) {
		return !verification.valid() && verification.chains()
			.stream()
			.allMatch((chain) -> Set.of(Problem.Kind.QUORUM, Problem.Kind.TIME_STAMP)
				.containsAll(chain.counts().keySet()));
	}

	private void ended(Instant start, @Nullable Verification verification, @Nullable String failure) {
		Instant now = Instant.now();
		this.last = new Run(now, Duration.between(start, now), verification, failure);
	}

	private static String first(Verification verification) {
		return verification.chains()
			.stream()
			.flatMap((chain) -> chain.problems().stream())
			.findFirst()
			.map(Problem::toString)
			.orElse("none");
	}

	/**
	 * The verification that ended last.
	 * @return it, or empty if none did since the start
	 */
	public Optional<Run> last() {
		return Optional.ofNullable(this.last);
	}

}
