/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import io.auditspring.AuditReceipt;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.transaction.AfterCompletion;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.delivery.internal.transaction.AuditTransactions;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.ledger.internal.entry.ControlActions;
import org.jspecify.annotations.Nullable;

/**
 * Records events that no method call stands for.
 */
public final class EventRecorder implements AuditRecorder {

	private final Origins origins;

	private final AuditTransactions transactions;

	private final EntryFactory factory;

	private final Customizers customizers;

	private final Delivery defaultDelivery;

	private final @Nullable Receipts receipts;

	/**
	 * Creates a recorder.
	 * @param origins who records, and from where
	 * @param transactions the running transaction
	 * @param factory makes entries
	 * @param customizers add to records
	 * @param defaultDelivery the delivery of records that name none
	 * @param receipts gives receipts, or {@code null} where there is no ledger, or nobody
	 * waits for them
	 */
	public EventRecorder(Origins origins, AuditTransactions transactions, EntryFactory factory, Customizers customizers,
			Delivery defaultDelivery, @Nullable Receipts receipts) {
		this.origins = origins;
		this.transactions = transactions;
		this.factory = factory;
		this.customizers = customizers;
		this.defaultDelivery = defaultDelivery;
		this.receipts = receipts;
	}

	@Override
	public AuditReceipt record(AuditRecord record) {
		return record(record, this.origins.current());
	}

	/**
	 * Records an event of another origin than the running call.
	 * @param record what happened
	 * @param origin who did it, from where and when, where the record does not say
	 * @return the receipt
	 */
	public AuditReceipt record(AuditRecord record, Origin origin) {
		if (ControlActions.include(record.action())) {
			throw new IllegalArgumentException(
					"Actions that begin with 'audit.' are the ledger's own, so '%s' cannot be recorded: let it begin with another word"
						.formatted(record.action()));
		}
		AuditRecord complete = (record.delivery() == Delivery.DEFAULT)
				? record.toBuilder().delivery(this.defaultDelivery).build() : record;
		Operation enclosing = Operation.enclosing();
		Operation operation = (enclosing != null) ? new Operation(enclosing.id(), origin, complete, false)
				: new Operation(origin, complete);
		AuditRecord customized = this.customizers.customize(this.factory.graded(complete), origin);
		CompletedOperation ending = new CompletedOperation(operation, customized,
				this.factory.entry(operation, customized, null), null, false);
		AuditTransaction transaction = this.transactions.current();
		if (transaction == null || !transaction.add(ending)) {
			AfterCompletion afterCompletion = this.transactions.afterCompletion();
			afterCompletion.add(ending);
			afterCompletion.settle(null);
		}
		return (this.receipts != null) ? this.receipts.of(operation.entryId(), complete.outcome())
				: Receipts.withoutLedger(operation.entryId());
	}

}
