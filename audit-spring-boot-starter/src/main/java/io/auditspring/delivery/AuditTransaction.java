package io.auditspring.delivery;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.Delivery;
import io.auditspring.capture.EntityChange;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.Operation;
import io.auditspring.ledger.Entry;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The audit side of one business transaction. It collects what audited operations did,
 * stages their entries in the transaction at the last moment before the commit, and sees
 * to what must be recorded when it is over.
 * <p>
 * With Hibernate the last moment is the session's, for two reasons: Spring's
 * {@code beforeCommit} comes before the flush that finds out what changed, and Envers
 * writes its rows, and with them the revision, in a callback of the session.
 */
public final class AuditTransaction implements TransactionSynchronization {

	private final AuditTransactions key;

	private final Handover delivery;

	private final EntryFactory factory;

	/** What is to be staged, in the order of its beginning. */
	private final Map<Operation, OperationChanges> pending = new LinkedHashMap<>();

	/** What no audited call changed. */
	private final EntityChanges unattributed = new EntityChanges();

	/** How much was pending when a savepoint was set. */
	private final Map<Object, Integer> savepoints = new IdentityHashMap<>(0);

	/** What was staged, should the commit fail. */
	private final List<OperationChanges> staged = new ArrayList<>(1);

	/** What must not happen before the commit. */
	private Aftermath afterCommit;

	private final LateEndings late = new LateEndings();

	private final InterimFlushes flushes = new InterimFlushes();

	private final Set<@Nullable Operation> guests = new HashSet<>(1);

	/** What earlier attempts at a call left: it comes before what is done here. */
	private @Nullable Aftermath earlier;

	private boolean earlierStaged;

	/** The one whose transaction this is, or null where it is none of Hibernate's. */
	private final @Nullable SharedSessionContractImplementor session;

	private @Nullable OwningCall owner;

	private @Nullable Supplier<@Nullable Long> revision;

	private @Nullable StagedRow row;

	private int transactional;

	private int chained;

	/** Whether the session tells when it is about to commit. */
	private boolean stages;

	/** Whether a plain connection is about to commit, and others still do something. */
	private boolean stagesAtOnce;

	private boolean committing;

	private boolean suspended;

	private boolean counted;

	/** Whether it is known to be committed. */
	private boolean committed;

	private boolean over;

	AuditTransaction(AuditTransactions key, Handover delivery, EntryFactory factory) {
		this.key = key;
		this.delivery = delivery;
		this.factory = factory;
		this.afterCommit = new Aftermath(delivery, factory);
		this.session = session();
		// Nothing undoes what is written where a transaction is over.
		this.committed = this.session == null && key.endedSession() != null;
	}

	/**
	 * Whether this is the transaction that runs on this thread. That it is bound to the
	 * thread does not say so: listeners run while the resources of a transaction that is
	 * over are still there, and begin others.
	 * @return {@code false} if it is over
	 */
	boolean isRunning() {
		return !this.over && TransactionSynchronizationManager.isSynchronizationActive()
				&& (isInProgress() || TransactionSynchronizationManager.getSynchronizations().contains(this));
	}

	// To copy all synchronizations would take long where there are thousands.
	private boolean isInProgress() {
		return this.session != null && this.session.isTransactionInProgress();
	}

	/**
	 * Says that the transaction begins and ends with an audited call. What Hibernate
	 * finds changed when the call has ended belongs to it.
	 * @param operation the call
	 * @param aftermath where to leave what is to be delivered after the transaction, if
	 * the call sees to it: by then the connection is free again, and the reason of a
	 * failure is known. With {@code null} it is delivered at once
	 */
	public void ownedBy(Operation operation, @Nullable Aftermath aftermath) {
		this.owner = new OwningCall(operation, aftermath);
	}

	/**
	 * Says that an audited call runs within this transaction, which somebody else began.
	 * A flush now, and another one when it has ended, tells its changes from those around
	 * it.
	 * @param operation the call
	 * @param saves whether changes of before that are not flushed yet are to be its own
	 */
	public void joinedBy(Operation operation, boolean saves) {
		if (operation.capturesState() && !saves) {
			this.flushes.flush(session());
			this.unattributed.close();
		}
		this.guests.add(operation);
	}

	/**
	 * Says that a call that {@linkplain #joinedBy joined} this transaction is about to
	 * return.
	 * @param operation the call
	 */
	public void leftBy(Operation operation) {
		if (operation.capturesState()) {
			this.flushes.flush(session());
		}
	}

	/**
	 * Takes the entries of earlier attempts at a call that is made once more within this
	 * transaction. They are part of it, so that they come first and need no connection of
	 * their own; if it is rolled back they follow it.
	 * @param attempts what they left
	 */
	public void follows(Aftermath attempts) {
		if (this.earlier == null) {
			this.earlier = new Aftermath(this.delivery, this.factory);
		}
		this.earlier.takeEntries(attempts);
	}

