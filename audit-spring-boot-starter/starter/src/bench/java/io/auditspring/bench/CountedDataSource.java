package io.auditspring.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Counts, while it is told to, what one thread executes: each statement, and a batch as
 * one. Otherwise it costs nothing.
 */
final class CountedDataSource extends DelegatingDataSource {

	private final AtomicInteger executions = new AtomicInteger();

	private volatile Thread counted = new Thread();

	CountedDataSource(DataSource dataSource) {
		super(dataSource);
	}

	int count(Runnable work) {
		this.executions.set(0);
		this.counted = Thread.currentThread();
		try {
			work.run();
		}
		finally {
			this.counted = new Thread();
		}
		return this.executions.get();
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Thread.currentThread() == this.counted) ? proxy(connection, Connection.class) : connection;
	}

	private <T> T proxy(T target, Class<T> type) {
		return type.cast(
				Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { type }, (proxy, method, given) -> {
					if (method.getName().startsWith("execute")) {
						this.executions.incrementAndGet();
					}
					try {
						Object result = method.invoke(target, given);
						if (target instanceof Connection && result instanceof Statement statement) {
							return statement(statement);
						}
						return result;
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				}));
	}

	private Statement statement(Statement statement) {
		if (statement instanceof CallableStatement callable) {
			return proxy(callable, CallableStatement.class);
		}
		return (statement instanceof PreparedStatement prepared) ? proxy(prepared, PreparedStatement.class)
				: proxy(statement, Statement.class);
	}

}
