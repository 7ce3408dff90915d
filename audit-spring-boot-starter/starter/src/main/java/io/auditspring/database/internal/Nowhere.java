/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;

import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Connections that nobody gets, as there is no ledger.
 */
public final class Nowhere extends AbstractDataSource {

	@Override
	public Connection getConnection() throws SQLException {
		throw new SQLException("There is no audit ledger");
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return getConnection();
	}

}
