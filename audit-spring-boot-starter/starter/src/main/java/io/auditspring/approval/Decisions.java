/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.util.Objects;
import java.util.function.Function;

import javax.sql.DataSource;

import io.auditspring.ApprovalStore;
import io.auditspring.database.internal.AuditDatabase;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Where requests and decisions are stored together with their entries.
 */
@FunctionalInterface
interface Decisions {

	/**
	 * Stores a request or a decision, and records it.
	 * @param work does both
	 * @return what that gives
	 */
	boolean inTransaction(Function<ApprovalStore, Boolean> work);

	/**
	 * In our store, both or nothing, where entries are staged in the same database. Of a
	 * store of the application's own no transactions are known: an entry that cannot be
	 * stored leaves a request or a decision without one.
	 * @param store the store
	 * @param database where ours is, or {@code null} where there is no ledger
	 * @return where its requests and decisions are stored
	 */
	static Decisions in(ApprovalStore store, @Nullable AuditDatabase database) {
		if (!(store instanceof JdbcApprovalStore ours) || database == null) {
			return (work) -> work.apply(store);
		}
		DataSource dataSource = database.dataSource();
		TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		ApprovalStore joining = ours.within(dataSource);
		return (work) -> Objects.requireNonNull(transaction.execute((status) -> work.apply(joining)));
	}

}
