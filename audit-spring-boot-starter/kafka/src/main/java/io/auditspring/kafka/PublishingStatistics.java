/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how far the chain was sent, what keeps it from being sent, and what was asked for
 * by nobody whose key is known. Tells each trouble once in the log.
 */
final class PublishingStatistics {

	private static final Logger logger = LoggerFactory.getLogger(ChainPublisher.class);

	private static final Duration BETWEEN_LINES = Duration.ofMinutes(10);

	private final Clock clock = Clock.systemUTC();

	private final LongAdder entries = new LongAdder();

	private final LongAdder bundles = new LongAdder();

	private final LongAdder resent = new LongAdder();

	private final LongAdder refused = new LongAdder();

	/**
	 * What cannot be taken of what the receiving ledger says, and was told in the log.
	 */
	private final Set<String> untakeable = ConcurrentHashMap.newKeySet();

	private volatile Standing standing = new Standing(null, 0, 0, 0, 0, 0, false, null);

	private volatile @Nullable String failure;

	private volatile @Nullable Failure lastFailure;

	private volatile @Nullable String stopped;

	private Instant nextLine = Instant.MIN;

	private Instant nextOfGone = Instant.MIN;

	private Instant nextOfHolds = Instant.MIN;

	/**
	 * How far the chain was sent.
	 *
	 * @param chain its name, or {@code null} before it has begun
	 * @param size how many entries it has
	 * @param sent how many of them Kafka has
	 * @param mark how many of these the database remembers as sent
	 * @param stored how many the receiving ledger says it has
	 * @param safe how many of these it says are safe
	 * @param here whether this instance sends them, and not another
	 * @param behindSince since when entries wait that were not sent, or {@code null} if
	 * none do
	 */
	record Standing(@Nullable String chain, long size, long sent, long mark, long stored, long safe, boolean here,
			@Nullable Instant behindSince) {

		Duration lag(Instant now) {
			return (this.behindSince != null && this.behindSince.isBefore(now))
					? Duration.between(this.behindSince, now) : Duration.ZERO;
		}

	}

	/**
	 * Why it could not be sent.
	 *
	 * @param at when
	 * @param reason a sentence
	 */
	record Failure(Instant at, String reason) {

	}

	void sent(int bundles, long entries) {
		this.bundles.add(bundles);
		this.entries.add(entries);
	}

	void resent() {
		this.resent.increment();
	}

	void stands(String chain, long size, long sent, long mark, boolean here) {
		Standing before = this.standing;
		Instant since = (here && size > sent)
				? ((before.behindSince() != null) ? before.behindSince() : this.clock.instant()) : null;
		this.standing = new Standing(chain, size, sent, mark, before.stored(), before.safe(), here, since);
	}

	void receipts(long stored, long safe) {
		Standing before = this.standing;
		this.standing = new Standing(before.chain(), before.size(), before.sent(), before.mark(), stored, safe,
				before.here(), before.behindSince());
	}

	/** It cannot be sent now, and is tried again. */
	void failed(String why) {
		if (this.failure == null) {
			logger.warn("Audit entries cannot be sent by Kafka; they are kept, and it is tried again: {}", why);
		}
		this.failure = why;
		this.lastFailure = new Failure(this.clock.instant(), why);
	}

	/** It is not sent before somebody has found out why. */
	void stopped(String why) {
		if (this.stopped == null) {
			logger.error("THE AUDIT LEDGER IS NOT WHAT IT SHOULD BE. None of it is sent by Kafka any more: {}", why);
		}
		this.stopped = why;
		this.lastFailure = new Failure(this.clock.instant(), why);
	}

	void well() {
		if (this.failure != null || this.stopped != null) {
			logger.info("Audit entries are sent by Kafka again");
		}
		this.failure = null;
		this.stopped = null;
	}

	/** Anybody who may write to the topic can send anything, as often as he likes. */
	void refused(String what) {
		this.refused.increment();
		Instant now = this.clock.instant();
		if (now.isAfter(this.nextLine)) {
			this.nextLine = now.plus(BETWEEN_LINES);
			logger.error(
					"What came by Kafka as if from the receiving audit ledger was REFUSED: {}. The next ones are counted only",
					what);
		}
	}

	/** It asks every few minutes. */
	void gone(String chain, long from, long first) {
		Instant now = this.clock.instant();
		if (now.isAfter(this.nextOfGone)) {
			this.nextOfGone = now.plus(BETWEEN_LINES);
			logger
				.warn("The audit ledger that receives chain '{}' asks for entry {} and what follows, and the first that is left here is {}. "
						+ "What was retired here is in the copies that made it safe there: its archive, its standby, its backups",
						chain, from, first);
		}
	}

	/** What keeps nothing else from being taken; it is said again and again. */
	void cannotTake(String what) {
		if (this.untakeable.add(what)) {
			logger.warn("Not everything can be taken that the receiving audit ledger says: {}", what);
		}
	}

	/** They are said each minute. */
	void holdsOfAnotherTime(Duration age) {
		Instant now = this.clock.instant();
		if (now.isAfter(this.nextOfHolds)) {
			this.nextOfHolds = now.plus(BETWEEN_LINES);
			logger.warn(
					"The legal holds of the receiving audit ledger are NOT TAKEN: they were signed {} min {} by the clock here, and at most {} are allowed. "
							+ "Either the clocks differ, or somebody repeats old ones",
					age.abs().toMinutes(), age.isNegative() ? "from now" : "ago", CentreMessages.NO_OLDER.toMinutes());
		}
	}

	Standing standing() {
		return this.standing;
	}

	@Nullable String failure() {
		return this.failure;
	}

	@Nullable Failure lastFailure() {
		return this.lastFailure;
	}

	@Nullable String stoppedFor() {
		return this.stopped;
	}

	Instant now() {
		return this.clock.instant();
	}

	long entries() {
		return this.entries.sum();
	}

	long bundles() {
		return this.bundles.sum();
	}

	long resends() {
		return this.resent.sum();
	}

	long refusals() {
		return this.refused.sum();
	}

}
