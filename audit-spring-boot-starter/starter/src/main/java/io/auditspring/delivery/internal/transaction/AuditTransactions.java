/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.auditspring.AuditContextHolder;
import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.entry.UnsavedWork;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.state.ChangeSink;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.UnreadChange;
import io.auditspring.database.internal.BoundConnections;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.event.spi.EventSource;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Finds the {@link AuditTransaction} of the transaction that is running on a thread.
 */
public final class AuditTransactions implements ChangeSink {

	private final Handover delivery;

	private final EntryFactory factory;

	private final ManagedTransactions managed;

	/** Those that the application begins by itself. */
	private final JtaTransactions jta;

	private final int maxEntities;

	private final UnattributedEntries unattributed;

	/** Sessions of other persistence units, while their transactions are running. */
	private final Map<SharedSessionContractImplementor, ChangesElsewhere> elsewhere = new ConcurrentHashMap<>();

	/** Sessions whose transactions are not Spring's, while these are running. */
	private final Map<SharedSessionContractImplementor, SessionChanges> others = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param delivery delivers entries
	 * @param factory makes them
	 * @param managed knows which transactions are running
	 * @param maxEntities the most entities whose state a call shows in one transaction
	 * @param unattributed tells who makes changes that belong to no audited call;
	 * {@code null} where these leave no entries
	 */
	AuditTransactions(Handover delivery, EntryFactory factory, ManagedTransactions managed, int maxEntities,
			@Nullable Supplier<Origin> unattributed) {
		this.delivery = delivery;
		this.factory = factory;
		this.managed = managed;
		this.jta = managed.jta();
		this.maxEntities = maxEntities;
		this.unattributed = new UnattributedEntries(factory, maxEntities, unattributed);
	}

	/**
	 * The audit side of the current transaction.
	 * @return it, or {@code null} where no transaction is running
	 */
	public @Nullable AuditTransaction current() {
		ManagedTransaction current = this.managed.current(this.delivery.dataSource());
		if (current == null) {
			AuditTransaction synchronizing = ofSynchronization();
			return (synchronizing != null) ? synchronizing : this.jta.current(this::create);
		}
		AuditTransaction transaction = of(current);
		if (current.isOn(this.delivery.dataSource())) {
			this.managed.areWithin(current, transaction);
		}
		return transaction;
	}

	private AuditTransaction of(ManagedTransaction managed) {
		AuditTransaction transaction = managed.audit();
		if (transaction == null) {
			transaction = create(managed.isReadOnly(), false);
			boolean synchronizing = this.managed.isLatest(managed) && managed.isSynchronized();
			if (synchronizing) {
				synchronize(transaction);
			}
			managed.isAuditedBy(transaction, !synchronizing);
		}
		return transaction;
	}

