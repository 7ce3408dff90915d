/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.delivery.internal.transaction.AsynchronousResults;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.intercept.internal.access.AccessRefusal;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.expression.ExpressionContexts;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What the interceptors work with.
 *
 * @param origins finds out who calls
 * @param transactions finds the audit side of the running transaction
 * @param factory makes entries
 * @param refusal tells a refusal from a failure
 * @param customizers add to what is recorded
 * @param expressions makes what expressions see
 * @param late delivers the entries of calls whose results come later
 * @param publishers waits for results that are published, or {@code null} without Reactor
 * @param texts makes texts of objects
 * @param skipped what happens to calls that were left out
 * @param approvals lets calls pass that need approval, or nothing where nobody can
 */
record Auditing(Origins origins, AuditTransactions transactions, EntryFactory factory, AccessRefusal refusal,
		Customizers customizers, ExpressionContexts expressions, AsynchronousResults late,
		@Nullable AsynchronousPublishers publishers, Texts texts, SkippedCalls skipped,
		Supplier<@Nullable CallApproval> approvals) {

	// Spring asks every bean for it at the start, and Java would first have to make one.
	@Override
	public int hashCode() {
		return this.transactions.hashCode();
	}

}
