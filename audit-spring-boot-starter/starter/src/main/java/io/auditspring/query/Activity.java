/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.auditspring.Outcome;

/**
 * How much happened in a period.
 *
 * @param from when the period begins; later than asked for where there were too many
 * entries before to count them one by one
 * @param to when it has ended
 * @param interval how long each bucket is
 * @param total how many entries there are
 * @param buckets the entries over time, oldest first; spans without entries are left out
 * @param actions the most frequent actions and how often they happened, most frequent
 * first: of the whole period, where all entries are asked for or one action, else among
 * its newest {@value ActivityQuery#NEWEST} entries
 * @param actors the ids of the most active actors, among the newest
 * {@value ActivityQuery#NEWEST} entries of the period
 * @since 0.1.0
 */
public record Activity(Instant from, Instant to, Duration interval, long total, List<Bucket> buckets,
		Map<String, Long> actions, Map<String, Long> actors) {

	/**
	 * The entries of one span of time.
	 *
	 * @param start when it begins
	 * @param outcomes how many entries have which outcome; outcomes without any are left
	 * out
	 */
	public record Bucket(Instant start, Map<Outcome, Long> outcomes) {

	}

}
