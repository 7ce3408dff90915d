package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Flyway leaves no setting in a session that others share.
 */
class SharedSessionTests {

	private final DataSource database = TestDatabase.newDatabase();

	// A new version of Flyway that does it otherwise fails here first, and is told of in
	// the log of whoever has it.
	@Test
	void howThisFlywaySetsTheSearchPathIsKnown() {
		SharedSessionDataSource sessions = new SharedSessionDataSource(this.database);
		Flyway.configure()
			.dataSource(sessions)
			.defaultSchema("elsewhere")
			.locations("classpath:host/migration")
			.load()
			.migrate();
		assertThat(sessions.isRecognized()).isTrue();
	}

	@Test
	void anotherWayIsNoticed() throws SQLException {
		SharedSessionDataSource sessions = new SharedSessionDataSource(this.database);
		try (Connection connection = sessions.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("set search_path to elsewhere");
		}
		assertThat(sessions.isRecognized()).isFalse();
	}

}
