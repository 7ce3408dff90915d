/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.OutboxDatabases.Place;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The databases that a routing data source leads to. A primary and its replicas are one;
 * with a database for each tenant, each has an outbox, and the one that is the default,
 * or is marked to be, holds the ledger, too.
 * <p>
 * A target that cannot be reached may be a replica, which nobody needs, or a tenant's
 * database, without which the other tenants can do: it is no reason not to start.
 */
final class RoutedDatabases {

	private static final Logger logger = LoggerFactory.getLogger(RoutedDatabases.class);

	/** What the ledger's database is called where it is no target. */
	private static final String MARKED = "@AuditDataSource";

	private static final String POSTGRESQL = "PostgreSQL";

	private static final int MOST_AT_ONCE = 64;

	/** What does not answer for so long is away; pools give up by then, too. */
	private static final Duration PATIENCE = Duration.ofSeconds(35);

	private final @Nullable DataSource marked;

	private final RoutingTargets targets;

	private final Question holdsLedger;

	private final UnaryOperator<DataSource> reserved;

	private final Map<String, Place> primaries = new LinkedHashMap<>();

	/** Targets that hold a ledger from earlier starts. */
	private final Set<String> ledgers = new LinkedHashSet<>();

	private final Map<String, Exception> absent = new LinkedHashMap<>();

	/**
	 * Looks at all targets.
	 * @param marked where the ledger shall be, or {@code null}
	 * @param targets what the data source leads to
	 * @param holdsLedger finds out whether a database has a ledger already
	 * @param reserved gives the connections to work with
	 */
	RoutedDatabases(@Nullable DataSource marked, RoutingTargets targets, Question holdsLedger,
			UnaryOperator<DataSource> reserved) {
		this.marked = marked;
		this.targets = targets;
		this.holdsLedger = holdsLedger;
		this.reserved = reserved;
		explore();
	}

	// As soon as one is away, the others are asked at the same time: each that is away
	// takes its time to say so.
	private void explore() {
		Deque<String> names = new ArrayDeque<>(this.targets.all().keySet());
		while (!names.isEmpty() && this.absent.isEmpty()) {
			String name = names.remove();
			FutureTask<Found> here = new FutureTask<>(() -> explore(name));
			here.run();
			add(name, here);
		}
		if (!names.isEmpty()) {
			exploreTogether(List.copyOf(names));
		}
	}

