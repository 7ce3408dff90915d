/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.resource.transaction.spi.TransactionObserver;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The statements with which one operation changed rows directly. Entities that changed so
 * have no state in the trail; with this, it does not look complete. What is rolled back
 * while the operation goes on, is forgotten.
 */
final class BulkWork {

	/** A statement in a loop is one; nobody reads more different ones. */
	private static final int MAX_STATEMENTS = 100;

	private static final String FURTHER = "…";

	private final Map<String, Total> totals = new LinkedHashMap<>();

	private final List<Watch> watches = new ArrayList<>();

	/**
	 * Adds a statement that has been run.
	 * @param statement its text without values
	 * @param rows how many rows it changed, or {@code null} where that is not known
	 * @param session the session that ran it
	 */
	void add(String statement, @Nullable Long rows, SharedSessionContractImplementor session) {
		boolean full = this.totals.size() >= MAX_STATEMENTS && !this.totals.containsKey(statement);
		String key = full ? FURTHER : statement;
		put(key, new Total(1, rows));
		watch(session).add(key, new Total(1, rows));
	}

	// One for all statements that end together: there may be very many of them.
	private Watch watch(SharedSessionContractImplementor session) {
		boolean within = session.isTransactionInProgress();
		boolean synchronous = TransactionSynchronizationManager.isSynchronizationActive();
		this.watches.removeIf((watch) -> watch.over);
		for (Watch watch : this.watches) {
			if (watch.session == session && watch.within == within && watch.synchronous == synchronous
					&& !watch.suspended) {
				return watch;
			}
		}
		Watch watch = new Watch(session, within, synchronous);
		if (within || synchronous) {
			this.watches.add(watch);
			watch.begin();
		}
		return watch;
	}

	private void put(String key, Total added) {
		Total total = this.totals.getOrDefault(key, Total.NONE).plus(added);
		if (total.times() > 0) {
			this.totals.put(key, total);
		}
		else {
			this.totals.remove(key);
		}
	}

	/**
	 * How entries show it.
	 * @return an array of statements, perhaps empty
	 */
	ArrayNode toJson() {
		ArrayNode json = JsonNodeFactory.instance.arrayNode();
		this.totals.forEach((statement, total) -> {
			ObjectNode node = json.addObject().put("statement", statement);
			if (total.rows() != null) {
				node.put("rows", total.rows());
			}
			if (total.times() > 1) {
				node.put("times", total.times());
			}
		});
		return json;
	}

	/**
	 * The statements of a session, until its transaction is over. The session tells how
	 * that ends, whoever began it; Spring tells of savepoints, and of the end where the
	 * connection is not the session's own.
	 */
	private final class Watch implements TransactionSynchronization, TransactionObserver {

		private final SharedSessionContractImplementor session;

		private final boolean within;

		private final boolean synchronous;

		/** What was run after each savepoint, before the next one. */
		private final List<Part> parts = new ArrayList<>(List.of(new Part(null)));

		private boolean suspended;

		private boolean over;

		Watch(SharedSessionContractImplementor session, boolean within, boolean synchronous) {
			this.session = session;
			this.within = within;
			this.synchronous = synchronous;
		}

		void begin() {
			if (this.within) {
				this.session.getTransactionCoordinator().addObserver(this);
			}
			if (this.synchronous) {
				TransactionSynchronizationManager.registerSynchronization(this);
			}
		}

		void add(String statement, Total total) {
			this.parts.get(this.parts.size() - 1).totals.merge(statement, total, Total::plus);
		}

		private void undo(int from) {
			List<Part> undone = this.parts.subList(from, this.parts.size());
			undone.forEach((part) -> part.totals.forEach((statement, total) -> put(statement, total.negated())));
			undone.clear();
		}

		private void end(boolean successful) {
			this.over = true;
			if (!successful) {
				undo(0);
			}
		}

		@Override
		public void suspend() {
			this.suspended = true;
		}

		@Override
		public void resume() {
			this.suspended = false;
		}

		@Override
		public void savepoint(Object savepoint) {
			this.parts.add(new Part(savepoint));
		}

		@Override
		public void savepointRollback(Object savepoint) {
			int from = this.parts.size() - 1;
			while (from > 0 && this.parts.get(from).savepoint != savepoint) {
				from--;
			}
			undo(from);
			// One may go back to it once more, or to one that was set before all of this.
			this.parts.add(new Part((from > 0) ? savepoint : null));
		}

		// Before entries are made of what is left.
		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE - 1;
		}

		@Override
		public void afterBegin() {
			// It has begun.
		}

		@Override
		public void beforeCompletion() {
			// It may still end either way.
		}

		@Override
		public void afterCompletion(boolean successful, boolean delayed) {
			this.session.getTransactionCoordinator().removeObserver(this);
			end(successful);
		}

		@Override
		public void afterCompletion(int status) {
			end(status == STATUS_COMMITTED);
		}

	}

	/**
	 * What was run in one part of a transaction.
	 */
	private static final class Part {

		private final @Nullable Object savepoint;

		private final Map<String, Total> totals = new LinkedHashMap<>();

		Part(@Nullable Object savepoint) {
			this.savepoint = savepoint;
		}

	}

	private record Total(int times, @Nullable Long rows) {

		static final Total NONE = new Total(0, 0L);

		Total plus(Total other) {
			return new Total(this.times + other.times,
					(this.rows != null && other.rows != null) ? (Long) (this.rows + other.rows) : null);
		}

		Total negated() {
			return new Total(-this.times, (this.rows != null) ? (Long) (-this.rows) : null);
		}

	}

}
