/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets callers who wait for their rows to be moved share a batch: the first one moves its
 * own, and while it does so the others gather; one of them then moves all of these. Each
 * uses its own connection, as all of a pool's may be in the hands of those who wait.
 */
final class SharedMoves {

	private static final int MOST = 64;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final List<Waiting> waiting = new ArrayList<>();

	private boolean moving;

	/**
	 * Moves a row, perhaps with others, or waits until somebody else has.
	 * @param row the row
	 * @param patience how long to wait for others
	 * @param move moves rows, all or none
	 * @return {@code false} if the row was not moved, as others failed or took too long
	 * @throws SQLException what moving it threw
	 */
	boolean move(long row, Duration patience, Move move) throws SQLException {
		Waiting own = new Waiting(row);
		List<Waiting> group = gather(own, patience);
		boolean moved = false;
		try {
			if (!group.isEmpty()) {
				move.rows(group.stream().map((one) -> one.row).toList());
				moved = true;
			}
		}
		finally {
			end(group, moved);
		}
		return own.moved;
	}

	/** Gives those that are to be moved with the row, or none where others did it. */
	private List<Waiting> gather(Waiting own, Duration patience) {
		this.lock.lock();
		try {
			this.waiting.add(own);
			long left = patience.toNanos();
			while (this.moving && !own.over && left > 0) {
				left = this.changed.awaitNanos(left);
			}
			if (this.moving || own.over) {
				return List.of();
			}
			this.moving = true;
			this.waiting.remove(own);
			List<Waiting> others = this.waiting.subList(0, Math.min(this.waiting.size(), MOST - 1));
			List<Waiting> group = new ArrayList<>(others);
			others.clear();
			group.add(own);
			return group;
		}
		catch (InterruptedException ex) {
			// Whoever called decides what that means; the row is moved all the same.
			Thread.currentThread().interrupt();
			return List.of();
		}
		finally {
			this.waiting.remove(own);
			this.lock.unlock();
		}
	}

	private void end(List<Waiting> group, boolean moved) {
		if (group.isEmpty()) {
			return;
		}
		this.lock.lock();
		try {
			this.moving = false;
			for (Waiting one : group) {
				one.moved = moved;
				one.over = true;
			}
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Moves rows to the ledger.
	 */
	@FunctionalInterface
	interface Move {

		void rows(List<Long> rows) throws SQLException;

	}

	private static final class Waiting {

		private final long row;

		private volatile boolean over;

		private volatile boolean moved;

		private Waiting(long row) {
			this.row = row;
		}

	}

}
