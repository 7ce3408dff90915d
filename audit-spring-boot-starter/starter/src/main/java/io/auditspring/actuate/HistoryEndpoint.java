/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.capture.internal.state.HistoryTables;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * What Hibernate Envers writes to, and the SQL that creates it: to be put into a
 * migration before an application runs where Hibernate does not make tables.
 *
 * @since 0.1.0
 */
@Endpoint(id = "audithistory")
public final class HistoryEndpoint implements AopInfrastructureBean {

	private final Supplier<List<HistoryTables>> tables;

	private final DataSource database;

	HistoryEndpoint(Supplier<List<HistoryTables>> tables, DataSource database) {
		this.tables = tables;
		this.database = database;
	}

	/**
	 * Tells what Envers writes to.
	 * @return names, and what creates all of them
	 * @throws SQLException if the database cannot say what is missing
	 */
	@ReadOperation
	public HistoryDescriptor history() throws SQLException {
		List<String> names = new ArrayList<>();
		List<String> missing = new ArrayList<>();
		List<String> ddl = new ArrayList<>();
		try (Connection connection = this.database.getConnection()) {
			for (HistoryTables one : this.tables.get()) {
				names.addAll(one.names());
				missing.addAll(one.missing(connection));
				one.ddl(one.names()).forEach((statement) -> ddl.add(statement + ';'));
			}
			if (!connection.getAutoCommit()) {
				connection.commit();
			}
		}
		return new HistoryDescriptor(names, missing, ddl);
	}

	/**
	 * What Envers writes to.
	 *
	 * @param names tables and sequences
	 * @param missing those of them that are not in the database
	 * @param ddl SQL that creates all of them, statement by statement
	 */
	public record HistoryDescriptor(List<String> names, List<String> missing, List<String> ddl) {

	}

}
