/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.time.Duration;

/**
 * How long a transaction of ours may wait. They stand in for whatever the server or the
 * role sets, which is made for other work, and end with the transaction.
 *
 * @param lock how long to wait for a lock
 * @param statement how long a statement may take
 */
public record TimeLimits(Duration lock, Duration statement) {

	/** For threads of our own, which have time. */
	public static final TimeLimits PATIENT = new TimeLimits(Duration.ofSeconds(30), Duration.ofMinutes(5));

	/** For work that somebody else should do. */
	public static final TimeLimits OBLIGING = new TimeLimits(Duration.ofSeconds(2), Duration.ofMinutes(1));

	/** For looks at what is there, which wait for nobody but whoever locks a table. */
	public static final TimeLimits BRIEF = within(Duration.ofSeconds(2));

	/**
	 * A process that is frozen while it holds the head of a chain keeps everybody from
	 * it, until the server ends its session. Nothing of ours pauses for so long.
	 */
	private static final Duration FROZEN = Duration.ofSeconds(30);

	/** How much longer an answer may take than the server has for it. */
	private static final Duration UNANSWERED = Duration.ofSeconds(10);

	/**
	 * For a thread that somebody waits for.
	 * @param timeout how long at most, for each lock and for each statement
	 * @return the limits
	 */
	public static TimeLimits within(Duration timeout) {
		return new TimeLimits(timeout, timeout);
	}

	/**
	 * For how long a server may say nothing. One that is there answers within its own
	 * limits.
	 * @return milliseconds
	 */
	int silence() {
		return Math.toIntExact(this.statement.plus(UNANSWERED).toMillis());
	}

	/**
	 * The statements that begin a transaction; one round trip. Whatever the pool's
	 * default isolation is: under a stricter one the head of a chain that moved meanwhile
	 * could not be locked. And a host that vanished without a word must not hold the head
	 * for the two hours that TCP takes to notice by default. What a whole transaction may
	 * take can be limited from PostgreSQL 17 on; each of its steps has its limit here.
	 * <p>
	 * Plans that are made while the outbox is empty are kept, and would read all of it
	 * for each row when it is not: everything is found by an index.
	 * @return SQL
	 */
	String begin() {
		return """
				set transaction isolation level read committed;
				select set_config('lock_timeout', '%s', true),
					set_config('statement_timeout', '%s', true),
					set_config('idle_in_transaction_session_timeout', '%s', true),
					set_config('tcp_keepalives_idle', '10', true),
					set_config('tcp_keepalives_interval', '5', true),
					set_config('enable_seqscan', 'off', true),
					case when current_setting('transaction_timeout', true) is not null
						then set_config('transaction_timeout', '0', true) end
				""".formatted(this.lock.toMillis(), this.statement.toMillis(), FROZEN.toMillis());
	}

}
