/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Lets Flyway run where a session is shared, as behind PgBouncer in transaction mode:
 * Flyway sets the search path of its session, and whoever got that session next would not
 * find his tables. Here the setting ends with its transaction. It is not needed beyond
 * that, as migrations, and Flyway for its own table, name the schema everywhere.
 */
final class SharedSessionDataSource extends DelegatingDataSource {

	/** What Flyway 12 executes; {@code false} stands for the session. */
	static final String FOR_SESSION = "SELECT set_config('search_path', ?, false)";

	private static final String FOR_TRANSACTION = "SELECT set_config('search_path', ?, true)";

	private volatile boolean recognized;

	SharedSessionDataSource(DataSource target) {
		super(target);
	}

	/**
	 * Whether Flyway set the search path by the statement known here. If it did not, it
	 * may have found another way, whose setting outlives the transaction.
	 * @return whether it did, through any connection
	 */
	boolean isRecognized() {
		return this.recognized;
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (arguments != null && FOR_SESSION.equals(arguments[0])) {
						arguments[0] = FOR_TRANSACTION;
						this.recognized = true;
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
