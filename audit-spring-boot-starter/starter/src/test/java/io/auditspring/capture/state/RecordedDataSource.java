package io.auditspring.capture.state;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Takes down the statements that each thread prepares, whoever prepares them.
 */
final class RecordedDataSource extends DelegatingDataSource {

	private static final ThreadLocal<List<String>> STATEMENTS = ThreadLocal.withInitial(ArrayList::new);

	RecordedDataSource(DataSource dataSource) {
		super(dataSource);
	}

	/**
	 * The statements that this thread prepares for something, except for the values of
	 * sequences, which Hibernate fetches ahead now and then.
	 * @param work what it does
	 * @return the statements
	 */
	static List<String> statementsOf(Runnable work) {
		STATEMENTS.get().clear();
		work.run();
		return STATEMENTS.get().stream().filter((sql) -> !sql.contains("nextval")).toList();
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("prepareStatement")) {
						STATEMENTS.get().add((String) arguments[0]);
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
