/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what becomes of bundles, knows how far behind each chain is and what holds it
 * up, and tells each trouble once in the log.
 */
public final class ReceivingStatistics {

	private static final Logger logger = LoggerFactory.getLogger(ReceivingStatistics.class);

	/** Whoever can send can be refused as often as he likes. */
	private static final Duration BETWEEN_LINES = Duration.ofMinutes(10);

	private static final Set<Reception.Kind> CAUSES = EnumSet.of(Reception.Kind.INCOMPLETE, Reception.Kind.DELAYED,
			Reception.Kind.PAUSED);

	private static final int MOST_SHOWN = 300;

	private final Map<Reception.Kind, LongAdder> counts = new EnumMap<>(Reception.Kind.class);

	/** Of what cannot be told no more is told in the log. */
	private static final int MAX_TOLD = 1000;

	private final LongAdder entries = new LongAdder();

	private final Map<String, Trouble> troubles = new ConcurrentHashMap<>();

	private final Map<String, Standing> standings = new ConcurrentHashMap<>();

	private final Map<String, Failure> failures = new ConcurrentHashMap<>();

	private final Map<String, String> losses = new ConcurrentHashMap<>();

	/** What cannot be told to sources, and was told in the log. */
	private final Set<String> untellable = ConcurrentHashMap.newKeySet();

	/** The chains that sources were found to have, which are read here. */
	private final Map<String, Set<String>> read = new ConcurrentHashMap<>();

	private final Clock clock;

	private volatile @Nullable Refusal refusal;

	private Instant nextLine = Instant.MIN;

	public ReceivingStatistics() {
		this(Clock.systemUTC());
	}

	ReceivingStatistics(Clock clock) {
		this.clock = clock;
		for (Reception.Kind kind : Reception.Kind.values()) {
			this.counts.put(kind, new LongAdder());
		}
	}

	/**
	 * Why a chain does not get on.
	 *
	 * @param kind what became of the bundle that would have gone on with it
	 * @param size how many entries it has, of which the next one is in trouble
	 * @param reason a sentence
	 */
	public record Trouble(Reception.Kind kind, long size, String reason) {

		/** What cannot be taken leaves a gap before all that comes behind it. */
		private boolean isWhy(Trouble later) {
			return later.kind() == Reception.Kind.GAP && CAUSES.contains(this.kind) && later.size() <= this.size;
		}

		/** What is known already, as it comes once more, gets no chain on. */
		private boolean isOverAt(Reception reception) {
			return reception.kind() == Reception.Kind.APPENDED || this.kind == Reception.Kind.FORK
					|| this.kind == Reception.Kind.PARKED || reception.size() > this.size;
		}

	}

	/**
	 * How far a chain is.
	 *
	 * @param heardAt when its source was heard last, or since when it is waited for
	 * @param missing how many entries its source has that are not here
	 * @param oldestMissing when the first of these was recorded, or {@code null}
	 */
	public record Standing(Instant heardAt, long missing, @Nullable Instant oldestMissing) {

		/**
		 * For how long the oldest entry that is not here has waited.
		 * @param now the time
		 * @return how long
		 */
		public Duration lag(Instant now) {
			Instant oldest = this.oldestMissing;
			return (oldest == null || oldest.isAfter(now)) ? Duration.ZERO : Duration.between(oldest, now);
		}

	}

	/**
	 * A bundle that nobody vouched for.
	 *
	 * @param chain the chain that it said it was of
	 * @param reason a sentence
	 * @param at when it came
	 */
	public record Refusal(String chain, String reason, Instant at) {

	}

	/**
	 * What keeps a source from being read, or told.
	 *
	 * @param reason a sentence
	 * @param since since when
	 * @param untold whether it keeps it from being told
	 */
	private record Failure(String reason, Instant since, boolean untold) {

	}

	void count(String chain, Reception reception) {
		count(reception.kind()).increment();
		this.entries.add(reception.appended());
		if (reception.kind() == Reception.Kind.REFUSED) {
			// What nobody vouches for is not the chain's fault.
			refused(shown(chain), shown(String.valueOf(reception.reason())));
		}
		else if (reception.reason() != null) {
			trouble(chain, reception.kind(), reception.size(), reception.reason());
		}
		else {
			Trouble trouble = this.troubles.get(chain);
			if (trouble != null && trouble.isOverAt(reception)) {
				wellAgain(chain);
			}
		}
	}

