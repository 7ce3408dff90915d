/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import javax.sql.DataSource;

import io.auditspring.AuditNotChainedException;
import io.auditspring.AuditNotChainedException.Reason;
import io.auditspring.AuditReceipt;
import io.auditspring.AuditSetupException;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.EntryFollower;
import io.auditspring.delivery.internal.worker.Worker;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.EntryPlaces;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;

/**
 * Tells those who wait for it where their entries are in the ledger. It asks the ledger
 * itself, as any instance may have put them there: at once for what this one has written,
 * else now and then, for a bounded number of entries each time, and only while somebody
 * waits.
 *
 * @since 0.1.0
 */
public final class Receipts implements SmartLifecycle, EntryFollower {

	private static final Logger logger = LoggerFactory.getLogger(Receipts.class);

	/** After the relay, whose last entries are waited for, too. */
	private static final int PHASE = Relay.PHASE - 1;

	private static final Duration PATIENCE = Duration.ofHours(1);

	private static final int MOST_WAITING = 100_000;

	private static final int MOST_LOST = 10_000;

	private static final int BATCH = 500;

	private static final int QUARANTINED_ROWS = 20;

	private final DataSource dataSource;

	private final EntryPlaces places;

	private final Quarantine quarantine;

	private final Worker worker;

	private final Map<UUID, Receipt> waiting = new ConcurrentHashMap<>();

	/** What this instance has written, or has something to say of. */
	private final Queue<Receipt> settled = new ConcurrentLinkedQueue<>();

	/** Those of the map in turn; taken by the worker only. */
	private final Queue<Receipt> turn = new ConcurrentLinkedQueue<>();

	/** What happened before anybody waited, as far as the ledger cannot tell it. */
	private final Map<UUID, Reason> lost = Collections.synchronizedMap(new LinkedHashMap<>() {

		private static final long serialVersionUID = 1L;

		@Override
		protected boolean removeEldestEntry(Map.Entry<UUID, Reason> eldest) {
			return size() > MOST_LOST;
		}

	});

	/** Used by the worker only. */
	private long quarantined;

	private boolean quarantineHidden;

	/** Used by the worker only. */
	private long lookedElsewhere = System.nanoTime();

	private final Duration interval;

	private volatile boolean stopped;

	private volatile boolean running;

	/**
	 * Creates it.
	 * @param dataSource the ledger's database
	 * @param schema where the ledger is
	 * @param quarantine keeps what the ledger refused
	 * @param interval how often to look for what other instances have written
	 */
	Receipts(DataSource dataSource, Schema schema, Quarantine quarantine, Duration interval) {
		this.dataSource = dataSource;
		this.places = new EntryPlaces(schema);
		this.quarantine = quarantine;
		this.interval = interval;
		this.worker = new Worker("audit-receipts", interval, this::look);
	}

	/**
	 * Learns from now on what becomes of entries.
	 * @param statistics counts them
	 */
	public void follow(DeliveryStatistics statistics) {
		statistics.follow(this);
	}

	@Override
	public void delivered(List<Entry> entries) {
		if (this.waiting.isEmpty()) {
			return;
		}
		List<Receipt> awaited = entries.stream()
			.map((entry) -> this.waiting.get(entry.id()))
			.filter(Objects::nonNull)
			.toList();
		if (!awaited.isEmpty()) {
			this.settled.addAll(awaited);
			this.worker.wake();
		}
	}

	@Override
	public void quarantined(List<UUID> entries) {
		entries.forEach((entry) -> giveUp(entry, Reason.QUARANTINED));
	}

	@Override
	public void lost(Entry entry) {
		giveUp(entry.id(), Reason.DISCARDED);
	}

	// Never told on this thread, which may be the relay's: what follows a receipt takes
	// its time.
	private void giveUp(UUID entry, Reason reason) {
		this.lost.put(entry, reason);
		Receipt receipt = this.waiting.get(entry);
		if (receipt != null) {
			receipt.refusal = reason;
			this.settled.add(receipt);
			this.worker.wake();
		}
	}

	/**
	 * The receipt of an entry.
	 * @param entry the entry's id
	 * @param outcome what is recorded of it
	 * @return a receipt for which nothing is done yet
	 */
	public AuditReceipt of(UUID entry, Outcome outcome) {
		return new Receipt(entry, outcome);
	}

	/**
	 * The receipt of an entry where there is no ledger.
	 * @param entry the entry's id
	 * @return a receipt that says so
	 */
	public static AuditReceipt withoutLedger(UUID entry) {
		return new AuditReceipt() {

			@Override
			public UUID entryId() {
				return entry;
			}

			@Override
			public CompletionStage<Place> chained() {
				return CompletableFuture.failedStage(new AuditNotChainedException(entry, Reason.NO_LEDGER));
			}

		};
	}

