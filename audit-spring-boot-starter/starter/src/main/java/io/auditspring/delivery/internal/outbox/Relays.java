/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.OutboxDatabase;
import io.auditspring.database.internal.OutboxDatabases;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.internal.worker.Worker;
import io.auditspring.delivery.internal.worker.WorkerStatus;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * A relay for each database in which entries are staged. Each has a thread of its own, so
 * that one whose database is away holds up no other. What could not be reached when the
 * application started is looked for until it can be.
 */
public final class Relays implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(Relays.class);

	private static final int MOST_ASKED = 64;

	private final Relay main;

	private final OutboxDatabases databases;

	private final Function<OutboxDatabase, Relay> factory;

	private final Map<OutboxDatabase, Relay> others = new ConcurrentHashMap<>();

	private final Worker search;

	private final ThreadFactory askers = BackgroundThreads.numbered("audit-outboxes-");

	/** Databases that are being asked whether they are there. */
	private final Set<String> asked = ConcurrentHashMap.newKeySet();

	/** Of which databases it was told that they lack something. */
	private final Set<String> told = ConcurrentHashMap.newKeySet();

	private final List<Consumer<WorkerStatus>> watchers = new CopyOnWriteArrayList<>();

	private volatile boolean running;

	/**
	 * Creates them.
	 * @param main the relay of the main database, which is waited for by somebody else
	 * @param databases where entries are staged
	 * @param factory makes a relay for another one
	 * @param pollInterval how often to look for a database that is away
	 */
	Relays(Relay main, OutboxDatabases databases, Function<OutboxDatabase, Relay> factory, Duration pollInterval) {
		this.main = main;
		this.databases = databases;
		this.factory = factory;
		this.search = new Worker("audit-outboxes", pollInterval, this::search);
		addOthers();
	}

	private void addOthers() {
		for (OutboxDatabase database : this.databases.all()) {
			if (!database.equals(this.databases.main())) {
				this.others.computeIfAbsent(database, this::create);
			}
		}
	}

	private Relay create(OutboxDatabase database) {
		Relay relay = this.factory.apply(database);
		this.watchers.forEach((watcher) -> watcher.accept(relay.status()));
		return relay;
	}

	/**
	 * The relay that moves a row.
	 * @param row the row
	 * @return its relay
	 */
	public Relay of(StagedRow row) {
		OutboxDatabase database = this.databases.of(row);
		Relay other = (database != null) ? this.others.get(database) : null;
		return (other != null) ? other : this.main;
	}

	/**
	 * Says that something was staged.
	 * @param row what, or {@code null} where that is not known
	 */
	public void wake(@Nullable StagedRow row) {
		((row != null) ? of(row) : this.main).wake();
	}

	// A failure is no reason to wait longer: as soon as the database is there, its
	// transactions should find it prepared. That it is away was told at the start.
	// Nor is another one that takes its time to say so: each is asked on a thread of its
	// own.
	private void search() {
		List<Map.Entry<String, OutboxDatabases.Absent>> absent = new ArrayList<>(this.databases.absent().entrySet());
		// So that each comes to its turn.
		Collections.shuffle(absent);
		for (Map.Entry<String, OutboxDatabases.Absent> one : absent) {
			if (this.running && this.asked.size() < MOST_ASKED && this.asked.add(one.getKey())) {
				this.askers.newThread(() -> prepare(one.getKey(), one.getValue())).start();
			}
		}
		addOthers();
		this.others.values().forEach(Relay::start);
	}

	private void prepare(String name, OutboxDatabases.Absent database) {
		try {
			database.prepare();
			this.databases.absent().remove(name);
			logger.info("The database of '{}' can be reached now", name);
			this.search.wake();
		}
		catch (AuditSetupException ex) {
			if (this.told.add(name)) {
				logger.error("The database of '{}' cannot be prepared for audited transactions: {} {}", name,
						ex.getMessage(), ex.getRemedy());
			}
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The database of '{}' cannot be reached yet", name, LoggedFailure.of(ex));
		}
		finally {
			this.asked.remove(name);
		}
	}

	/**
	 * How the workers are doing.
	 * @return the live status of each
	 */
	public List<WorkerStatus> statuses() {
		return Stream.concat(Stream.of(this.main), this.others.values().stream()).map(Relay::status).toList();
	}

	/**
	 * Tells of each worker, those that there are and those that come.
	 * @param watcher learns of them; of one that comes at this moment perhaps twice
	 */
	public void watch(Consumer<WorkerStatus> watcher) {
		this.watchers.add(watcher);
		statuses().forEach(watcher);
	}

	@Override
	public void start() {
		this.running = true;
		this.main.start();
		this.others.values().forEach(Relay::start);
		if (!this.databases.absent().isEmpty()) {
			this.search.start();
		}
	}

	// That of the main database is stopped after this. None waits for the end of another
	// one: where many databases are away, there would be no time left for the rest of the
	// shutdown.
	@Override
	public void stop() {
		this.running = false;
		this.search.beginStop();
		this.main.beginStop();
		this.others.values().forEach(Relay::beginStop);
		this.search.stop();
		this.others.values().forEach(Relay::stop);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return Relay.PHASE;
	}

}