	/**
	 * Adds an operation that has ended.
	 * @param ending how it ended
	 */
	public void add(Ending ending) {
		of(ending.operation()).end(ending);
		SharedSessionContractImplementor session = session();
		if (session != null && !this.stages && !TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
			// Not later: beforeCommit is not called for one who comes while others are.
			stageAtTheEndOf(session);
		}
		else if (this.stagesAtOnce) {
			stage(DataSourceUtils.getConnection(this.delivery.dataSource()));
		}
	}

	/**
	 * Says that a call within this transaction has returned, while its result is still to
	 * come. Should the transaction be rolled back, the call has not succeeded, whatever
	 * the result.
	 * @param operation the call
	 */
	public void awaits(Operation operation) {
		of(operation).await();
	}

	/**
	 * Takes a call whose result has come while this transaction is running. Whoever waits
	 * for the result may be this transaction, so its entry needs no connection of its
	 * own: it is part of this transaction, and if that is rolled back, it follows. May be
	 * called by any thread.
	 * @param ending how the call ended
	 * @param part the part of it that ran within this transaction and is undone with it,
	 * or {@code null} where it did all it did elsewhere
	 * @return {@code false} if the transaction is over, so that the entry is not taken
	 */
	public boolean arrived(Ending ending, @Nullable Operation part) {
		return this.late.add(ending, part);
	}

	private void take(List<LateEndings.LateEnding> endings) {
		for (LateEndings.LateEnding late : endings) {
			OperationChanges operation = of(late.ending().operation());
			operation.end(late.ending());
			if (late.isApart()) {
				operation.standsApart();
			}
			if (late.isUndone()) {
				operation.rolledBack();
			}
		}
	}

	boolean isOwned() {
		return this.owner != null;
	}

	/**
	 * Adds what Hibernate changed.
	 * @param running the call that is running on this thread, or {@code null}
	 * @param change what became of the entity
	 * @param session the session that wrote it
	 * @param revision gives Envers' revision number later
	 * @return whether it was changed within this transaction, and not in one that the
	 * session has of its own
	 */
	boolean changed(@Nullable Operation running, EntityChange change, SharedSessionContractImplementor session,
			Supplier<@Nullable Long> revision) {
		SharedSessionContractImplementor main = session();
		if (session != main && (main == null || connection(session) != connection(main))) {
			return false;
		}
		Operation responsible = responsible(running);
		if (responsible == null && this.key.recordsUnattributed()) {
			this.unattributed.add(change);
		}
		else if (responsible != null && responsible.capturesState()) {
			of(responsible).add(change);
		}
		else {
			return true;
		}
		if (this.revision == null) {
			this.revision = revision;
			stageAtTheEndOf(main);
		}
		return true;
	}

	// The call that runs on this thread may belong to a transaction around this one.
	private @Nullable Operation responsible(@Nullable Operation running) {
		return (this.owner != null && !this.guests.contains(running)) ? this.owner.operation() : running;
	}

	private OperationChanges of(Operation operation) {
		return this.pending.computeIfAbsent(operation, OperationChanges::new);
	}

	@Override
	public void savepoint(Object savepoint) {
		this.savepoints.put(savepoint, this.pending.size());
	}

	@Override
	public void savepointRollback(Object savepoint) {
		// One that is unknown was set before anything was audited.
		this.pending.values()
			.stream()
			.skip(this.savepoints.getOrDefault(savepoint, 0))
			.forEach(OperationChanges::rolledBack);
	}

	@Override
	public void beforeCommit(boolean readOnly) {
		this.committing = true;
		SharedSessionContractImplementor session = session();
		if (readOnly) {
			// Nothing can be written in it: its entries follow when it is over.
			return;
		}
		if (session != null) {
			stageAtTheEndOf(session);
		}
		else if (TransactionSynchronizationManager.hasResource(this.delivery.dataSource())) {
			this.stagesAtOnce = true;
			stage(DataSourceUtils.getConnection(this.delivery.dataSource()));
		}
		// Else the transaction is on another database: its entries follow when it is
		// over.
	}

