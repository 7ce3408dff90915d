package io.auditspring.query;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Notes the statements that are executed through a data source, with their parameters.
 */
final class StatementLog {

	private final List<Executed> executed = new ArrayList<>();

	DataSource watching(DataSource dataSource) {
		return proxy(DataSource.class, (method, arguments) -> {
			Object result = method.invoke(dataSource, arguments);
			return (result instanceof Connection connection) ? watching(connection) : result;
		});
	}

	private Connection watching(Connection connection) {
		return proxy(Connection.class, (method, arguments) -> {
			Object result = method.invoke(connection, arguments);
			return (result instanceof PreparedStatement statement && arguments != null)
					? watching(statement, (String) arguments[0]) : result;
		});
	}

	private PreparedStatement watching(PreparedStatement statement, String sql) {
		Map<Integer, String> parameters = new TreeMap<>();
		return proxy(PreparedStatement.class, (method, arguments) -> {
			if (method.getName().startsWith("set") && arguments != null && arguments.length >= 2
					&& arguments[0] instanceof Integer index) {
				parameters.put(index, String.valueOf(arguments[1]));
			}
			if (method.getName().equals("executeQuery")) {
				this.executed.add(new Executed(sql, List.copyOf(parameters.values())));
			}
			return method.invoke(statement, arguments);
		});
	}

	List<Executed> takeAll() {
		List<Executed> all = List.copyOf(this.executed);
		this.executed.clear();
		return all;
	}

	private static <T> T proxy(Class<T> type, Invocation invocation) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (self, method, arguments) -> {
				try {
					return invocation.invoke(method, arguments);
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}));
	}

	private interface Invocation {

		@Nullable Object invoke(Method method, Object @Nullable [] arguments) throws Throwable;

	}

	/**
	 * A statement.
	 *
	 * @param sql its text, with question marks for parameters
	 * @param parameters what they were set to
	 */
	record Executed(String sql, List<String> parameters) {

		/** How PostgreSQL prepares it. */
		String prepare(String name) {
			StringBuilder prepared = new StringBuilder("prepare ").append(name).append(" as ");
			int number = 0;
			for (char character : this.sql.toCharArray()) {
				if (character == '?') {
					prepared.append('$').append(++number);
				}
				else {
					prepared.append(character);
				}
			}
			return prepared.toString();
		}

		String execute(String name) {
			return this.parameters.isEmpty() ? "execute " + name
					: this.parameters.stream()
						.map((value) -> "'" + value.replace("'", "''") + "'")
						.collect(java.util.stream.Collectors.joining(", ", "execute " + name + "(", ")"));
		}

	}

}