	// Of a manager that nobody listens to, or of what joined a transaction that is over.
	private @Nullable AuditTransaction ofSynchronization() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		AuditTransaction transaction = bound();
		if (transaction == null) {
			BoundConnections bound = this.delivery.bound();
			transaction = create(TransactionSynchronizationManager.isCurrentTransactionReadOnly(),
					TransactionSession.running(bound) == null && TransactionSession.ended(bound) != null);
			synchronize(transaction);
		}
		return transaction;
	}

	private AuditTransaction create() {
		return create(false, false);
	}

	private AuditTransaction create(boolean readOnly, boolean committed) {
		return new AuditTransaction(this, this.delivery.bound(),
				new TransactionEntries(this.delivery, this.factory, this.unattributed, this.maxEntities),
				this.jta::isUndecided, readOnly, committed);
	}

	private static void synchronize(AuditTransaction transaction) {
		transaction.bind();
		TransactionSynchronizationManager.registerSynchronization(transaction);
	}

	// Without making one.
	private @Nullable AuditTransaction known() {
		ManagedTransaction current = this.managed.current(this.delivery.dataSource());
		AuditTransaction audit = (current != null) ? current.audit() : null;
		return (audit != null) ? audit : bound();
	}

	/**
	 * What this thread has told a session that does not write it: its transaction only
	 * reads, or is over while listeners still work with it, or it has none.
	 * @param current what {@link #current()} gave, or {@code null}
	 * @return that, or {@code null} where there is no such session
	 */
	public @Nullable UnsavedWork unsaved(@Nullable AuditTransaction current) {
		EventSource reading = (current != null) ? current.unwriting() : null;
		if (reading != null) {
			return UnsavedWork.of(reading, UnsavedWork.Cause.READING);
		}
		if (current != null && current.isInProgress()) {
			return null;
		}
		if ((current != null || isWithinTransactions())
				&& TransactionSession.ended(this.delivery.bound()) instanceof EventSource session) {
			return UnsavedWork.of(session, TransactionSynchronizationManager.isActualTransactionActive()
					? UnsavedWork.Cause.OVER : UnsavedWork.Cause.NO_TRANSACTION);
		}
		return (TransactionSession.idle(this.delivery.bound()) instanceof EventSource session)
				? UnsavedWork.of(session, UnsavedWork.Cause.NO_TRANSACTION) : null;
	}

	// Without one no session has ended, and most calls need not look for it.
	private boolean isWithinTransactions() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				|| TransactionSynchronizationManager.isSynchronizationActive() || this.managed.areAny();
	}

	/**
	 * A place for what is to be delivered without a transaction.
	 * @return an empty one
	 */
	public AfterCompletion afterCompletion() {
		return new AfterCompletion(this.delivery, this.factory);
	}

	/**
	 * Delivers what a call has left at its end. Within a transaction of JTA every
	 * connection may be that transaction's.
	 * @param left what it has left
	 * @param error what the call ended with, as entries show it, or {@code null}
	 * @throws AuditDeliveryException if that fails and the call must fail for it
	 */
	public void settle(AfterCompletion left, @Nullable String error) {
		if (this.jta.isUndecided()) {
			left.keep(error);
		}
		else {
			left.settle(error);
		}
	}

	@Override
	public boolean isOpen() {
		AuditTransaction transaction = known();
		return this.unattributed.areRecorded() || running() != null || (transaction != null && transaction.isOfCalls());
	}

	@Override
	public void changed(EntityChange change, SharedSessionContractImplementor session,
			@Nullable Supplier<@Nullable Long> revision) {
		Operation running = running();
		AuditTransaction transaction = current();
		boolean within = transaction != null && transaction.changed(running, change, session, revision);
		if (!within && ((running != null) ? running.capturesState() : this.unattributed.areRecorded())) {
			this.others.computeIfAbsent(session, this::attach).add(running, change, revision);
		}
	}

	@Override
	public boolean changedAgain(EntityKey key, String type, UnreadChange change,
			SharedSessionContractImplementor session) {
		AuditTransaction transaction = current();
		if (transaction != null && transaction.includes(session)) {
			return transaction.changedAgain(running(), key, type, change, session);
		}
		Operation running = running();
		if ((running != null) ? !running.capturesState() : !this.unattributed.areRecorded()) {
			return true;
		}
		SessionChanges changes = this.others.get(session);
		return changes != null && changes.addAgain(running, key, type, change);
	}

	@Override
	public void flushed(SharedSessionContractImplementor session) {
		AuditTransaction transaction = known();
		if (transaction != null) {
			transaction.flushed();
		}
		if (!this.others.isEmpty()) {
			SessionChanges changes = this.others.get(session);
			if (changes != null) {
				changes.readAll();
			}
		}
	}

	@Override
	public void changedWithoutState(EntityKey key, String type, SharedSessionContractImplementor session) {
		Operation running = running();
		AuditTransaction transaction = current();
		boolean within = transaction != null && transaction.changedWithoutState(running, key, type, session);
		if (!within && running != null && running.capturesState()) {
			this.others.computeIfAbsent(session, this::attach).addWithoutState(running, key, type);
		}
	}

	@Override
	public void changedElsewhere(EntityKey key, String type, SharedSessionContractImplementor session) {
		Operation running = running();
		AuditTransaction transaction = known();
		if (transaction != null && transaction.changedWithoutState(running, key, type, session)) {
			return;
		}
		Operation operation = (transaction != null) ? transaction.responsible(running) : running;
		if (operation != null && operation.capturesState()) {
			of(session).add(operation, key, type);
		}
	}

	private ChangesElsewhere of(SharedSessionContractImplementor session) {
		if (!session.isTransactionInProgress()) {
			return new ChangesElsewhere(session.getFactory(), this.maxEntities);
		}
		return this.elsewhere.computeIfAbsent(session, (key) -> {
			ChangesElsewhere changes = new ChangesElsewhere(session.getFactory(), this.maxEntities);
			changes.attachTo(session, () -> this.elsewhere.remove(session));
			return changes;
		});
	}

	private SessionChanges attach(SharedSessionContractImplementor session) {
		SessionChanges changes = new SessionChanges(this.delivery, this.factory, this.unattributed, this.maxEntities);
		changes.attachTo(session, () -> this.others.remove(session));
		return changes;
	}

	private @Nullable AuditTransaction bound() {
		AuditTransaction bound = (AuditTransaction) TransactionSynchronizationManager.getResource(this);
		return (bound != null && bound.isRunning()) ? bound : null;
	}

	private static @Nullable Operation running() {
		return (AuditContextHolder.current() instanceof Operation operation) ? operation : null;
	}

}