	/** Anybody may have written it. */
	private static String shown(String text) {
		String line = text.replaceAll("\\p{Cntrl}", "?");
		return (line.length() > MOST_SHOWN) ? line.substring(0, MOST_SHOWN) + "…" : line;
	}

	private synchronized void refused(String chain, String reason) {
		Instant now = this.clock.instant();
		this.refusal = new Refusal(chain, reason, now);
		if (now.isAfter(this.nextLine)) {
			this.nextLine = now.plus(BETWEEN_LINES);
			logger.error(
					"What came as audit chain '{}' of another ledger was REFUSED: {}. The next ones are counted only",
					chain, reason);
		}
	}

	void parked(String chain, long size, String reason) {
		trouble(chain, Reception.Kind.PARKED, size, reason);
	}

	private void trouble(String chain, Reception.Kind kind, long size, String reason) {
		Trouble trouble = new Trouble(kind, size, reason);
		Trouble before = this.troubles.get(chain);
		if (before != null && before.isWhy(trouble)) {
			return;
		}
		this.troubles.put(chain, trouble);
		boolean known = before != null && (before.kind() == kind || (before.kind() == Reception.Kind.FORK));
		if (known || kind == Reception.Kind.INCOMPLETE) {
			return;
		}
		switch (kind) {
			case FORK, PARKED ->
				logger.error("AUDIT CHAIN '{}' OF ANOTHER LEDGER IS PARKED: {}. It is received again after people have "
						+ "found out why, by audit_unpark", chain, reason);
			case PAUSED ->
				logger.error("Audit chain '{}' of another ledger cannot be received any further: {}", chain, reason);
			default -> logger.warn("Audit chain '{}' of another ledger waits: {}", chain, reason);
		}
	}

	private void wellAgain(String chain) {
		Trouble before = this.troubles.remove(chain);
		if (before != null && before.kind() != Reception.Kind.INCOMPLETE) {
			logger.info("Audit chain '{}' of another ledger is received again", chain);
		}
	}

	/**
	 * Says which chains are registered, which others are forgotten.
	 * @param chains their names
	 */
	public void registered(Collection<String> chains) {
		Instant now = this.clock.instant();
		chains.forEach((chain) -> this.standings.putIfAbsent(chain, new Standing(now, 0, null)));
		this.standings.keySet().retainAll(chains);
		this.troubles.keySet()
			.removeIf((chain) -> !chains.contains(chain) && !chains.contains(Succession.predecessor(chain)));
		this.losses.keySet().retainAll(chains);
	}

	/**
	 * Says how far a chain is here that is not parked, whoever received it.
	 * @param chain its name
	 * @param size how many entries of it are here
	 */
	public void isHere(String chain, long size) {
		// One that was just found to fork may have been looked up before.
		Trouble trouble = this.troubles.get(chain);
		if (trouble != null && (trouble.kind() == Reception.Kind.PARKED || trouble.size() < size)) {
			wellAgain(chain);
		}
	}

	/**
	 * Says how far a chain is, as its source tells it.
	 * @param chain its name
	 * @param missing how many entries the source has that are not here
	 * @param oldestMissing when the first of these was recorded, or {@code null}
	 */
	public void heard(String chain, long missing, @Nullable Instant oldestMissing) {
		this.standings.computeIfPresent(chain,
				(name, before) -> new Standing(this.clock.instant(), missing, oldestMissing));
	}

	/**
	 * Says that a chain goes on under another name: that its source says nothing more of
	 * it is well, unless it said last that something is missing.
	 * @param chain its name
	 */
	public void over(String chain) {
		this.standings.computeIfPresent(chain,
				(name, before) -> new Standing(this.clock.instant(), before.missing(), before.oldestMissing()));
	}

	/**
	 * Whether what comes next of a chain cannot be taken now, whatever else comes.
	 * @param chain its name
	 * @return whether it cannot
	 */
	public boolean isStuck(String chain) {
		Trouble trouble = this.troubles.get(chain);
		return trouble != null && (trouble.kind() == Reception.Kind.PAUSED || trouble.kind() == Reception.Kind.DELAYED);
	}

	/**
	 * Says that another instance receives a chain, and knows what holds it up.
	 * @param chain its name
	 */
	public void elsewhere(String chain) {
		heard(chain, 0, null);
		this.troubles.remove(chain);
	}

	/**
	 * Says which chains a source has, as it is read here.
	 * @param source what it is called
	 * @param chains their names
	 */
	public void reads(String source, Set<String> chains) {
		this.read.put(source, Set.copyOf(chains));
	}

