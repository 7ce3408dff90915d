/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much waits in the outbox, and since when. The relay looks now and then, on its own
 * connection: whoever asks gets the last answer and never waits for the database.
 */
public final class Backlog {

	/** Counting further would cost more than it tells. */
	static final long MOST = 1_000_000;

	/** Whoever fills the table with names of chains shall not fill our memory. */
	private static final int MOST_CHAINS = 100;

	private static final Logger logger = LoggerFactory.getLogger(Backlog.class);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	/** A table that is large and not in memory takes its time. */
	private static final TimeLimits LIMITS = new TimeLimits(Duration.ofSeconds(2), Duration.ofSeconds(10));

	/** How much longer than a look the relay works before the next one. */
	private static final int SHARE = 10;

	/** For so long a relay may well be at work without having looked. */
	private static final Duration UNKNOWN = Duration.ofSeconds(30);

	private final Clock clock;

	private final String chain;

	private final String table;

	private final Duration takeOverAfter;

	private final String waiting;

	private final String others;

	/** Those of further databases. */
	private final List<Backlog> included = new CopyOnWriteArrayList<>();

	private volatile Measurement last = new Measurement(Instant.EPOCH, 0, null, null, List.of());

	private long nextLook = System.nanoTime();

	/** Whether the last look was in vain; used by the relay only. */
	private boolean failed;

	/** Since when the relay has neither moved anything nor found out what waits. */
	private volatile @Nullable Instant unknownSince;

	Backlog(Schema schema, String chain, Duration takeOverAfter) {
		this(schema, chain, takeOverAfter, Clock.systemUTC());
	}

	Backlog(Schema schema, String chain, Duration takeOverAfter, Clock clock) {
		this.clock = clock;
		this.chain = chain;
		this.takeOverAfter = takeOverAfter;
		this.table = schema.table("audit_quarantine");
		this.waiting = """
				select count(*), (select created_at from %1$s where chain = ? order by id limit 1)
				from (select from %1$s where chain = ? limit ?) as waiting
				""".formatted(schema.table("audit_outbox"));
		this.others = """
				select chain, oldest.created_at,
					(select count(*) from (select from %1$s where chain = chains.chain limit %2$s) as waiting)
				from (%4$s) as chains
				cross join lateral (
					select created_at from %1$s where chain = chains.chain order by id limit 1
				) as oldest
				where chain <> ?
				and oldest.created_at < clock_timestamp() - make_interval(secs => ?)
				limit %3$s
				""".formatted(schema.table("audit_outbox"), MOST, MOST_CHAINS,
				Sql.chainsOf(schema.table("audit_outbox")));
	}

	/**
	 * The relay begins to move what there is.
	 */
	void begins() {
		if (this.unknownSince == null) {
			this.unknownSince = this.clock.instant();
		}
	}

	/**
	 * The relay has moved what there was.
	 */
	void moved() {
		if (!this.failed) {
			this.unknownSince = null;
		}
	}

	/**
	 * Looks again, if the last time was a while ago. What goes wrong is not the caller's
	 * concern.
	 * @param connection a connection with no transaction open on it
	 */
	void refresh(Connection connection) {
		long begun = System.nanoTime();
		if (begun - this.nextLook < 0) {
			return;
		}
		Instant now = this.clock.instant();
		try {
			this.last = Transactions.run(connection, LIMITS, (own) -> measure(own, now));
			this.failed = false;
			this.unknownSince = null;
		}
		catch (SQLException | RuntimeException ex) {
			this.failed = true;
			logger.debug("The backlog of the outbox could not be measured", LoggedFailure.of(ex));
		}
		long end = System.nanoTime();
		this.nextLook = end + Math.max(INTERVAL.toNanos(), SHARE * (end - begun));
	}

