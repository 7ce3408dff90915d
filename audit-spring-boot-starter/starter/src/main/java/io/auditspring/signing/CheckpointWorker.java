/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.auditspring.CheckpointAnchor;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.internal.table.ChainNames;
import io.auditspring.ledger.internal.tree.RootRows;
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
	 * Stops after the buffer and the relays, so that the last checkpoint covers what they
	 * deliver at a stop.
	 */
	private static final int PHASE = Integer.MIN_VALUE + 500;

	/** A database that is away, or a witness, must not use up what a stop may take. */
	private static final long STOP_SECONDS = 10;

	/** Soon, whatever the interval, as an application may never run that long. */
	private static final Duration FIRST = Duration.ofMinutes(1);

	static final int MOST_PASSED_OVER = 10;

	private static final Logger logger = LoggerFactory.getLogger(CheckpointWorker.class);

	private final Checkpoints checkpoints;

	private final List<CheckpointAnchor> anchors;

	/** The chain that the application appends to, then that of the root log. */
	private volatile List<SignedChain> chains;

	private final @Nullable RootLog rootLog;

	private final @Nullable Witnesses witnesses;

	private final Duration interval;

	private final @Nullable TimeStamping timeStamping;

	/** How many entries this application appended. */
	private final LongSupplier appended;

	/** How many of them there were when it was last signed, some not yet committed. */
	private volatile long seen;

	/** How many of them there were the time before, which are signed. */
	private volatile long covered;

	private final AtomicLong refusals = new AtomicLong();

	private final AtomicLong failures = new AtomicLong();

	private final AtomicLong unwitnessed = new AtomicLong();

	private volatile @Nullable String problem;

	/** What went wrong this time. */
	private final List<String> problems = new ArrayList<>();

	/** What went wrong this time, by what was tried and the kind of failure. */
	private final Set<String> failing = new HashSet<>();

	private Set<String> failedBefore = Set.of();

	/**
	 * Creates the worker.
	 * @param checkpoints makes the checkpoints
	 * @param chain the chain's name
	 * @param rootLog the root log, which is signed, too; {@code null} if another
	 * application does that
	 * @param anchors where checkpoints go
	 * @param interval how often to make one
	 * @param witnesses asked to cosign each, or {@code null}
	 * @param timeStamping asked for the time of each, or {@code null}
	 * @param appended how many entries this application appended since its start
	 */
	CheckpointWorker(Checkpoints checkpoints, String chain, @Nullable RootLog rootLog, List<CheckpointAnchor> anchors,
			Duration interval, @Nullable Witnesses witnesses, @Nullable TimeStamping timeStamping,
			LongSupplier appended) {
		super("audit-checkpoint", first(interval), interval);
		this.appended = appended;
		this.checkpoints = checkpoints;
		this.rootLog = rootLog;
		this.witnesses = witnesses;
		this.timeStamping = timeStamping;
		this.interval = interval;
		this.anchors = anchors;
		this.chains = ((rootLog != null) ? List.of(chain, RootRows.CHAIN) : List.of(chain)).stream()
			.map((name) -> new SignedChain(name, anchors))
			.toList();
	}

	static Duration first(Duration interval) {
		return (interval.compareTo(FIRST) < 0) ? interval : FIRST;
	}

	/**
	 * Records where all chains end, makes checkpoints, unless another instance is at it,
	 * has them cosigned and time-stamped, and gives the newest ones to every anchor that
	 * does not have them. Whatever fails is logged and tried again next time; what fails
	 * in the same way again is logged in one line.
	 */
	@Override
	protected synchronized void run() {
		long before = this.seen;
		this.seen = this.appended.getAsLong();
		this.problems.clear();
		this.failedBefore = Set.copyOf(this.failing);
		this.failing.clear();
		follow();
		lookForLocal();
		try {
			if (this.rootLog != null) {
				this.rootLog.record(this.interval);
			}
		}
		catch (Throwable ex) {
			failed("It could not be recorded where all audit chains end; it is tried again", ex);
		}
		this.chains.forEach(this::sign);
		// Not before: while it is tried again, it is not well yet.
		if (this.problems.isEmpty()) {
			this.covered = before;
			this.problem = null;
		}
	}

	/**
	 * A chain that goes on under another name is signed for the last time, up to its end.
	 */
	private void follow() {
		SignedChain before = this.chains.get(0);
		try {
			String current = this.checkpoints.current(before.name());
			if (!current.equals(before.name())) {
				signEnd(before);
				logger.info("Audit chain '{}' goes on as '{}', which is signed from now on", before.name(), current);
				List<SignedChain> following = new ArrayList<>(this.chains);
				following.set(0, new SignedChain(current, this.anchors));
				this.chains = List.copyOf(following);
			}
		}
		catch (RuntimeException ex) {
			failed("It could not be found out under which name audit chain '%s' goes on".formatted(before.name()), ex);
		}
	}

	/** What the ledger does about other chains is signed as soon as there is any. */
	private void lookForLocal() {
		if (this.rootLog == null || this.chains.stream().anyMatch((chain) -> chain.name().equals(ChainNames.LOCAL))) {
			return;
		}
		try {
			if (this.checkpoints.isThere(ChainNames.LOCAL)) {
				List<SignedChain> more = new ArrayList<>(this.chains);
				more.add(new SignedChain(ChainNames.LOCAL, this.anchors));
				this.chains = List.copyOf(more);
			}
		}
		catch (RuntimeException ex) {
			failed("It could not be found out whether there is an audit chain '%s'".formatted(ChainNames.LOCAL), ex);
		}
	}

	private void signEnd(SignedChain chain) {
		try {
			checkpoint(chain);
		}
		catch (SplitViewException ex) {
			// It was restored, and what came to it since then is never signed.
			logger.debug("Audit chain '{}' is not signed up to its end", chain.name(), ex);
		}
		catch (Throwable ex) {
			failed("No last checkpoint of audit chain '%s' could be made".formatted(chain.name()), ex);
		}
	}

	private void sign(SignedChain chain) {
		try {
			checkpoint(chain);
			chain.requireOthersEnd();
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread there would be no more checkpoints.
			failed("No checkpoint of audit chain '%s' could be made; it is tried again".formatted(chain.name()), ex);
		}
	}

	private void checkpoint(SignedChain chain) {
		CheckpointStep.Result result = this.checkpoints.createUnlessBusy(chain.name());
		Checkpoint checkpoint = result.checkpoint();
		chain.passOver(result);
		if (checkpoint != null) {
			chain.publish(stamped(chain, cosigned(chain, checkpoint)), this::failed);
		}
	}

	/**
	 * What witnesses do not answer is asked again next time; anchors do not wait for it.
	 */
	private Checkpoint cosigned(SignedChain chain, Checkpoint checkpoint) {
		Witnesses witnesses = this.witnesses;
		if (witnesses == null) {
			return checkpoint;
		}
		Checkpoint cosigned = checkpoint;
		try {
			Witnesses.Answers answers = witnesses.ask(chain.name(), checkpoint);
			cosigned = answers.checkpoint();
			if (!answers.superseded()) {
				chain.tell(cosigned, witnesses.missing(cosigned));
				this.unwitnessed.addAndGet((chain.missing() != null) ? 1 : 0);
			}
			if (answers.refusal() != null) {
				throw new CheckpointRefusedException(answers.refusal());
			}
		}
		catch (RuntimeException ex) {
			failed("The newest checkpoint of audit chain '%s' could not be witnessed; it is tried again"
				.formatted(chain.name()), ex);
		}
		return cosigned;
	}

	private Checkpoint stamped(SignedChain chain, Checkpoint checkpoint) {
		TimeStamping stamping = this.timeStamping;
		try {
			return (stamping != null) ? stamping.stamp(chain.name(), checkpoint) : checkpoint;
		}
		catch (HttpCalls.FailedException | RuntimeException ex) {
			failed("The %s gave no time stamp for the newest checkpoint of audit chain '%s'; it is asked again"
				.formatted(stamping, chain.name()), ex);
			return checkpoint;
		}
	}

	private void failed(String what, Throwable failure) {
		boolean tampered = failure instanceof CheckpointRefusedException
				|| failure instanceof InvalidCheckpointException;
		this.problems.add(what + ": " + failure.getMessage());
		this.problem = String.join("; ", this.problems);
		(tampered ? this.refusals : this.failures).incrementAndGet();
		String severity = tampered ? "THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. " : "";
		String kind = what + failure.getClass();
		this.failing.add(kind);
		if (this.failedBefore.contains(kind)) {
			logger.error("{}{}, as before: {}", severity, what, LoggedFailure.text(failure));
		}
		else {
			logger.error("{}{}", severity, what, failure);
		}
	}

	/**
	 * The newest checkpoint of the application's chain.
	 * @return the checkpoint, or empty if there is none yet
	 */
	public Optional<Checkpoint> latest() {
		return Optional.ofNullable(this.chains.get(0).latest());
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
		return this.chains.stream().map(SignedChain::missing).filter(Objects::nonNull).findFirst();
	}

	/**
	 * The newest checkpoint of the application's chain that enough witnesses cosigned.
	 * @return the checkpoint, or empty if there is none yet, or witnesses are not asked
	 * for
	 */
	public Optional<Checkpoint> witnessed() {
		return Optional.ofNullable(this.chains.get(0).witnessed());
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

	/**
	 * Lets a checkpoint be made and given to the anchors, and one more where this
	 * application appended something since: perhaps nobody else signs its chain until it
	 * runs again. Without that the database, which may be gone, is not asked.
	 */
	@Override
	protected void end(ScheduledExecutorService running) {
		if (this.appended.getAsLong() > this.covered) {
			running.execute(this::run);
		}
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

}