	/**
	 * Whether a source that is read here was found to have a chain.
	 * @param chain its name
	 * @return whether it was
	 */
	public boolean isRead(String chain) {
		return this.read.values().stream().anyMatch((chains) -> chains.contains(chain));
	}

	/**
	 * Says that a source could be read.
	 * @param source what it is called
	 */
	public void reached(String source) {
		if (this.failures.remove(source) != null) {
			logger.info("The source '{}' of audit chains is there again", source);
		}
	}

	/**
	 * Says that a source could not be read.
	 * @param source what it is called
	 * @param why a sentence
	 */
	public void failed(String source, String why) {
		failed(source, why, false);
	}

	/**
	 * Says that sources could not be told what there is to say.
	 * @param source what these are called
	 * @param why a sentence
	 */
	public void untold(String source, String why) {
		failed(source, why, true);
	}

	/**
	 * Says that something of what there is to say cannot be told to a source, which keeps
	 * nothing else from it.
	 * @param source what it is called
	 * @param what a sentence about it
	 */
	void cannotTell(String source, String what) {
		if (this.untellable.size() < MAX_TOLD && this.untellable.add(source + " " + what)) {
			logger.warn("Not everything can be told to the source '{}' of audit chains: {}", source, what);
		}
	}

	private void failed(String source, String why, boolean untold) {
		Failure before = this.failures.get(source);
		this.failures.put(source, new Failure(why, (before != null) ? before.since() : this.clock.instant(), untold));
		if (before == null) {
			logger.warn("The source '{}' of audit chains cannot be {}; it is tried again: {}", source,
					untold ? "told what there is to say" : "read", why);
		}
	}

	/**
	 * Says that entries are not here any more that were safe here.
	 * @param chain their chain
	 * @param what a sentence
	 */
	public void lost(String chain, String what) {
		if (this.losses.put(chain, what) == null) {
			logger.error("THE AUDIT LEDGER HAS LOST ENTRIES of chain '{}' of another ledger: {}", chain, what);
		}
	}

	/**
	 * Says that they are here again, or that none ever were missing.
	 * @param chain their chain
	 */
	public void notLost(String chain) {
		if (this.losses.remove(chain) != null) {
			logger.info("The entries of audit chain '{}' that were lost here have been received again", chain);
		}
	}

	private LongAdder count(Reception.Kind kind) {
		LongAdder count = this.counts.get(kind);
		return (count != null) ? count : new LongAdder();
	}

	/**
	 * How many bundles became that.
	 * @param kind what
	 * @return the number since the start
	 */
	public long bundles(Reception.Kind kind) {
		return count(kind).sum();
	}

	/**
	 * How many entries were appended.
	 * @return the number since the start
	 */
	public long entries() {
		return this.entries.sum();
	}

	/**
	 * What holds chains up.
	 * @return the reason for each of them, by name
	 */
	public Map<String, Trouble> troubles() {
		return new TreeMap<>(this.troubles);
	}

	/**
	 * How far each chain is.
	 * @return that, by name
	 */
	public Map<String, Standing> standings() {
		return new TreeMap<>(this.standings);
	}

	/**
	 * What keeps sources from being read, or told.
	 * @return the reason for each of them, by name
	 */
	public Map<String, String> failures() {
		Map<String, String> reasons = new TreeMap<>();
		this.failures.forEach((source, failure) -> reasons.put(source, failure.reason()));
		return reasons;
	}

	/**
	 * What has kept sources from being told for a while. That one cannot be read shows in
	 * its chains.
	 * @param time since when at the latest
	 * @return the reason for each of them, by name
	 */
	public Map<String, String> untoldSince(Instant time) {
		Map<String, String> reasons = new TreeMap<>();
		this.failures.forEach((source, failure) -> {
			if (failure.untold() && failure.since().isBefore(time)) {
				reasons.put(source, failure.reason());
			}
		});
		return reasons;
	}

	/**
	 * What was safe here and is not here any more.
	 * @return a sentence for each chain, by name
	 */
	public Map<String, String> losses() {
		return new TreeMap<>(this.losses);
	}

	/**
	 * The bundle that was refused last.
	 * @return it, or {@code null} if none was since the start
	 */
	public @Nullable Refusal lastRefusal() {
		return this.refusal;
	}

	Instant now() {
		return this.clock.instant();
	}

}
