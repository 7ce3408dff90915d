package io.auditspring.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.auditspring.Delivery;

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.event.TransactionPhase;

/**
 * A step of a random history: what it is, what it does within, and how it ends.
 *
 * @param kind what it is
 * @param name what the row is called that it writes
 * @param mode how an audited call is delivered
 * @param manager whose transaction it is
 * @param propagation of the transaction
 * @param phase of the transaction that a listener waits for
 * @param plain whether it writes by plain SQL
 * @param end how it ends
 * @param caught whether whoever makes the step goes on when it fails
 * @param steps what happens within
 */
record Step(Kind kind, String name, Delivery mode, Manager manager, int propagation, TransactionPhase phase,
		boolean plain, End end, boolean caught, List<Step> steps) {

	private static final int[] PROPAGATIONS = { TransactionDefinition.PROPAGATION_REQUIRED,
			TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.PROPAGATION_REQUIRES_NEW,
			TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.PROPAGATION_SUPPORTS,
			TransactionDefinition.PROPAGATION_NOT_SUPPORTED, TransactionDefinition.PROPAGATION_NESTED };

	private static final Delivery[] MODES = { Delivery.TRANSACTIONAL, Delivery.ASYNC, Delivery.SYNC };

	/**
	 * Makes a history up.
	 * @param seed the same seed gives the same history
	 * @return its steps
	 */
	static List<Step> history(long seed) {
		Random random = new Random(seed);
		return steps(random, seed + "", 0, 2);
	}

	private static List<Step> steps(Random random, String prefix, int depth, int least) {
		List<Step> steps = new ArrayList<>();
		int count = (depth < 5) ? least + random.nextInt(2) : 0;
		for (int i = 0; i < count; i++) {
			steps.add(step(random, prefix + "-" + i, depth));
		}
		return steps;
	}

	private static Step step(Random random, String name, int depth) {
		Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
		End end = (random.nextInt(3) > 0) ? End.RETURN : End.values()[random.nextInt(End.values().length)];
		Manager manager = random.nextBoolean() ? Manager.OURS
				: Manager.values()[random.nextInt(Manager.values().length)];
		return new Step(kind, name, MODES[random.nextInt(MODES.length)], manager,
				PROPAGATIONS[random.nextInt(PROPAGATIONS.length)],
				TransactionPhase.values()[random.nextInt(TransactionPhase.values().length)], random.nextBoolean(), end,
				random.nextBoolean(), steps(random, name, depth + 1, kind.isCall() ? 0 : 1));
	}

	/** Whose transaction a step begins. */
	enum Manager {

		/** That of the audited database. */
		OURS,

		/** Another one of the same, which synchronizes nothing. */
		OURS_UNSYNCHRONIZED,

		/** That of another database. */
		OTHER,

		/** Another one of that, which synchronizes nothing. */
		OTHER_UNSYNCHRONIZED

	}

	/** What a step is. */
	enum Kind {

		/** An audited call that writes a row. */
		CALL,

		/** An audited call in a transaction of its own annotation. */
		TRANSACTIONAL_CALL,

		/** An audited call that fails at first and is tried again. */
		RETRIED,

		/** A transaction around other steps. */
		TRANSACTION,

		/** A listener that does other steps when the transaction comes to its phase. */
		LISTENER,

		/** Other steps on another thread, which is waited for. */
		THREAD;

		boolean isCall() {
			return this == CALL || this == TRANSACTIONAL_CALL || this == RETRIED;
		}

	}

	/** How a step ends. */
	enum End {

		/** It returns. */
		RETURN,

		/** It throws. */
		THROW,

		/** It returns, and its transaction is to be rolled back. */
		ROLLBACK_ONLY

	}

}
