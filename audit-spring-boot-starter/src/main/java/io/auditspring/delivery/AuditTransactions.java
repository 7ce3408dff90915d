package io.auditspring.delivery;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.auditspring.AuditContextHolder;
import io.auditspring.capture.ChangeSink;
import io.auditspring.capture.EntityChange;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Operation;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Finds the {@link AuditTransaction} of the transaction that is running on a thread.
 */
public final class AuditTransactions implements ChangeSink {

	private final EntryDelivery delivery;

	private final EntryFactory factory;

	/** Sessions whose transactions are not Spring's, while these are running. */
	private final Map<SharedSessionContractImplementor, SessionChanges> others = new ConcurrentHashMap<>();

	public AuditTransactions(EntryDelivery delivery, EntryFactory factory) {
		this.delivery = delivery;
		this.factory = factory;
	}

	/**
	 * The audit side of the current transaction.
	 * @return it, or {@code null} where no transaction is running
	 */
	public @Nullable AuditTransaction current() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()
				|| !TransactionSynchronizationManager.isActualTransactionActive()) {
			return null;
		}
		AuditTransaction transaction = bound();
		if (transaction == null) {
			transaction = new AuditTransaction(this, this.delivery, this.factory);
			TransactionSynchronizationManager.bindResource(this, transaction);
			TransactionSynchronizationManager.registerSynchronization(transaction);
		}
		return transaction;
	}

	/**
	 * A place for what is to be delivered without a transaction.
	 * @return an empty one
	 */
	public Aftermath aftermath() {
		return new Aftermath(this.delivery, this.factory);
	}

	@Override
	public boolean isOpen() {
		AuditTransaction transaction = bound();
		return running() != null || (transaction != null && transaction.isOwned());
	}

	@Override
	public void changed(EntityChange change, SharedSessionContractImplementor session,
			Supplier<@Nullable Long> revision) {
		Operation running = running();
		AuditTransaction transaction = current();
		boolean within = transaction != null && transaction.changed(running, change, session, revision);
		if (!within && running != null && running.capturesState()) {
			this.others.computeIfAbsent(session, (key) -> attach(key, revision)).add(running, change);
		}
	}

	private SessionChanges attach(SharedSessionContractImplementor session, Supplier<@Nullable Long> revision) {
		SessionChanges changes = new SessionChanges(this.delivery, this.factory, revision);
		changes.attachTo(session, () -> this.others.remove(session));
		return changes;
	}

	private @Nullable AuditTransaction bound() {
		return (AuditTransaction) TransactionSynchronizationManager.getResource(this);
	}

	private static @Nullable Operation running() {
		return (AuditContextHolder.current() instanceof Operation operation) ? operation : null;
	}

}
