package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Transactions of ours on connections of the application.
 */
class TransactionsTests {

	private static final TimeLimits LIMITS = TimeLimits.within(Duration.ofSeconds(2));

	private final DataSource database = TestDatabase.newDatabase();

	/** The server's own limits end with the server. */
	@Test
	void aServerThatVanishesIsNotListenedToForEver() throws SQLException {
		try (Connection connection = this.database.getConnection()) {
			assertThat(Transactions.run(connection, LIMITS, Connection::getNetworkTimeout)).isEqualTo(12_000);
			assertThat(connection.getNetworkTimeout()).isZero();
			connection.setNetworkTimeout(Runnable::run, 3_000);
			assertThat(Transactions.run(connection, LIMITS, Connection::getNetworkTimeout)).isEqualTo(3_000);
			assertThat(connection.getNetworkTimeout()).isEqualTo(3_000);
			connection.setNetworkTimeout(Runnable::run, 60_000);
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> Transactions.run(connection, LIMITS, (own) -> {
					assertThat(own.getNetworkTimeout()).isEqualTo(12_000);
					throw new SQLException("refused");
				}));
			assertThat(connection.getNetworkTimeout()).isEqualTo(60_000);
		}
	}

	/** Whatever fetches the password of a pool may throw what it likes. */
	@Test
	void whoGivesNoConnectionIsNoFaultOfTheWork() {
		AtomicInteger asked = new AtomicInteger();
		DataSource broken = new DelegatingDataSource(this.database) {

			@Override
			public Connection getConnection() {
				asked.incrementAndGet();
				throw new IllegalArgumentException("no token");
			}

		};
		assertThatExceptionOfType(NoConnectionException.class)
			.isThrownBy(() -> Transactions.run(broken, LIMITS, (connection) -> true))
			.withMessageContaining("no token")
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("08001"));
		assertThat(asked).hasValue(1);
	}

}
