package io.auditspring.signing;

import java.time.Duration;
import java.util.ArrayList;
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
	 * Starts after the relay and stops before it: what is relayed last is covered by the
	 * next checkpoint, of this instance or another.
	 */
	private static final int PHASE = Integer.MIN_VALUE + 2000;

	private static final long STOP_SECONDS = 30;

	static final int MOST_PASSED_OVER = 10;

	private static final Logger logger = LoggerFactory.getLogger(CheckpointWorker.class);

	private final Checkpoints checkpoints;

	private final List<Signed> chains;

	private final @Nullable RootLog rootLog;

	private final Duration interval;

	private final AtomicLong refusals = new AtomicLong();

	private final AtomicLong failures = new AtomicLong();

	private volatile @Nullable String problem;

	/** What went wrong this time. */
	private final List<String> problems = new ArrayList<>();

	/**
	 * Creates the worker.
	 * @param checkpoints makes the checkpoints
	 * @param chain the chain's name
	 * @param rootLog the root log, which is signed, too; {@code null} if another
	 * application does that
	 * @param anchors where checkpoints go
	 * @param interval how often to make one
	 */
	CheckpointWorker(Checkpoints checkpoints, String chain, @Nullable RootLog rootLog, List<CheckpointAnchor> anchors,
			Duration interval) {
		super("audit-checkpoint", interval, interval);
		this.checkpoints = checkpoints;
		this.rootLog = rootLog;
		this.interval = interval;
		this.chains = ((rootLog != null) ? List.of(chain, RootRows.CHAIN) : List.of(chain)).stream()
			.map((name) -> new Signed(name, anchors.stream().map(Publication::new).toList()))
			.toList();
	}

	/**
	 * Records where all chains end, makes a checkpoint, unless another instance is at it,
	 * and gives the newest one to every anchor that does not have it. Whatever fails is
	 * logged and tried again next time.
	 */
	@Override
	protected synchronized void run() {
		this.problems.clear();
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
			this.problem = null;
		}
	}

	private void sign(Signed chain) {
		try {
			CheckpointStep.Result result = this.checkpoints.createUnlessBusy(chain.name);
			Checkpoint checkpoint = result.checkpoint();
			boolean passedOver = result.busy() && checkpoint != null && checkpoint.equals(chain.latest);
			chain.passedOver = passedOver ? chain.passedOver + 1 : 0;
			if (checkpoint != null) {
				publish(chain, checkpoint);
			}
			requireOthersEnd(chain);
		}
		catch (Throwable ex) {
			// Whatever it is, without this thread there would be no more checkpoints.
			failed("No checkpoint of audit chain '%s' could be made; it is tried again".formatted(chain.name), ex);
		}
	}

	/** Who locks the tree and signs nothing would keep everybody from it unnoticed. */
	private static void requireOthersEnd(Signed chain) {
		if (chain.passedOver >= MOST_PASSED_OVER) {
			throw new IllegalStateException(
					"Somebody has kept the chain's row in audit_tree locked for %d times, and signed nothing"
						.formatted(chain.passedOver));
		}
	}

	private void publish(Signed chain, Checkpoint checkpoint) {
		chain.latest = checkpoint;
		for (Publication publication : chain.publications) {
			try {
				publication.publish(chain.name, checkpoint);
			}
			catch (Exception ex) {
				failed("The anchor %s did not take the checkpoint of audit chain '%s' and size %d; it is tried again"
					.formatted(publication.anchor, chain.name, checkpoint.size()), ex);
			}
		}
	}

	private void failed(String what, Throwable failure) {
		boolean tampered = failure instanceof CheckpointRefusedException
				|| failure instanceof InvalidCheckpointException;
		this.problems.add(what + ": " + failure.getMessage());
		this.problem = String.join("; ", this.problems);
		(tampered ? this.refusals : this.failures).incrementAndGet();
		logger.error("{}{}", tampered ? "THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. " : "", what, failure);
	}

	/**
	 * The newest checkpoint of the application's chain.
	 * @return the checkpoint, or empty if there is none yet
	 */
	public Optional<Checkpoint> latest() {
		return Optional.ofNullable(this.chains.get(0).latest);
	}

	/**
	 * What went wrong last time.
	 * @return the problem, or empty if there was none
	 */
	public Optional<String> problem() {
		return Optional.ofNullable(this.problem);
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

	/** A chain that is signed. */
	private static final class Signed {

		private final String name;

		private final List<Publication> publications;

		private volatile @Nullable Checkpoint latest;

		/** How often in a row somebody else was at it, and nothing came of it. */
		private int passedOver;

		private Signed(String name, List<Publication> publications) {
			this.name = name;
			this.publications = publications;
		}

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
