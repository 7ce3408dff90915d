package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.TestDatabase;
import io.auditspring.database.internal.OutboxDatabases.Place;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which database a connection leads to.
 */
class OutboxDatabasesTests {

	private final DataSource dataSource = TestDatabase.newDatabase();

	private final OutboxDatabase head = new OutboxDatabase("head", TestDatabase.newDatabase(), true);

	private final OutboxDatabase north = new OutboxDatabase("north", this.dataSource, false);

	private final OutboxDatabases databases = new OutboxDatabases(this.head);

	@Test
	void aDatabaseIsKnownByItsUrl() throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			this.databases.add(Place.of(connection), this.north);
			assertThat(this.databases.nameOf(connection)).isEqualTo("north");
		}
	}

	@Test
	void aFurtherUrlOfADatabaseIsRecognised() throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			this.databases.add(new Place("jdbc:postgresql://alias/north", Place.of(connection).server(), false),
					this.north);
			assertThat(this.databases.nameOf(connection)).isEqualTo("north");
		}
	}

	@Test
	void afterAFailOverADatabaseIsKnownByTheConnectionsOfItsRelay() throws SQLException {
		this.databases.add(new Place("jdbc:postgresql://before/north", "of before", false), this.north);
		try (Connection connection = this.dataSource.getConnection()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.databases.nameOf(connection))
				.withMessageContaining("was not found when the application started");
			this.databases.connections(this.north).getConnection().close();
			assertThat(this.databases.nameOf(connection)).isEqualTo("north");
		}
	}

	@Test
	void afterARestartAFurtherUrlIsRecognisedAgain() throws SQLException {
		PGSimpleDataSource further = new PGSimpleDataSource();
		further.setUrl(((PGSimpleDataSource) this.dataSource).getUrl());
		further.setUser("postgres");
		further.setApplicationName("further");
		try (Connection connection = this.dataSource.getConnection(); Connection other = further.getConnection()) {
			this.databases.add(new Place(Place.of(connection).url(), "of before", false), this.north);
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.databases.nameOf(other));
			this.databases.connections(this.north).getConnection().close();
			assertThat(this.databases.nameOf(other)).isEqualTo("north");
		}
	}

	@Test
	void databasesThatTheirUrlsDoNotTellApartAreRefused() {
		this.databases.add(new Place("jdbc:postgresql:///shop?password=swordfish", "one", false), this.head);
		assertThatExceptionOfType(AuditSetupException.class)
			.isThrownBy(() -> this.databases
				.add(new Place("jdbc:postgresql:///shop?password=swordfish", "other", false), this.north))
			.withMessageContaining("'head' and 'north'")
			.withMessageContaining("same JDBC URL, jdbc:postgresql:///shop")
			.satisfies((failure) -> assertThat(failure.getMessage()).doesNotContain("swordfish"));
	}

}
