/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.auditspring.CheckpointAnchor;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes checkpoints of a chain in the background and gives them to the anchors. Entries
 * never wait for it.
 *
 * @since 0.1.0
 */
public final class CheckpointWorker extends PeriodicWorker {

	/**
	 * Starts after the relay and stops before it: what is relayed last is covered by the
	 * next checkpoint, of this instance or another.
	 */
	private static final int PHASE = Integer.MIN_VALUE + 2000;

	private static final long STOP_SECONDS = 30;

	static final int MOST_PASSED_OVER = 10;

	private static final Logger logger = LoggerFactory.getLogger(CheckpointWorker.class);

	private final Checkpoints checkpoints;

	private final String chain;

	private final @Nullable Witnesses witnesses;

	private final @Nullable TimeStamping timeStamping;

	private final List<Publication> publications;

	private final AtomicLong refusals = new AtomicLong();

	private final AtomicLong failures = new AtomicLong();

	private final AtomicLong unwitnessed = new AtomicLong();

	private volatile @Nullable Checkpoint latest;

	private volatile @Nullable Checkpoint witnessed;

	/** What is missing of the quorum of witnesses. */
	private volatile @Nullable String missing;

	private volatile @Nullable String problem;

	private boolean failing;

	/** How often in a row somebody else was at it, and nothing came of it. */
	private int passedOver;

	/**
	 * Creates the worker.
	 * @param checkpoints makes the checkpoints
	 * @param chain the chain's name
	 * @param anchors where checkpoints go
	 * @param interval how often to make one
	 * @param witnesses asked to cosign each, or {@code null}
	 * @param timeStamping asked for the time of each, or {@code null}
	 */
	CheckpointWorker(Checkpoints checkpoints, String chain, List<CheckpointAnchor> anchors, Duration interval,
			@Nullable Witnesses witnesses, @Nullable TimeStamping timeStamping) {
		super("audit-checkpoint", interval, interval);
		this.checkpoints = checkpoints;
		this.chain = chain;
		this.witnesses = witnesses;
		this.timeStamping = timeStamping;
		this.publications = anchors.stream().map(Publication::new).toList();
	}

	/**
	 * Makes a checkpoint, unless another instance is at it, has it cosigned and
	 * time-stamped, and gives the newest one to every anchor that does not have it.
	 * Whatever fails is logged and tried again next time.
	 */
	@Override
	protected synchronized void run() {
		this.failing = false;
		try {
			CheckpointStep.Result result = this.checkpoints.createUnlessBusy(this.chain);
			Checkpoint checkpoint = result.checkpoint();
			Checkpoint known = this.latest;
			boolean passedOver = result.busy() && checkpoint != null && known != null
					&& checkpoint.saysTheSameAs(known);
			this.passedOver = passedOver ? this.passedOver + 1 : 0;
			if (checkpoint != null) {
				publish(stamped(cosigned(checkpoint)));
			}
			requireOthersEnd();
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread there would be no more checkpoints.
			failed("No checkpoint of audit chain '%s' could be made; it is tried again".formatted(this.chain), ex);
		}
		// Not before: while it is tried again, it is not well yet.
		if (!this.failing) {
			this.problem = null;
		}
	}

	/**
	 * What witnesses do not answer is asked again next time; anchors do not wait for it.
	 */
	private Checkpoint cosigned(Checkpoint checkpoint) {
		Witnesses witnesses = this.witnesses;
		if (witnesses == null) {
			return checkpoint;
		}
		Checkpoint cosigned = checkpoint;
		try {
			Witnesses.Answers answers = witnesses.ask(this.chain, checkpoint);
			cosigned = answers.checkpoint();
			if (!answers.superseded()) {
				tell(cosigned, witnesses.missing(cosigned));
			}
			if (answers.refusal() != null) {
				throw new CheckpointRefusedException(answers.refusal());
			}
		}
		catch (RuntimeException ex) {
			failed("Checkpoint %d of audit chain '%s' could not be witnessed; it is tried again"
				.formatted(checkpoint.size(), this.chain), ex);
		}
		return cosigned;
	}

