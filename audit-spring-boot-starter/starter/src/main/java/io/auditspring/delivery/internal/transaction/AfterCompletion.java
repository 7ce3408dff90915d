/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.transaction;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.AuditDeliveryException;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * What is left to deliver when a transaction is over, or where there was none.
 */
public final class AfterCompletion {

	private static final String ROLLED_BACK = "The transaction was rolled back";

	private static final String UNANSWERED = "The commit failed or was not answered";

	private final Handover delivery;

	private final EntryFactory factory;

	private final Map<Delivery, List<Entry>> entries = new EnumMap<>(Delivery.class);

	/** Rows of the outbox that must be in the ledger before the caller goes on. */
	private final List<StagedRow> awaited = new ArrayList<>(0);

	private String reason = ROLLED_BACK;

	private volatile boolean settled;

	/** Entries of operations that returned, and did nothing all the same. */
	private Set<UUID> undone = Set.of();

	/** What must be written or not, as it turns out. */
	private List<Doubt> doubtful = List.of();

	AfterCompletion(Handover delivery, EntryFactory factory) {
		this.delivery = delivery;
		this.factory = factory;
	}

	/**
	 * Adds an operation that has ended.
	 * @param ending how it ended
	 */
	public void add(CompletedOperation ending) {
		Entry ended = ending.entry(null);
		if (ended != null) {
			Entry entry = this.factory.withAttempt(this.factory.withUnseen(ended, ending.operation()),
					ending.operation().attempt());
			boolean undone = ending.operation().isUndone();
			boolean returned = undone && entry.outcome() == Outcome.SUCCESS;
			String error = (entry.data().error() != null) ? entry.data().error() : ending.operation().reason();
			add(ending.operation().outline().delivery(),
					returned ? this.factory.failed(entry, ending.record(), error) : entry);
			if (undone) {
				undone(Set.of(entry.id()));
			}
		}
	}

	void add(Delivery mode, Entry entry) {
		this.entries.computeIfAbsent(mode, (key) -> new ArrayList<>(1)).add(entry);
	}

	/**
	 * Adds what returned in a transaction that was rolled back.
	 * @param mode how to deliver it
	 * @param entry the entry, which says that it failed, but not yet why
	 */
	void addUndone(Delivery mode, Entry entry) {
		undone(Set.of(entry.id()));
		add(mode, entry);
	}

	// Most calls have neither, and are many.
	private void undone(Set<UUID> ids) {
		if (this.undone.isEmpty() && !ids.isEmpty()) {
			this.undone = new HashSet<>();
		}
		if (!ids.isEmpty()) {
			this.undone.addAll(ids);
		}
	}

	private void doubtful(List<Doubt> doubts) {
		if (this.doubtful.isEmpty() && !doubts.isEmpty()) {
			this.doubtful = new ArrayList<>(doubts);
		}
		else if (!doubts.isEmpty()) {
			this.doubtful.addAll(doubts);
		}
	}

	/**
	 * Says that nobody knows what became of the transaction.
	 */
	void unanswered() {
		this.reason = UNANSWERED;
	}

	/**
	 * Why what was done in a transaction that was not committed is not there.
	 * @return the words for entries
	 */
	String reason() {
		return this.reason;
	}

	void await(StagedRow row) {
		this.awaited.add(row);
	}

	/**
	 * Makes all that was added so far depend on that a transaction turns out to be lost.
	 * @param row what it staged
	 */
	void onlyIfLost(StagedRow row) {
		onlyIf(row, false);
	}

	/**
	 * Adds what depends on that a transaction turns out to be committed.
	 * @param row what it staged
	 * @param other what is to be delivered in that case
	 */
	void onlyIfCommitted(StagedRow row, AfterCompletion other) {
		other.entries.values().forEach((list) -> list.replaceAll((entry) -> other.explained(entry, null)));
		other.onlyIf(row, true);
		doubtful(other.doubtful);
	}

	private void onlyIf(StagedRow row, boolean committed) {
		List<Entry> all = new ArrayList<>();
		this.entries.values().forEach(all::addAll);
		this.entries.clear();
		if (!all.isEmpty()) {
			doubtful(List.of(new Doubt(row, committed, all)));
		}
	}

	/**
	 * Says that all that was added so far is of earlier attempts at a call that is made
	 * once more. They do not share the ending of the last one.
	 */
	public void attemptedAgain() {
		this.entries.values().forEach(this::ofEarlierAttempts);
		this.doubtful.forEach((doubt) -> ofEarlierAttempts(doubt.entries()));
	}

	// Those after the first know their number.
	private void ofEarlierAttempts(List<Entry> attempts) {
		attempts.replaceAll((entry) -> this.factory.withAttempt(explained(entry, null), 1));
	}

