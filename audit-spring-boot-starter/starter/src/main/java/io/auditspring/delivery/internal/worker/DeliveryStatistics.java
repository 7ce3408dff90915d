/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import io.auditspring.Delivery;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of entries since the application started. What was recorded, by all
 * instances, is at any quiet moment delivered, quarantined, discarded or
 * {@linkplain FailureReason#STOPPED lost}, or it waits in the outbox, the buffer or the
 * spool. What failed for any other reason is kept, so it is among these, too.
 */
public final class DeliveryStatistics {

	private final Clock clock = Clock.systemUTC();

	private final Map<Delivery, LongAdder> recorded = adders(Delivery.class);

	private final LongAdder staged = new LongAdder();

	private final LongAdder delivered = new LongAdder();

	private final LongAdder quarantined = new LongAdder();

	private final LongAdder discarded = new LongAdder();

	private final Map<FailureReason, LongAdder> failed = adders(FailureReason.class);

	private volatile @Nullable Failure lastLoss;

	private volatile @Nullable Failure lastFailure;

	private volatile Observer observer = Observer.NONE;

	private final List<EntryFollower> followers = new CopyOnWriteArrayList<>();

	/**
	 * Counts entries that the application has made. Those of a business transaction are
	 * counted when it has committed; if it was rolled back, those of the failed call are.
	 * @param mode how they are to be delivered
	 * @param entries how many
	 */
	public void recorded(Delivery mode, int entries) {
		adder(this.recorded, (mode == Delivery.DEFAULT) ? Delivery.TRANSACTIONAL : mode).add(entries);
	}

	/**
	 * Counts entries that are committed in the outbox.
	 * @param entries how many
	 */
	public void staged(int entries) {
		this.staged.add(entries);
	}

	/**
	 * Counts entries that are committed in the ledger.
	 * @param batch those of one transaction
	 */
	public void delivered(List<Entry> batch) {
		if (batch.isEmpty()) {
			return;
		}
		this.delivered.add(batch.size());
		this.followers.forEach((follower) -> follower.delivered(batch));
		this.observer.batch(batch.size());
		Instant now = this.clock.instant();
		batch.forEach((entry) -> this.observer.lag(lag(entry, now)));
	}

	// From when the entry was made, which its id tells: the application may say of an
	// event that it occurred long ago.
	private static Duration lag(Entry entry, Instant now) {
		Instant made = Instant.ofEpochMilli(entry.id().getMostSignificantBits() >>> 16);
		return made.isBefore(now) ? Duration.between(made, now) : Duration.ZERO;
	}

	/**
	 * Counts entries that the ledger refused and the quarantine keeps.
	 * @param entries how many
	 */
	public void quarantined(int entries) {
		this.quarantined.add(entries);
	}

	/**
	 * Counts entries that the ledger refused and the quarantine keeps.
	 * @param entries their ids
	 */
	public void quarantined(List<UUID> entries) {
		quarantined(entries.size());
		this.followers.forEach((follower) -> follower.quarantined(entries));
	}

	/**
	 * Says what became of entries that are counted elsewhere.
	 * @param entries those that nothing keeps any more
	 */
	public void gone(List<Entry> entries) {
		entries.forEach((entry) -> this.followers.forEach((follower) -> follower.lost(entry)));
	}

	/**
	 * Tells somebody what becomes of each entry from now on.
	 * @param follower who wants to know
	 */
	public void follow(EntryFollower follower) {
		this.followers.add(follower);
	}

	/**
	 * Counts entries that were dropped because the buffer was full.
	 * @param entries how many
	 */
	public void discarded(int entries) {
		this.discarded.add(entries);
		this.lastLoss = new Failure("the asynchronous buffer was full", this.clock.instant());
	}

	/**
	 * Counts entries that could not be stored when their calls handed them over. They are
	 * kept, and written later.
	 * @param entries how many
	 * @param failure why
	 */
	public void failed(int entries, Exception failure) {
		adder(this.failed, FailureReason.of(failure)).add(entries);
		if (entries > 0) {
			this.lastFailure = new Failure(describe(failure), this.clock.instant());
		}
	}

	/**
	 * Counts entries that could be kept nowhere.
	 * @param entries how many, at least one
	 */
	public void lost(int entries) {
		adder(this.failed, FailureReason.STOPPED).add(entries);
		this.lastLoss = new Failure("neither the database nor the spool took them", this.clock.instant());
	}

	/**
	 * Tells a listener of each batch from now on; there is one.
	 * @param observer the listener
	 */
	public void observe(Observer observer) {
		this.observer = observer;
	}

	public long recorded(Delivery mode) {
		return adder(this.recorded, mode).sum();
	}

	public long staged() {
		return this.staged.sum();
	}

	public long delivered() {
		return this.delivered.sum();
	}

	public long quarantined() {
		return this.quarantined.sum();
	}

	public long discarded() {
		return this.discarded.sum();
	}

	public long failed(FailureReason reason) {
		return adder(this.failed, reason).sum();
	}

	/**
	 * When and why entries were last lost to the ledger.
	 * @return that, or {@code null} if none ever was
	 */
	public @Nullable Failure lastLoss() {
		return this.lastLoss;
	}

	/**
	 * When and why entries could last not be stored when they were handed over. They are
	 * not lost.
	 * @return that, or {@code null} if all could
	 */
	public @Nullable Failure lastFailure() {
		return this.lastFailure;
	}

	/**
	 * Describes a failure without its message, which likes to quote the values of a row.
	 * @param failure the failure
	 * @return its type, and the SQL state where there is one
	 */
	static String describe(Throwable failure) {
		String type = failure.getClass().getSimpleName();
		return (failure instanceof SQLException sql && sql.getSQLState() != null) ? type + ' ' + sql.getSQLState()
				: type;
	}

	private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> type) {
		Map<E, LongAdder> adders = new EnumMap<>(type);
		for (E constant : type.getEnumConstants()) {
			adders.put(constant, new LongAdder());
		}
		return Collections.unmodifiableMap(adders);
	}

	private static <E> LongAdder adder(Map<E, LongAdder> adders, E key) {
		LongAdder adder = adders.get(key);
		if (adder == null) {
			throw new IllegalStateException("Nothing is counted for " + key);
		}
		return adder;
	}

	/**
	 * Something that went wrong.
	 *
	 * @param what what, without any value of an entry
	 * @param at when
	 */
	public record Failure(String what, Instant at) {

	}

	/**
	 * Learns of each batch that has reached the ledger.
	 */
	public interface Observer {

		/** Learns nothing. */
		Observer NONE = new Observer() {

			@Override
			public void batch(int entries) {
			}

			@Override
			public void lag(Duration lag) {
			}

		};

		/**
		 * A batch was committed.
		 * @param entries its size
		 */
		void batch(int entries);

		/**
		 * An entry was committed.
		 * @param lag how long after it was made
		 */
		void lag(Duration lag);

	}

}