	private Measurement measure(Connection connection, Instant now) throws SQLException {
		Long quarantined = mayReadQuarantine(connection) ? Sql.get(connection,
				"select count(*) from %s where chain = ?".formatted(this.table), (row) -> row.getLong(1), this.chain)
				: null;
		List<Unserved> unserved = Sql.list(connection, this.others,
				(row) -> new Unserved(row.getString(1), row.getLong(3), row.getTimestamp(2).toInstant()), this.chain,
				this.takeOverAfter.toMillis() / 1000.0);
		return Sql.get(connection, this.waiting, (row) -> {
			Timestamp oldest = row.getTimestamp(2);
			return new Measurement(now, row.getLong(1), (oldest != null) ? oldest.toInstant() : null, quarantined,
					unserved);
		}, this.chain, this.chain, MOST);
	}

	/**
	 * What was found last of chains that nobody serves, in this database.
	 * @return the chains
	 */
	List<Unserved> unserved() {
		return this.last.unserved();
	}

	/**
	 * How long the oldest row of a chain that nobody serves has been waiting beyond the
	 * time after which somebody should have moved it.
	 * @return that; zero where there is none
	 */
	public Duration unservedFor() {
		Instant now = this.clock.instant();
		return last().unserved()
			.stream()
			.map((chain) -> Duration.between(chain.oldest().plus(this.takeOverAfter), now))
			.filter((late) -> !late.isNegative())
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	private boolean mayReadQuarantine(Connection connection) throws SQLException {
		return Sql.is(connection, "select has_table_privilege(to_regclass(?), 'select')", this.table);
	}

	/**
	 * Counts in what waits in another database.
	 * @param other its backlog
	 */
	public void include(Backlog other) {
		this.included.add(other);
	}

	/**
	 * What was found last, at most some seconds ago unless the relay has no connection,
	 * or waits for an answer.
	 * @return the measurement
	 */
	public Measurement last() {
		Measurement sum = this.last;
		for (Backlog other : this.included) {
			sum = sum.plus(other.last);
		}
		return sum;
	}

	/**
	 * How long the oldest staged row has been waiting. Where a relay has neither moved
	 * anything nor found out what waits for more than half a minute, it may be as long as
	 * that.
	 * @return that; zero where none is
	 */
	public Duration age() {
		Instant now = this.clock.instant();
		return Stream.concat(Stream.of(this), this.included.stream())
			.map((backlog) -> backlog.age(now))
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	private Duration age(Instant now) {
		Duration known = since(this.last.oldest(), now);
		Duration unknown = since(this.unknownSince, now);
		return (unknown.compareTo(UNKNOWN) > 0 && unknown.compareTo(known) > 0) ? unknown : known;
	}

	private static Duration since(@Nullable Instant begin, Instant now) {
		return (begin != null && begin.isBefore(now)) ? Duration.between(begin, now) : Duration.ZERO;
	}

	/**
	 * What was found.
	 *
	 * @param at when; 1970 if nobody has looked yet
	 * @param rows how many rows, each of one transaction, wait; a million if there are
	 * more
	 * @param oldest since when the first of them has been waiting, {@code null} where
	 * none is
	 * @param quarantined how many rows are in quarantine, {@code null} where the database
	 * user may not know
	 * @param unserved other chains whose rows have been waiting for so long that nobody
	 * seems to serve them
	 */
	public record Measurement(Instant at, long rows, @Nullable Instant oldest, @Nullable Long quarantined,
			List<Unserved> unserved) {

		// The quarantine is with the ledger, so it is counted there.
		private Measurement plus(Measurement other) {
			return new Measurement(this.at, Math.min(this.rows + other.rows, MOST), earlier(this.oldest, other.oldest),
					this.quarantined, Stream.concat(this.unserved.stream(), other.unserved.stream()).toList());
		}

		private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
			if (one == null || other == null) {
				return (one != null) ? one : other;
			}
			return one.isBefore(other) ? one : other;
		}

	}

	/**
	 * A chain whose rows nobody seems to move.
	 *
	 * @param chain its name
	 * @param rows how many rows there are, a million at most
	 * @param oldest since when the first of them has been waiting
	 */
	public record Unserved(String chain, long rows, Instant oldest) {

	}

}
