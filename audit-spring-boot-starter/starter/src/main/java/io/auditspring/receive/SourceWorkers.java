/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.receive.internal.JdbcSource;

import org.springframework.context.SmartLifecycle;

/**
 * Reads each source on a thread of its own, so that one that is slow, or away, holds up
 * no other.
 */
final class SourceWorkers implements SmartLifecycle {

	private final List<Reader> readers;

	private volatile boolean running;

	SourceWorkers(Collection<JdbcSource> sources, Duration interval) {
		this.readers = sources.stream().map((source) -> new Reader(source, interval)).toList();
	}

	/**
	 * What ended the work of sources.
	 * @return the type of the error, by the name of the source
	 */
	Map<String, String> errors() {
		Map<String, String> errors = new TreeMap<>();
		for (Reader reader : this.readers) {
			String error = reader.error();
			if (error != null) {
				errors.put(reader.source.name(), error);
			}
		}
		return errors;
	}

	@Override
	public void start() {
		this.running = true;
		this.readers.forEach(PeriodicWorker::start);
	}

	@Override
	public void stop() {
		this.running = false;
		this.readers.forEach(PeriodicWorker::stop);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** Reads one source. */
	private static final class Reader extends PeriodicWorker {

		private final JdbcSource source;

		private Reader(JdbcSource source, Duration interval) {
			super("audit-receive-" + source.name(), Duration.ZERO, interval);
			this.source = source;
		}

		@Override
		protected void run() {
			this.source.tryToReceive(this::isRunning);
		}

	}

}