	private Checkpoint stamped(Checkpoint checkpoint) {
		TimeStamping stamping = this.timeStamping;
		try {
			return (stamping != null) ? stamping.stamp(this.chain, checkpoint) : checkpoint;
		}
		catch (HttpCalls.FailedException | RuntimeException ex) {
			failed("The %s gave no time stamp for checkpoint %d of audit chain '%s'; it is asked again"
				.formatted(stamping, checkpoint.size(), this.chain), ex);
			return checkpoint;
		}
	}

	private void tell(Checkpoint checkpoint, @Nullable String lacking) {
		if (lacking == null) {
			if (this.missing != null) {
				logger.info("Enough witnesses cosign the checkpoints of audit chain '{}' again", this.chain);
			}
			this.witnessed = checkpoint;
		}
		else {
			this.unwitnessed.incrementAndGet();
			if (this.missing == null) {
				logger.error("Of checkpoint {} of audit chain '{}' {}; they are asked again", checkpoint.size(),
						this.chain, lacking);
			}
		}
		this.missing = lacking;
	}

	/** Who locks the tree and signs nothing would keep everybody from it unnoticed. */
	private void requireOthersEnd() {
		if (this.passedOver >= MOST_PASSED_OVER) {
			throw new IllegalStateException(
					"Somebody has kept the chain's row in audit_tree locked for %d times, and signed nothing"
						.formatted(this.passedOver));
		}
	}

	private void publish(Checkpoint checkpoint) {
		this.latest = checkpoint;
		for (Publication publication : this.publications) {
			try {
				publication.publish(this.chain, checkpoint);
			}
			catch (Exception ex) {
				failed("The anchor %s did not take the checkpoint of audit chain '%s' and size %d; it is tried again"
					.formatted(publication.anchor, this.chain, checkpoint.size()), ex);
			}
		}
	}

	private void failed(String what, Throwable failure) {
		boolean tampered = failure instanceof CheckpointRefusedException
				|| failure instanceof InvalidCheckpointException;
		this.failing = true;
		this.problem = what + ": " + failure.getMessage();
		(tampered ? this.refusals : this.failures).incrementAndGet();
		logger.error("{}{}", tampered ? "THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. " : "", what, failure);
	}

	/**
	 * The newest checkpoint.
	 * @return the checkpoint, or empty if there is none yet
	 */
	public Optional<Checkpoint> latest() {
		return Optional.ofNullable(this.latest);
	}

	/**
	 * What went wrong last time.
	 * @return the problem, or empty if there was none
	 */
	public Optional<String> problem() {
		return Optional.ofNullable(this.problem);
	}

	/**
	 * What is missing of the quorum of witnesses.
	 * @return a sentence, or empty if enough of them cosigned the newest checkpoint, or
	 * none are asked for
	 */
	public Optional<String> missingWitnesses() {
		return Optional.ofNullable(this.missing);
	}

	/**
	 * The newest checkpoint that enough witnesses cosigned.
	 * @return the checkpoint, or empty if there is none yet, or witnesses are not asked
	 * for
	 */
	public Optional<Checkpoint> witnessed() {
		return Optional.ofNullable(this.witnessed);
	}

	/**
	 * How often too few witnesses had cosigned.
	 * @return the number since the start
	 */
	public long unwitnessed() {
		return this.unwitnessed.get();
	}

	/**
	 * How often the ledger was not what it should be.
	 * @return the number since the start
	 */
	public long refusals() {
		return this.refusals.get();
	}

	/**
	 * How often a checkpoint or an anchor failed for another reason.
	 * @return the number since the start
	 */
	public long failures() {
		return this.failures.get();
	}

	/** Lets a checkpoint be made and given to the anchors. */
	@Override
	protected void end(ScheduledExecutorService running) {
		running.shutdown();
		try {
			running.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/** What an anchor has taken already. */
	private static final class Publication {

		private final CheckpointAnchor anchor;

		private @Nullable Checkpoint published;

		private Publication(CheckpointAnchor anchor) {
			this.anchor = anchor;
		}

		private void publish(String chain, Checkpoint checkpoint) throws Exception {
			if (!checkpoint.equals(this.published)) {
				this.anchor.publish(chain, checkpoint.size(), checkpoint.note());
				this.published = checkpoint;
			}
		}

	}

}
