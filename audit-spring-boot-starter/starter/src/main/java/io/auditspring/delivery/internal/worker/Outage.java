/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Times in which something fails again and again, one for each place and cause. Such a
 * time is logged when it begins, with all there is to say, then once a minute in one
 * line, and when it is over: when there is success again, and has been no failure for a
 * minute. So what fails now and then fills no log.
 */
public final class Outage {

	private static final Duration MINUTE = Duration.ofMinutes(1);

	/** What there is beyond them is one. */
	private static final int MOST = 50;

	private static final Key ANY = new Key("", "");

	private final Logger logger;

	private final String what;

	private final Clock clock;

	private final Map<Key, Course> courses = new ConcurrentHashMap<>();

	public Outage(Logger logger, String what) {
		this(logger, what, Clock.systemUTC());
	}

	Outage(Logger logger, String what, Clock clock) {
		this.logger = logger;
		this.what = what;
		this.clock = clock;
	}

	/**
	 * Something failed, where there is one place and the cause of one time does not
	 * matter.
	 * @param failure why
	 */
	public void failed(Throwable failure) {
		failed(ANY, failure);
	}

	/**
	 * Something failed in one of several places.
	 * @param place where
	 * @param failure why
	 */
	public void failed(String place, Throwable failure) {
		Key key = new Key(place, DeliveryStatistics.describe(failure));
		failed((this.courses.size() < MOST || this.courses.containsKey(key)) ? key : new Key(place, ""), failure);
	}

	private void failed(Key key, Throwable failure) {
		Instant now = this.clock.instant();
		Course course = this.courses.computeIfAbsent(key, (any) -> new Course(now));
		long failures = course.failed(now);
		if (failures == 1) {
			this.logger.error("{}; what it has to write is kept and tried again", this.what, LoggedFailure.of(failure));
		}
		else if (failures > 1) {
			this.logger.error("{}; {} times since {}, the last time because of {}", this.what, failures, course.since,
					LoggedFailure.text(failure));
		}
	}

	/**
	 * Whether anything has failed that is not over.
	 * @return whether a success is of interest
	 */
	public boolean isOn() {
		return !this.courses.isEmpty();
	}

	/**
	 * Something succeeded, where there is one place.
	 */
	public void over() {
		over("");
	}

	/**
	 * Something succeeded in one of several places.
	 * @param place where
	 */
	public void over(String place) {
		if (isOn()) {
			Instant quiet = this.clock.instant().minus(MINUTE);
			this.courses.forEach((key, course) -> {
				if (key.place().equals(place) && course.isOver(quiet) && this.courses.remove(key, course)) {
					tellTheEnd(course);
				}
			});
		}
	}

	private void tellTheEnd(Course course) {
		this.logger.info("It works again. Before: {}; {} times from {} to {}", this.what, course.failures, course.since,
				course.last);
	}

	/**
	 * What fails.
	 *
	 * @param place where
	 * @param cause the kind of failure
	 */
	private record Key(String place, String cause) {

	}

	/** One of these times. What is to be told is told outside of its lock. */
	private static final class Course {

		private final Instant since;

		private volatile Instant last;

		private volatile long failures;

		private @Nullable Instant told;

		private Course(Instant since) {
			this.since = since;
			this.last = since;
		}

		/** The number of failures, if it is time to tell it, else 0. */
		private synchronized long failed(Instant now) {
			this.failures++;
			this.last = now;
			if (this.told != null && now.isBefore(this.told.plus(MINUTE))) {
				return 0;
			}
			this.told = now;
			return this.failures;
		}

		private boolean isOver(Instant quiet) {
			return !this.last.isAfter(quiet);
		}

	}

}
