package io.auditspring.delivery.internal.transaction;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.auditspring.AuditContextHolder;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Operation;
import io.auditspring.capture.UnsavedWork;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.state.ChangeSink;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.ledger.internal.entry.Entry;
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

	/** Who makes changes that belong to no call, or null where nobody wants to know. */
	private final @Nullable Supplier<Origin> unattributed;

	/** Sessions whose transactions are not Spring's, while these are running. */
	private final Map<SharedSessionContractImplementor, SessionChanges> others = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param delivery delivers entries
	 * @param factory makes them
	 * @param managed knows which transactions are running
	 * @param unattributed tells who makes changes that belong to no audited call;
	 * {@code null} where these leave no entries
	 */
	AuditTransactions(Handover delivery, EntryFactory factory, ManagedTransactions managed,
			@Nullable Supplier<Origin> unattributed) {
		this.delivery = delivery;
		this.factory = factory;
		this.managed = managed;
		this.unattributed = unattributed;
	}

	/**
	 * The audit side of the current transaction.
	 * @return it, or {@code null} where no transaction is running
	 */
	public @Nullable AuditTransaction current() {
		ManagedTransaction current = this.managed.current(this.delivery.dataSource());
		if (current == null) {
			return ofSynchronization();
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
			transaction = new AuditTransaction(this, this.delivery, this.factory, managed.isReadOnly(), false);
			boolean synchronizing = this.managed.isLatest(managed) && managed.isSynchronized();
			if (synchronizing) {
				bind(transaction);
				TransactionSynchronizationManager.registerSynchronization(transaction);
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
			transaction = new AuditTransaction(this, this.delivery, this.factory,
					TransactionSynchronizationManager.isCurrentTransactionReadOnly(),
					session() == null && endedSession() != null);
			bind(transaction);
			TransactionSynchronizationManager.registerSynchronization(transaction);
		}
		return transaction;
	}

	// Without making one.
	private @Nullable AuditTransaction known() {
		ManagedTransaction current = this.managed.current(this.delivery.dataSource());
		AuditTransaction audit = (current != null) ? current.audit() : null;
		return (audit != null) ? audit : bound();
	}

	/**
	 * What this thread has told a session that never writes it: its transaction is over,
	 * and listeners still work with it.
	 * @param current what {@link #current()} gave, or {@code null}
	 * @return that, or {@code null} where there is no such session
	 */
	public @Nullable UnsavedWork unsaved(@Nullable AuditTransaction current) {
		boolean ended = (current != null) ? !current.isInProgress() : isWithinTransactions();
		return (ended && endedSession() instanceof EventSource session) ? UnsavedWork.of(session) : null;
	}

	// Without one no session has ended, and most calls need not look for it.
	private boolean isWithinTransactions() {
		return TransactionSynchronizationManager.isActualTransactionActive()
				|| TransactionSynchronizationManager.isSynchronizationActive() || this.managed.areAny();
	}

	/**
	 * The session of this thread whose transaction is over, though it has not been taken
	 * from the thread yet.
	 * @return it, or {@code null}
	 */
	@Nullable SharedSessionContractImplementor endedSession() {
		return this.delivery.bound()
			.session((holder, session) -> holder.isSynchronizedWithTransaction() && !session.isTransactionInProgress());
	}

	/**
	 * The session of this thread whose transaction is running.
	 * @return it, or {@code null}
	 */
	@Nullable SharedSessionContractImplementor session() {
		return this.delivery.bound().session((holder, session) -> session.isTransactionInProgress());
	}

	/**
	 * A place for what is to be delivered without a transaction.
	 * @return an empty one
	 */
	public AfterCompletion afterCompletion() {
		return new AfterCompletion(this.delivery, this.factory);
	}

	@Override
	public boolean isOpen() {
		AuditTransaction transaction = known();
		return this.unattributed != null || running() != null || (transaction != null && transaction.isOwned());
	}

	@Override
	public void changed(EntityChange change, SharedSessionContractImplementor session,
			Supplier<@Nullable Long> revision) {
		Operation running = running();
		AuditTransaction transaction = current();
		boolean within = transaction != null && transaction.changed(running, change, session, revision);
		if (!within && ((running != null) ? running.capturesState() : recordsUnattributed())) {
			this.others.computeIfAbsent(session, (key) -> attach(key, revision)).add(running, change);
		}
	}

	/**
	 * Whether a transaction that Spring calls committed may still be rolled back.
	 * @return {@code false} unless it is one of JTA that Spring has only joined
	 */
	boolean isUndecided() {
		return this.managed.isUndecided();
	}

	boolean recordsUnattributed() {
		return this.unattributed != null;
	}

	/**
	 * The entries of changes that belong to no audited call. Not before they are staged:
	 * to ask who makes them may need queries, which a running flush does not bear.
	 * @param changes the changes of one transaction
	 * @param revision Envers' revision number, or {@code null}
	 * @return an entry each
	 */
	List<Entry> unattributed(EntityChanges changes, @Nullable Long revision) {
		List<EntityChange> list = changes.list();
		if (list.isEmpty() || this.unattributed == null) {
			return List.of();
		}
		Origin origin = this.unattributed.get();
		UUID operation = Operation.newId();
		return list.stream().map((change) -> this.factory.unattributed(operation, origin, change, revision)).toList();
	}

	private SessionChanges attach(SharedSessionContractImplementor session, Supplier<@Nullable Long> revision) {
		SessionChanges changes = new SessionChanges(this, this.delivery, this.factory, revision);
		changes.attachTo(session, () -> this.others.remove(session));
		return changes;
	}

	private @Nullable AuditTransaction bound() {
		AuditTransaction bound = (AuditTransaction) TransactionSynchronizationManager.getResource(this);
		return (bound != null && bound.isRunning()) ? bound : null;
	}

	/**
	 * Makes a transaction that of this thread, instead of one that is over.
	 * @param transaction the transaction
	 */
	void bind(AuditTransaction transaction) {
		TransactionSynchronizationManager.unbindResourceIfPossible(this);
		TransactionSynchronizationManager.bindResource(this, transaction);
	}

	/**
	 * Takes a transaction from this thread.
	 * @param transaction the transaction
	 * @return whether it was that of this thread
	 */
	boolean unbind(AuditTransaction transaction) {
		boolean bound = TransactionSynchronizationManager.getResource(this) == transaction;
		if (bound) {
			TransactionSynchronizationManager.unbindResource(this);
		}
		return bound;
	}

	private static @Nullable Operation running() {
		return (AuditContextHolder.current() instanceof Operation operation) ? operation : null;
	}

}
