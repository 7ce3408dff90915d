package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.YearMonth;

/**
 * The months of {@code audit_log}. The writer makes a missing month itself; making months
 * ahead of time spares it the wait. Months begin and end in UTC. Safe for use by several
 * instances at once.
 */
public final class Partitions {

	private final String ensure;

	private final String ensureUpcoming;

	/**
	 * Creates the maintenance of partitions.
	 * @param schema where the ledger is
	 */
	public Partitions(Schema schema) {
		String function = schema.table("audit_ensure_partition");
		this.ensure = "select %s(make_date(?, ?, 1))".formatted(function);
		this.ensureUpcoming = """
				select %s((date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => n))::date)
				from generate_series(0, ?) as n
				"""
			.formatted(function);
	}

	/**
	 * Makes sure that a month has its partition.
	 * @param connection where to
	 * @param month the month
	 * @throws SQLException if the database fails
	 */
	public void ensure(Connection connection, YearMonth month) throws SQLException {
		execute(connection, this.ensure, month.getYear(), month.getMonthValue());
	}

	/**
	 * Makes sure that the current month, by the database's clock, and those after it have
	 * their partitions.
	 * @param connection where to
	 * @param following how many months after the current one
	 * @throws SQLException if the database fails
	 */
	public void ensureUpcoming(Connection connection, int following) throws SQLException {
		execute(connection, this.ensureUpcoming, following);
	}

	private static void execute(Connection connection, String sql, int... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setInt(i + 1, parameters[i]);
			}
			statement.execute();
		}
	}

}
