/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Makes sure that what Envers writes to is there, as every change of an audited entity
 * fails otherwise. It looks when all beans are there, since what creates the tables may
 * run after the persistence unit was made: Hibernate, Flyway, Liquibase or scripts.
 * <p>
 * A missing table stops the start: the first change would fail with a text of the
 * database that names neither Envers nor what to do. In a persistence unit that is made
 * only when the application is running already, it is an error in the log.
 */
public final class HistoryTablesCheck implements Consumer<HistoryTables>, SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(HistoryTablesCheck.class);

	private final @Nullable CaptureDatabase database;

	private final MissingTables policy;

	private final List<HistoryTables> all = new ArrayList<>();

	private boolean started;

	HistoryTablesCheck(@Nullable CaptureDatabase database, MissingTables policy) {
		this.database = database;
		this.policy = policy;
	}

	@Override
	public void accept(HistoryTables tables) {
		boolean late;
		synchronized (this.all) {
			this.all.add(tables);
			late = this.started;
		}
		if (late) {
			tell(List.of(tables), false);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		List<HistoryTables> found;
		synchronized (this.all) {
			this.started = true;
			found = List.copyOf(this.all);
		}
		tell(found, true);
	}

	/**
	 * What Envers writes to, as far as persistence units were made.
	 * @return tables and sequences, for each persistence unit
	 */
	public List<HistoryTables> all() {
		synchronized (this.all) {
			return List.copyOf(this.all);
		}
	}

	private void tell(List<HistoryTables> found, boolean starting) {
		// Each database behind a router has tables of its own, or none.
		if (this.policy == MissingTables.IGNORE || this.database == null || this.database.isRouted()) {
			return;
		}
		Map<HistoryTables, List<String>> missing = missing(this.database.businessDataSource(),
				found.stream().filter((tables) -> !tables.areOfTenants()).toList());
		if (missing.isEmpty()) {
			return;
		}
		String message = message(missing);
		String remedy = remedy(missing);
		if (starting && this.policy == MissingTables.REFUSE) {
			throw new AuditSetupException(message, remedy);
		}
		if (this.policy == MissingTables.REFUSE) {
			logger.error("{}. {}", message, remedy);
		}
		else {
			logger.warn("{}. {}", message, remedy);
		}
	}

	private static Map<HistoryTables, List<String>> missing(DataSource dataSource, List<HistoryTables> found) {
		Map<HistoryTables, List<String>> missing = new LinkedHashMap<>();
		if (found.isEmpty()) {
			return missing;
		}
		try (Connection connection = dataSource.getConnection()) {
			for (HistoryTables tables : found) {
				List<String> names = tables.missing(connection);
				if (!names.isEmpty() && !tables.areOutOfSight(connection)) {
					missing.put(tables, names);
				}
			}
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
		}
		catch (SQLException ex) {
			logger.warn("It could not be checked whether the tables that Envers writes to are there", ex);
		}
		return missing;
	}

	private static String message(Map<HistoryTables, List<String>> missing) {
		return "Hibernate Envers writes to what is not there, so that every change of an audited entity would fail: "
				+ missing.entrySet()
					.stream()
					.flatMap((one) -> one.getValue()
						.stream()
						.map((name) -> (one.getKey().isSequence(name) ? "sequence " : "table ") + name))
					.collect(Collectors.joining(", "));
	}

	private static String remedy(Map<HistoryTables, List<String>> missing) {
		String ddl = missing.entrySet()
			.stream()
			.flatMap((one) -> one.getKey().ddl(one.getValue()).stream())
			.collect(Collectors.joining(";\n\n", "\n\n", ";\n\n"));
		return "Create it, for instance in a migration of yours:" + ddl
				+ "Where this application never changes audited entities, set audit.envers.missing-tables=warn or ignore.";
	}

}