	@Override
	public void beforeCompletion() {
		this.stagesAtOnce = false;
		if (this.committing && !isSettledByItsCall()) {
			// Registered last, so that nobody's callback is left out should this one
			// throw.
			TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

				@Override
				public void afterCommit() {
					settleCommitted();
				}

			});
		}
	}

	@Override
	public void afterCommit() {
		this.committed = true;
	}

	// What is thrown after the commit reaches the caller; after the completion it does
	// not.
	private void settleCommitted() {
		take(this.late.take());
		committed().settle(null);
	}

	private boolean isSettledByItsCall() {
		return this.owner != null && this.owner.aftermath() != null;
	}

	private void stageAtTheEndOf(SharedSessionContractImplementor session) {
		if (!this.stages) {
			this.stages = true;
			SessionEnd.watch(session, this::stageIn, (committed) -> this.stages = false);
		}
	}

	// A session may outlive its transaction (open in view).
	private void stageIn(SharedSessionContractImplementor session) {
		if (!this.over) {
			stage(connection(session));
		}
	}

	private static Connection connection(SharedSessionContractImplementor session) {
		return session.getJdbcCoordinator().getLogicalConnection().getPhysicalConnection();
	}

	private @Nullable SharedSessionContractImplementor session() {
		return this.key.session();
	}

	private void stage(Connection connection) {
		take(this.late.take());
		List<Entry> entries = new ArrayList<>();
		Long revision = (this.revision != null) ? this.revision.get() : null;
		entries.addAll(this.key.unattributed(this.unattributed, revision));
		this.unattributed.clear();
		int chained = stageEarlier(entries);
		for (OperationChanges operation : this.pending.values()) {
			List<Entry> own = operation.entries(this.factory, revision);
			if (operation.delivery() == Delivery.ASYNC) {
				own.forEach((entry) -> this.afterCommit.add(Delivery.ASYNC, entry));
			}
			else {
				entries.addAll(own);
			}
			chained += (operation.delivery() == Delivery.SYNC) ? own.size() : 0;
		}
		if (!entries.isEmpty()) {
			stage(connection, entries, chained);
		}
		this.staged.addAll(this.pending.values());
		this.pending.clear();
	}

	private int stageEarlier(List<Entry> entries) {
		if (this.earlier == null || this.earlierStaged) {
			return 0;
		}
		this.earlierStaged = true;
		return this.earlier.stage(entries, this.afterCommit);
	}

	private void stage(Connection connection, List<Entry> entries, int chained) {
		StagedRow staged = this.delivery.stage(connection, entries);
		if (staged == null) {
			entries.forEach(
					(entry) -> this.afterCommit.add((chained > 0) ? Delivery.SYNC : Delivery.TRANSACTIONAL, entry));
			return;
		}
		this.row = (this.row != null) ? this.row : staged;
		this.transactional += entries.size() - chained;
		this.chained += chained;
		if (chained > 0) {
			this.afterCommit.await(staged);
		}
	}

	@Override
	public void suspend() {
		this.suspended = this.key.unbind(this);
	}

	@Override
	public void resume() {
		if (this.suspended) {
			this.key.bind(this);
		}
	}

	@Override
	public void afterCompletion(int status) {
		this.over = true;
		this.key.unbind(this);
		take(this.late.close());
		if (status != STATUS_COMMITTED) {
			this.flushes.rolledBack();
		}
		Aftermath rest = switch (fate(status)) {
			case COMMITTED -> committed();
			case LOST -> notCommitted();
			case UNKNOWN -> doubtful();
		};
		if (this.committing && status == STATUS_UNKNOWN) {
			rest.unanswered();
		}
		if (this.owner != null && this.owner.aftermath() != null) {
			// The call sees to it when its connection is free.
			this.owner.aftermath().addAll(rest);
		}
		else {
			rest.settle(null);
		}
	}

	// A commit may fail on its way back. Then what was staged tells. Of what joined a
	// transaction that was over Spring says in the end that it does not know.
	private Fate fate(int status) {
		if (status == STATUS_COMMITTED || this.committed) {
			return Fate.COMMITTED;
		}
		return (this.row != null) ? this.delivery.fate(this.row) : Fate.LOST;
	}

	// What was not staged has nothing to do with whether that was committed.
	private Aftermath doubtful() {
		Aftermath rest = rest();
		this.staged.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		if (this.row != null) {
			rest.onlyIfLost(this.row);
		}
		this.pending.values().forEach((operation) -> operation.addRolledBack(rest, this.factory));
		return rest;
	}

	private Aftermath committed() {
		if (this.row != null && !this.counted) {
			this.counted = true;
			this.delivery.committed(this.row, this.transactional, this.chained);
		}
		Aftermath due = this.earlierStaged ? new Aftermath(this.delivery, this.factory) : rest();
		this.earlierStaged = true;
		due.addAll(this.afterCommit);
		this.afterCommit = new Aftermath(this.delivery, this.factory);
		// Of a read-only transaction, or added by somebody's after-commit callback.
		for (OperationChanges operation : this.pending.values()) {
			operation.entries(this.factory, null).forEach((entry) -> due.add(operation.delivery(), entry));
		}
		this.pending.clear();
		return due;
	}

	private Aftermath rest() {
		return (this.earlier != null) ? this.earlier : new Aftermath(this.delivery, this.factory);
	}

	private Aftermath notCommitted() {
		Aftermath rest = rest();
		this.staged.forEach((operation) -> operation.addRolledBack(rest, this.factory));
		this.pending.values().forEach((operation) -> operation.addRolledBack(rest, this.factory));
		return rest;
	}

	private record OwningCall(Operation operation, @Nullable Aftermath aftermath) {

	}

}