	/**
	 * Moves the entries into a transaction that is about to commit.
	 * @param staged takes those that are to be staged
	 * @param afterCommit takes those that are not
	 * @return how many of those to be staged must be chained
	 */
	int stage(List<Entry> staged, AfterCompletion afterCommit) {
		this.entries.forEach((mode, list) -> {
			if (mode == Delivery.ASYNC) {
				list.forEach((entry) -> afterCommit.add(mode, entry));
			}
			else {
				staged.addAll(list);
			}
		});
		return this.entries.getOrDefault(Delivery.SYNC, List.of()).size();
	}

	/**
	 * Takes the entries of another one, which has none any more.
	 * @param other the other one
	 */
	void takeEntries(AfterCompletion other) {
		other.entries.forEach((mode, list) -> list.forEach((entry) -> add(mode, entry)));
		other.entries.clear();
	}

	void addAll(AfterCompletion other) {
		doubtful(other.doubtful);
		undone(other.undone);
		this.reason = other.reason;
		other.entries.forEach((mode, added) -> added.forEach((entry) -> add(mode, entry)));
		this.awaited.addAll(other.awaited);
	}

	/**
	 * Delivers it. All of it is tried, whatever fails.
	 * @param error what the call ended with, as entries show it, or {@code null}
	 * @throws AuditDeliveryException if that fails and the call must fail for it
	 */
	public void settle(@Nullable String error) {
		this.settled = true;
		settle(error, true, System.nanoTime());
	}

	/**
	 * Whether nobody will deliver what is added from now on.
	 * @return whether it has been delivered
	 */
	boolean isSettled() {
		return this.settled;
	}

	/**
	 * Delivers what nobody has to wait for.
	 * @return whether that was all
	 */
	boolean settleAtOnce() {
		List<Entry> buffered = this.entries.getOrDefault(Delivery.ASYNC, new ArrayList<>(0));
		buffered.replaceAll((entry) -> explained(entry, null));
		buffered.removeIf(this.delivery::offer);
		return buffered.isEmpty();
	}

	/**
	 * Delivers it on a thread that others need, so that nobody waits for room in a
	 * buffer.
	 * @param since when it was there to be delivered, by the JVM's clock
	 */
	void settleLate(long since) {
		this.settled = true;
		settle(null, false, since);
	}

	/**
	 * Leaves it to a thread of ours, where this one can get no connection.
	 * @param error what the call ended with, as entries show it, or {@code null}
	 */
	void keep(@Nullable String error) {
		this.settled = true;
		this.entries.forEach((mode, list) -> {
			list.replaceAll((entry) -> explained(entry, error));
			this.delivery.keep(mode, list);
		});
		deliverDoubtful(error);
	}

	private void settle(@Nullable String error, boolean mayWait, long since) {
		List<Throwable> failures = new ArrayList<>(0);
		this.entries.forEach((mode, list) -> {
			list.replaceAll((entry) -> explained(entry, error));
			attempt(() -> this.delivery.deliver(mode, list, mayWait, since), failures);
		});
		deliverDoubtful(error);
		this.awaited.forEach((row) -> attempt(() -> this.delivery.relayNow(row), failures));
		rethrow(failures);
	}

	private void deliverDoubtful(@Nullable String error) {
		for (Doubt doubt : this.doubtful) {
			if (!doubt.committed()) {
				doubt.entries().replaceAll((entry) -> explained(entry, error));
			}
			this.delivery.deliverInDoubt(doubt.row(), doubt.committed(), doubt.entries());
		}
	}

	private static void attempt(Runnable step, List<Throwable> failures) {
		try {
			step.run();
		}
		catch (RuntimeException | Error ex) {
			// The entries of other modes must not be lost for it.
			failures.add(ex);
		}
	}

	private static void rethrow(List<Throwable> failures) {
		for (Throwable failure : failures) {
			if (failure instanceof Error error) {
				throw error;
			}
		}
		if (!failures.isEmpty()) {
			throw (RuntimeException) failures.get(0);
		}
	}

	private Entry explained(Entry entry, @Nullable String error) {
		return (this.undone.contains(entry.id()) && entry.data().error() == null)
				? this.factory.explained(entry, (error != null) ? error : this.reason) : entry;
	}

	/**
	 * Entries that are to be written if a transaction ended in one of two ways.
	 *
	 * @param row what it staged
	 * @param committed whether they are to be written if it was committed; else, if it
	 * was not
	 * @param entries the entries
	 */
	private record Doubt(StagedRow row, boolean committed, List<Entry> entries) {

	}

}
