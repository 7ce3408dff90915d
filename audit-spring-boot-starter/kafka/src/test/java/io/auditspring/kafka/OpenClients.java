/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * Counts clients of Kafka that are told to report to it, by {@code metric.reporters}.
 */
public final class OpenClients implements MetricsReporter {

	private static final AtomicInteger opened = new AtomicInteger();

	/** A client may close its reporters twice. */
	private static final Set<OpenClients> open = ConcurrentHashMap.newKeySet();

	/** How many there ever were. */
	static int opened() {
		return opened.get();
	}

	/** How many of them are open. */
	static int open() {
		return open.size();
	}

	@Override
	public void init(List<KafkaMetric> metrics) {
		opened.incrementAndGet();
		open.add(this);
	}

	@Override
	public void close() {
		open.remove(this);
	}

	@Override
	public void metricChange(KafkaMetric metric) {
	}

	@Override
	public void metricRemoval(KafkaMetric metric) {
	}

	@Override
	public void configure(Map<String, ?> settings) {
	}

}
