/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * One instance of the centre, as a process of its own that can be killed and frozen.
 */
final class ReceivingProcess {

	/** What it logs when it notices that entries are missing. */
	private static final Pattern WAITS = Pattern
		.compile(".*Audit chain '(.+)' of another ledger waits: entries .* are missing.*");

	private final Carriers carriers;

	private final String instance;

	/** When it noticed last that entries of a chain are missing, by the JVM's clock. */
	private final Map<String, Long> noticed = new ConcurrentHashMap<>();

	private final List<String> errors = new CopyOnWriteArrayList<>();

	private ChildProcess process;

	ReceivingProcess(Carriers carriers, String instance) {
		this.carriers = carriers;
		this.instance = instance;
		this.process = start();
	}

	private ChildProcess start() {
		return this.carriers.start("centre", this.instance, this.carriers.centreDatabase, this.carriers.receiving(),
				this::hear);
	}

	private boolean hear(String line) {
		// An instance that is frozen while it signs keeps the other from signing, which
		// says so.
		if (ChildApplication.needsPeople(line) && !line.contains("CheckpointWorker")) {
			this.errors.add(line);
		}
		Matcher waits = WAITS.matcher(line);
		if (waits.matches()) {
			this.noticed.put(waits.group(1), System.nanoTime());
		}
		return false;
	}

	ReceivingProcess awaitBegun() {
		if (!this.process.begins()) {
			supervise();
			this.process.awaitBegun();
		}
		return this;
	}

	/** Lines of its log that say that people are to look. */
	List<String> errors() {
		return this.errors;
	}

	/** When it noticed last that entries are missing, or {@code null}. */
	@Nullable Long noticedAt(String chain) {
		return this.noticed.get(chain);
	}

	/** Kills it, and starts it again. */
	void kill() {
		this.process.kill();
		this.process = start();
	}

	/** One whose database was killed while it started is started again. */
	private void supervise() {
		if (!this.process.isAlive()) {
			this.process = start();
		}
	}

	void freeze() {
		supervise();
		this.process.freeze();
	}

	void thaw() {
		this.process.thaw();
	}

	void stop() {
		this.process.close();
	}

	@Override
	public String toString() {
		return this.instance;
	}

}
