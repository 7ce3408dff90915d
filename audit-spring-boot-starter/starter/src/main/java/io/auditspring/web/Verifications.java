/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.database.internal.LedgerHeads;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.signing.VerificationWorker;
import io.auditspring.web.internal.limit.Places;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Verifies the ledger in the background, once at a time however many ask for it: it reads
 * everything.
 */
final class Verifications implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Verifications.class);

	/** Each takes a thread of the server while it waits. */
	private static final int MOST = 8;

	private static final int MOST_EACH = 2;

	private static final Duration RETRY = Duration.ofSeconds(30);

	private final Places places = new Places("verifications", MOST, MOST_EACH, RETRY);

	private final Duration patience;

	private final LedgerVerifier verifier;

	private final LedgerHeads heads;

	private final Supplier<Optional<VerificationWorker.Run>> scheduled;

	private @Nullable Run current;

	/**
	 * Creates them.
	 * @param verifier verifies
	 * @param heads knows how much there is
	 * @param scheduled tells of the one that ran by itself last
	 * @param patience how long a request waits for the end
	 */
	Verifications(LedgerVerifier verifier, LedgerHeads heads, Supplier<Optional<VerificationWorker.Run>> scheduled,
			Duration patience) {
		this.patience = patience;
		this.verifier = verifier;
		this.heads = heads;
		this.scheduled = scheduled;
	}

	/**
	 * How a verification is going.
	 *
	 * @param state {@code idle} if there was none yet, {@code running}, {@code done},
	 * {@code failed} or {@code cancelled}
	 * @param startedAt when it began, or {@code null}
	 * @param endedAt when it ended, or {@code null}
	 * @param done how many entries are verified, about
	 * @param total how many there are
	 * @param result what was found, or {@code null}
	 * @param scheduled the one that ended last of those that run by themselves, or
	 * {@code null}
	 */
	record Progress(String state, @Nullable String startedAt, @Nullable String endedAt, long done, long total,
			@Nullable Verification result, @Nullable Progress scheduled) {

		static final Progress IDLE = new Progress("idle", null, null, 0, 0, null, null);

		static Progress of(VerificationWorker.Run run) {
			return new Progress((run.verification() != null) ? "done" : "failed",
					run.at().minus(run.duration()).toString(), run.at().toString(), run.entries(), run.entries(),
					run.verification(), null);
		}

		Progress beside(@Nullable Progress scheduled) {
			return new Progress(this.state, this.startedAt, this.endedAt, this.done, this.total, this.result,
					scheduled);
		}

	}

	/** Starts one, unless one is running. */
	synchronized Run start() {
		Run running = this.current;
		if (running == null || running.result.isDone()) {
			running = new Run(this.heads.read().stream().mapToLong(ChainHead::size).sum());
			this.current = running;
			BackgroundThreads.named("audit-web-verification").newThread(running).start();
		}
		return running;
	}

	/**
	 * Starts one, unless one is running, and waits for its end, though not for long.
	 * @param reader who asks
	 * @param admitted what to do before, where there is a place for them
	 * @return what was found, or nothing while it goes on
	 * @throws CancellationException if somebody cancelled it
	 */
	Optional<Verification> await(Actor reader, Runnable admitted) {
		Runnable place = this.places.take(reader, true);
		try {
			admitted.run();
			return start().await(this.patience);
		}
		finally {
			place.run();
		}
	}

	synchronized Progress progress() {
		Progress asked = (this.current != null) ? this.current.progress() : Progress.IDLE;
		return asked.beside(this.scheduled.get().map(Progress::of).orElse(null));
	}

	synchronized void cancel() {
		if (this.current != null) {
			this.current.cancelled = true;
		}
	}

	@Override
	public void destroy() {
		cancel();
	}

	/**
	 * One verification.
	 */
	final class Run implements Runnable {

		private final Instant startedAt = Instant.now();

		private final long total;

		private final Map<String, Long> reached = new ConcurrentHashMap<>();

		private final CompletableFuture<Verification> result = new CompletableFuture<>();

		private volatile boolean cancelled;

		private volatile @Nullable Instant endedAt;

		private Run(long total) {
			this.total = total;
		}

		@Override
		public void run() {
			try {
				Verification found = Verifications.this.verifier.verify((chain, seq, size) -> {
					this.reached.put(chain, seq);
					if (this.cancelled) {
						throw new CancellationException("The verification was cancelled");
					}
				});
				this.endedAt = Instant.now();
				this.result.complete(found);
			}
			catch (Throwable ex) {
				this.endedAt = Instant.now();
				if (!(ex instanceof CancellationException)) {
					logger.error("The audit ledger could not be verified", ex);
				}
				this.result.completeExceptionally(ex);
			}
		}

		private Optional<Verification> await(Duration patience) {
			try {
				return Optional.of(this.result.get(patience.toMillis(), TimeUnit.MILLISECONDS));
			}
			catch (TimeoutException ex) {
				return Optional.empty();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return Optional.empty();
			}
			catch (ExecutionException ex) {
				throw new CompletionException(ex.getCause());
			}
		}

		private Progress progress() {
			Verification found = (this.result.isDone() && !this.result.isCompletedExceptionally()) ? this.result.join()
					: null;
			long done = (found != null) ? this.total : this.reached.values().stream().mapToLong(Long::longValue).sum();
			return new Progress(state(found), this.startedAt.toString(),
					(this.endedAt != null) ? String.valueOf(this.endedAt) : null, Math.min(done, this.total),
					this.total, found, null);
		}

		private String state(@Nullable Verification found) {
			if (!this.result.isDone()) {
				return "running";
			}
			if (found != null) {
				return "done";
			}
			return this.cancelled ? "cancelled" : "failed";
		}

	}

}
