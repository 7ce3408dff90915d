/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

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

	/**
	 * Adds a statement that has been run.
	 * @param statement its text without values
	 * @param rows how many rows it changed, or {@code null} where that is not known
	 * @param session the session that ran it
	 */
	void add(String statement, @Nullable Long rows, SharedSessionContractImplementor session) {
		boolean full = this.totals.size() >= MAX_STATEMENTS && !this.totals.containsKey(statement);
		Run run = new Run(full ? FURTHER : statement, rows, session);
		put(run.statement, new Total(1, rows));
		run.watch();
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
	 * One run of a statement, until its transaction is over. The session tells how that
	 * ends, whoever began it; Spring tells of savepoints, and of the end where the
	 * connection is not the session's own.
	 */
	private final class Run implements TransactionSynchronization, TransactionObserver {

		private final String statement;

		private final @Nullable Long rows;

		private final SharedSessionContractImplementor session;

		/** Those that were set after it. */
		private Set<Object> savepoints = Set.of();

		private boolean undone;

		Run(String statement, @Nullable Long rows, SharedSessionContractImplementor session) {
			this.statement = statement;
			this.rows = rows;
			this.session = session;
		}

		void watch() {
			if (this.session.isTransactionInProgress()) {
				this.session.getTransactionCoordinator().addObserver(this);
			}
			if (TransactionSynchronizationManager.isSynchronizationActive()) {
				TransactionSynchronizationManager.registerSynchronization(this);
			}
		}

		private void undo() {
			if (!this.undone) {
				this.undone = true;
				put(this.statement, new Total(-1, (this.rows != null) ? (Long) (-this.rows) : null));
			}
		}

		@Override
		public void savepoint(Object savepoint) {
			if (this.savepoints.isEmpty()) {
				this.savepoints = Collections.newSetFromMap(new IdentityHashMap<>());
			}
			this.savepoints.add(savepoint);
		}

		@Override
		public void savepointRollback(Object savepoint) {
			if (!this.savepoints.contains(savepoint)) {
				undo();
			}
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
			if (!successful) {
				undo();
			}
		}

		@Override
		public void afterCompletion(int status) {
			if (status != STATUS_COMMITTED) {
				undo();
			}
		}

	}

	private record Total(int times, @Nullable Long rows) {

		static final Total NONE = new Total(0, 0L);

		Total plus(Total other) {
			return new Total(this.times + other.times,
					(this.rows != null && other.rows != null) ? (Long) (this.rows + other.rows) : null);
		}

	}

}