	private void await(Receipt receipt) {
		if (this.waiting.size() >= MOST_WAITING) {
			receipt.fail(Reason.UNKNOWN);
			return;
		}
		this.waiting.put(receipt.entry, receipt);
		this.turn.add(receipt);
		Reason reason = this.lost.get(receipt.entry);
		if (reason != null) {
			fail(receipt.entry, reason);
		}
		else if (this.stopped) {
			fail(receipt.entry, Reason.STOPPED);
		}
		else if (this.running) {
			this.worker.start();
			// It may be there already.
			this.settled.add(receipt);
			this.worker.wake();
			if (this.stopped) {
				// Meanwhile.
				fail(receipt.entry, Reason.STOPPED);
			}
		}
	}

	private void fail(UUID entry, Reason reason) {
		Receipt receipt = this.waiting.remove(entry);
		if (receipt != null) {
			receipt.fail(reason);
		}
	}

	// Whatever fails, it is looked for again: the ledger does not depend on it.
	private void look() {
		try {
			List<Receipt> known = next(this.settled);
			find(known.stream().filter((receipt) -> !failIfRefused(receipt)).toList());
			if (known.size() == BATCH) {
				this.worker.wake();
			}
			else if (this.stopped || System.nanoTime() - this.lookedElsewhere >= this.interval.toNanos()) {
				this.lookedElsewhere = System.nanoTime();
				lookElsewhere(next(this.turn));
			}
		}
		catch (SQLException | DataAccessException ex) {
			logger.debug("It could not be found out which entries are in the ledger", LoggedFailure.of(ex));
		}
	}

	private boolean failIfRefused(Receipt receipt) {
		Reason refusal = receipt.refusal;
		if (refusal != null) {
			fail(receipt.entry, refusal);
		}
		return refusal != null;
	}

	private static List<Receipt> next(Queue<Receipt> queue) {
		List<Receipt> next = new ArrayList<>();
		for (Receipt receipt = queue.poll(); receipt != null; receipt = (next.size() < BATCH) ? queue.poll() : null) {
			if (!receipt.place.isDone()) {
				next.add(receipt);
			}
		}
		return next;
	}

	private void lookElsewhere(List<Receipt> asked) throws SQLException {
		try {
			find(asked);
			if (!asked.isEmpty()) {
				lookIntoQuarantine();
			}
		}
		finally {
			Instant patient = Instant.now().minus(PATIENCE);
			for (Receipt receipt : asked) {
				if (receipt.since.isBefore(patient)) {
					fail(receipt.entry, Reason.UNKNOWN);
				}
				else if (!receipt.place.isDone()) {
					this.turn.add(receipt);
				}
			}
		}
	}

	private void find(List<Receipt> asked) throws SQLException {
		if (asked.isEmpty()) {
			return;
		}
		Map<UUID, EntryPlaces.Found> found = Transactions.run(this.dataSource, TimeLimits.BRIEF,
				(connection) -> this.places.find(connection, asked.stream().map((receipt) -> receipt.entry).toList()));
		found.forEach((entry, place) -> {
			Receipt receipt = this.waiting.remove(entry);
			if (receipt != null) {
				receipt.found(place);
			}
		});
	}

	// Of other instances. Not everybody may see it.
	private void lookIntoQuarantine() {
		if (this.quarantineHidden) {
			return;
		}
		try {
			for (QuarantinedEntries row : this.quarantine.after(this.quarantined, QUARANTINED_ROWS)) {
				this.quarantined = row.id();
				row.entries().forEach((entry) -> fail(entry.id(), Reason.QUARANTINED));
			}
		}
		catch (AuditSetupException ex) {
			this.quarantineHidden = true;
		}
	}

	@Override
	public void start() {
		this.stopped = false;
		this.running = true;
		if (!this.waiting.isEmpty()) {
			this.worker.start();
		}
	}

	@Override
	public void stop() {
		this.running = false;
		this.stopped = true;
		this.worker.stop();
		List.copyOf(this.waiting.keySet()).forEach((entry) -> fail(entry, Reason.STOPPED));
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * How many entries somebody waits for.
	 * @return their number
	 */
	int size() {
		return this.waiting.size();
	}

	private final class Receipt implements AuditReceipt {

		private final UUID entry;

		private final Outcome outcome;

		private final CompletableFuture<Place> place = new CompletableFuture<>();

		private volatile Instant since = Instant.MAX;

		private volatile @Nullable Reason refusal;

		private boolean awaited;

		private Receipt(UUID entry, Outcome outcome) {
			this.entry = entry;
			this.outcome = outcome;
		}

		@Override
		public UUID entryId() {
			return this.entry;
		}

		@Override
		public CompletionStage<Place> chained() {
			if (isFirst()) {
				this.since = Instant.now();
				await(this);
			}
			return this.place.minimalCompletionStage();
		}

		private synchronized boolean isFirst() {
			boolean first = !this.awaited;
			this.awaited = true;
			return first;
		}

		private void found(EntryPlaces.Found found) {
			if (found.outcome() == this.outcome) {
				this.place.complete(new Place(found.chain(), found.seq(), found.hash()));
			}
			else {
				fail(Reason.ROLLED_BACK);
			}
		}

		private void fail(Reason reason) {
			Reason refused = this.refusal;
			this.place
				.completeExceptionally(new AuditNotChainedException(this.entry, (refused != null) ? refused : reason));
		}

	}

}
