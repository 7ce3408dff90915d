package io.auditspring.autoconfigure;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.util.Map;

import javax.sql.DataSource;

/**
 * A database that says of itself that it is another product or version.
 */
final class ClaimedProduct {

	private ClaimedProduct() {
	}

	static DataSource of(DataSource database, String product, String version, int major) {
		Map<String, Object> claims = Map.of("getDatabaseProductName", product, "getDatabaseProductVersion", version,
				"getDatabaseMajorVersion", major);
		return with(DataSource.class, database, claims);
	}

	private static <T> T with(Class<T> type, T target, Map<String, Object> claims) {
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, args) -> {
				if (target instanceof DatabaseMetaData && claims.containsKey(method.getName())) {
					return claims.get(method.getName());
				}
				try {
					Object result = method.invoke(target, args);
					if (result instanceof Connection connection) {
						return with(Connection.class, connection, claims);
					}
					return (result instanceof DatabaseMetaData data) ? with(DatabaseMetaData.class, data, claims)
							: result;
				}
				catch (InvocationTargetException ex) {
					throw ex.getCause();
				}
			}));
	}

}