	private void exploreTogether(List<String> names) {
		ExecutorService threads = Executors.newFixedThreadPool(Math.min(names.size(), MOST_AT_ONCE),
				BackgroundThreads.numbered("audit-databases-"));
		try {
			List<Future<Found>> found = threads.invokeAll(
					names.stream().map((name) -> (Callable<Found>) () -> explore(name)).toList(), PATIENCE.toMillis(),
					TimeUnit.MILLISECONDS);
			for (int i = 0; i < names.size(); i++) {
				add(names.get(i), found.get(i));
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static IllegalStateException interrupted(InterruptedException cause) {
		Thread.currentThread().interrupt();
		return new IllegalStateException("Interrupted while databases were asked what they are", cause);
	}

	private Found explore(String name) throws SQLException {
		try (Connection connection = Objects.requireNonNull(this.targets.all().get(name)).getConnection()) {
			Place place = place(connection);
			boolean holdsLedger = place != null && !place.readOnly() && this.holdsLedger.of(connection);
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			return new Found(place, holdsLedger);
		}
	}

	private void add(String name, Future<Found> future) {
		try {
			Found found = future.get();
			if (found.place() != null && !found.place().readOnly()) {
				this.primaries.put(name, found.place());
				if (found.holdsLedger()) {
					this.ledgers.add(name);
				}
			}
		}
		catch (InterruptedException ex) {
			throw interrupted(ex);
		}
		catch (CancellationException ex) {
			this.absent.put(name,
					new SQLTimeoutException("It did not answer within " + PATIENCE.toSeconds() + " s", ex));
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			this.absent.put(name, (ex.getCause() instanceof Exception cause) ? cause : ex);
		}
	}

	// An application may have other databases, too, in which nothing is audited.
	private static @Nullable Place place(Connection connection) throws SQLException {
		return connection.getMetaData().getDatabaseProductName().equals(POSTGRESQL) ? Place.of(connection) : null;
	}

	private static @Nullable Place place(DataSource database) throws SQLException {
		try (Connection connection = database.getConnection()) {
			Place place = place(connection);
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			return place;
		}
	}

	/**
	 * Whether it may lead to more than one database.
	 * @return {@code false} where it is known that it does not
	 */
	boolean areSeveral() {
		return servers() > 1 || (servers() == 1 && !this.absent.isEmpty());
	}

	private long servers() {
		return this.primaries.values().stream().map(Place::server).distinct().count();
	}

	/**
	 * Where the ledger is.
	 * @return connections to it
	 */
	DataSource ledger() {
		DataSource ledger = (this.marked != null) ? this.marked : this.targets.byDefault();
		if (ledger == null || isReplica(ledger)) {
			ledger = only();
		}
		if (ledger == null) {
			throw new AuditSetupException(
					"The data source routes to several databases, %s, and it is open which of them holds the ledger"
						.formatted(this.targets.all().keySet()),
					"Mark a data source for the ledger with @AuditDataSource, or give the routing data source a default "
							+ "target (setDefaultTargetDataSource).");
		}
		return ledger;
	}

	private boolean isReplica(DataSource target) {
		String name = this.targets.name(target);
		return name != null && !this.primaries.containsKey(name) && !this.absent.containsKey(name);
	}

	/**
	 * The target that is the primary, where all lead to one database.
	 * @return connections to it, or {@code null} if it is open which target that is
	 */
	@Nullable DataSource primary() {
		DataSource byDefault = this.targets.byDefault();
		String name = (byDefault != null) ? this.targets.name(byDefault) : null;
		if (name != null && this.primaries.containsKey(name)) {
			return byDefault;
		}
		return (this.primaries.size() == 1) ? this.targets.all().get(this.primaries.keySet().iterator().next()) : null;
	}

	// Of a primary whose replicas are away; not of a tenant while the others are away.
	private @Nullable DataSource only() {
		return (servers() == 1)
				? this.ledgers.stream().findFirst().map((name) -> this.targets.all().get(name)).orElse(null) : null;
	}

	/**
	 * Prepares all databases for their parts.
	 * @param forLedger prepares one for the ledger and, if told so, an outbox
	 * @param forOutbox prepares one for an outbox
	 * @return those in which entries are staged
	 */
	OutboxDatabases prepare(BiConsumer<DataSource, Boolean> forLedger, Consumer<DataSource> forOutbox) {
		DataSource ledger = ledger();
		forLedger.accept(ledger, true);
		Place place = ledgerPlace(ledger);
		OutboxDatabase main = new OutboxDatabase(nameOfLedger(ledger, place), this.reserved.apply(ledger), true);
		OutboxDatabases databases = new OutboxDatabases(main);
		databases.add(place, main);
		this.primaries.forEach((name, primary) -> add(databases, name, primary, forOutbox));
		this.absent.forEach((name, failure) -> addAbsent(databases, name, failure, forOutbox));
		return databases;
	}

	private Place ledgerPlace(DataSource ledger) {
		try {
			return Objects.requireNonNull(place(ledger), "The ledger needs PostgreSQL");
		}
		catch (SQLException ex) {
			throw new AuditSetupException("The database of the ledger cannot be used: " + ex.getMessage(),
					"Make sure that it can be reached.", ex);
		}
	}

	private String nameOfLedger(DataSource ledger, Place place) {
		String name = this.targets.name(ledger);
		return (name != null) ? name
				: this.primaries.entrySet()
					.stream()
					.filter((primary) -> primary.getValue().server().equals(place.server()))
					.map(Map.Entry::getKey)
					.findFirst()
					.orElse(MARKED);
	}

	private void add(OutboxDatabases databases, String name, Place place, Consumer<DataSource> forOutbox) {
		DataSource target = Objects.requireNonNull(this.targets.all().get(name));
		if (!databases.knows(place)) {
			forOutbox.accept(target);
		}
		databases.add(place, new OutboxDatabase(name, this.reserved.apply(target), false));
	}

	private void addAbsent(OutboxDatabases databases, String name, Exception failure, Consumer<DataSource> forOutbox) {
		logger.warn(
				"The database of '{}', a target of the routing data source, cannot be reached. It is looked for "
						+ "until it can be; till then audited transactions in it are refused, unless it is a replica",
				name, LoggedFailure.of(failure));
		DataSource target = Objects.requireNonNull(this.targets.all().get(name));
		databases.addAbsent(name, () -> {
			Place place = place(target);
			if (place != null && !place.readOnly()) {
				add(databases, name, place, forOutbox);
			}
		});
	}

	/**
	 * What a target leads to.
	 *
	 * @param place the place, or {@code null} where nothing can be audited
	 * @param holdsLedger whether it is a primary that holds a ledger
	 */
	private record Found(@Nullable Place place, boolean holdsLedger) {

	}

	/**
	 * Something to find out about a database.
	 */
	@FunctionalInterface
	interface Question {

		boolean of(Connection connection) throws SQLException;

	}

}
