package io.auditspring.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Verifies in the background what came since the newest checkpoint. Where there are no
 * checkpoints by a trusted key, that is the whole ledger, each time.
 */
public final class VerificationWorker implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(VerificationWorker.class);

	private final LedgerVerifier verifier;

	private final Duration interval;

	private volatile @Nullable Run last;

	private volatile @Nullable ScheduledExecutorService executor;

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
		this.verifier = verifier;
		this.interval = interval;
	}

	/** Verifies now. */
	public void run() {
		Instant start = Instant.now();
		try {
			Verification verification = this.verifier.verifyNew();
			ended(start, verification, null);
			if (!verification.valid()) {
				logger.error("THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. {} problems were found, first {}",
						last().map(Run::problems).orElse(0L), first(verification));
			}
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread nothing would be verified any more.
			ended(start, null, ex.toString());
			logger.error("The audit ledger could not be verified; it is tried again", ex);
		}
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

	@Override
	public synchronized void start() {
		if (this.executor == null) {
			ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(VerificationWorker::thread);
			started.scheduleWithFixedDelay(this::run, this.interval.toMillis(), this.interval.toMillis(),
					TimeUnit.MILLISECONDS);
			this.executor = started;
		}
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "audit-verification");
		thread.setDaemon(true);
		return thread;
	}

	/** Does not wait: a verification changes nothing and can be broken off. */
	@Override
	public synchronized void stop() {
		if (this.executor != null) {
			this.executor.shutdownNow();
			this.executor = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.executor != null;
	}

}
