/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * How entries are written, and how long that may take.
 *
 * @param batch how entries are written
 * @param relay how staged entries reach the ledger
 * @param sync callers that wait for the audit database
 */
@ConfigurationProperties("audit")
public record WritingProperties(@DefaultValue Batch batch, @DefaultValue Relay relay, @DefaultValue Sync sync) {

	// Spring asks every bean for it at the start, and Java would first make one for each
	// of the records in here.
	@Override
	public int hashCode() {
		return 1;
	}

	/**
	 * How entries are written.
	 *
	 * @param size the most entries, or staged transactions, to write at once
	 * @param linger how long a batch waits to fill
	 */
	public record Batch(@DefaultValue("1000") int size, @DefaultValue("20ms") Duration linger) {

		public Batch {
			Assert.isTrue(size > 0, () -> "audit.batch.size takes a number above 0, not " + size);
			Assert.isTrue(!linger.isNegative(),
					() -> "audit.batch.linger takes a duration of 0 or more, not " + linger);
		}

	}

	/**
	 * How staged entries reach the ledger.
	 *
	 * @param pollInterval how often to look for entries that an instance which is gone
	 * left behind
	 * @param takeOverAfter how long entries of another chain wait, as after audit.chain
	 * was changed, until they are moved to that chain by whoever is there
	 */
	public record Relay(@DefaultValue("1s") Duration pollInterval, @DefaultValue("1m") Duration takeOverAfter) {

		public Relay {
			Assert.isTrue(!takeOverAfter.isNegative(),
					() -> "audit.relay.take-over-after takes a duration of 0 or more, not " + takeOverAfter);
			Assert.isTrue(pollInterval.toMillis() > 0,
					() -> "audit.relay.poll-interval takes a duration of at least 1ms, not " + pollInterval);
		}

	}

	/**
	 * Callers that wait for the audit database.
	 *
	 * @param timeout how long a caller that waits for the audit database waits for a
	 * lock, and for a statement
	 */
	public record Sync(@DefaultValue("5s") Duration timeout) {

		public Sync {
			Assert.isTrue(timeout.toMillis() > 0,
					() -> "audit.sync.timeout takes a duration of at least 1ms, not " + timeout);
		}

	}

}
