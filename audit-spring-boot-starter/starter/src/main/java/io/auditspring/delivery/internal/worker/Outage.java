/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A time in which something fails again and again. It is logged when it begins, with all
 * there is to say, then once a minute in one line, and when it is over.
 */
public final class Outage {

	private static final Duration REMINDER = Duration.ofMinutes(1);

	private final Logger logger;

	private final String what;

	private volatile @Nullable Instant since;

	private Instant told = Instant.EPOCH;

	private long failures;

	public Outage(Logger logger, String what) {
		this.logger = logger;
		this.what = what;
	}

	public synchronized void failed(Throwable failure) {
		this.failures++;
		Instant now = Instant.now();
		if (this.since == null) {
			this.since = now;
			this.told = now;
			this.logger.error("{}; what it has to write is kept and tried again", this.what, LoggedFailure.of(failure));
		}
		else if (this.told.plus(REMINDER).isBefore(now)) {
			this.told = now;
			this.logger.error("{}; {} times since {}, the last time because of {}", this.what, this.failures,
					this.since, LoggedFailure.text(failure));
		}
	}

	public void over() {
		if (this.since != null) {
			tellTheEnd();
		}
	}

	private synchronized void tellTheEnd() {
		if (this.since != null) {
			this.logger.info("It works again. Before: {}; {} times since {}", this.what, this.failures, this.since);
			this.since = null;
			this.failures = 0;
		}
	}

}
