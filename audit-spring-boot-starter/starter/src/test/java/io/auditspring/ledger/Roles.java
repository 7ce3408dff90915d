package io.auditspring.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The roles of least privilege, set up by the script that operators run.
 */
public final class Roles {

	private static final AtomicInteger USERS = new AtomicInteger();

	private Roles() {
	}

	/**
	 * Runs the script.
	 * @param superuser connections to a database whose migrations have run
	 * @param schema where the ledger is
	 */
	public static void apply(DataSource superuser, Schema schema) {
		execute(superuser, script().replace("${schema}", schema.name()));
	}

	static String script() {
		try (InputStream file = Schema.class.getResourceAsStream("/io/auditspring/db/roles.sql")) {
			return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Makes a user that can log in.
	 * @param superuser connections to the database
	 * @param roles the roles it is a member of
	 * @return connections as that user
	 */
	public static DataSource user(DataSource superuser, String... roles) {
		String name = "user_" + USERS.incrementAndGet();
		execute(superuser, "create role %1$s login; grant %2$s to %1$s".formatted(name, String.join(", ", roles)));
		return TestDatabase.at(((PGSimpleDataSource) superuser).getUrl(), name);
	}

	private static void execute(DataSource dataSource, String sql) {
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
