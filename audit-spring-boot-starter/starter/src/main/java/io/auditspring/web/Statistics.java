/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.auditspring.Outcome;
import io.auditspring.query.Activity;

/**
 * How much happened, as the API tells it.
 *
 * @param from when the period begins that was counted
 * @param to when it has ended
 * @param interval how long each bucket is, as ISO 8601
 * @param complete whether that is all that was asked for; if not, there were too many
 * entries before {@code from} to count them one by one
 * @param total how many entries there are
 * @param buckets the entries over time by outcome
 * @param actions the most frequent actions
 * @param actors the most active actors
 */
record Statistics(String from, String to, String interval, boolean complete, long total,
		List<Map<String, Object>> buckets, Map<String, Long> actions, Map<String, Long> actors) {

	static Statistics of(Activity activity, boolean complete) {
		return new Statistics(activity.from().toString(), activity.to().toString(), activity.interval().toString(),
				complete, activity.total(), activity.buckets().stream().map(Statistics::bucket).toList(),
				activity.actions(), activity.actors());
	}

	private static Map<String, Object> bucket(Activity.Bucket bucket) {
		Map<String, Object> result = new LinkedHashMap<>();
		result.put("start", bucket.start().toString());
		for (Outcome outcome : Outcome.values()) {
			result.put(outcome.name().toLowerCase(Locale.ROOT), bucket.outcomes().getOrDefault(outcome, 0L));
		}
		return result;
	}

}
