package io.auditspring.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

import io.auditspring.ledger.internal.entry.Entry;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * What it costs to chain entries, against other ways to get the same rows into the same
 * indexed table, batch by batch in turns. All commit, and the server keeps what it has
 * acknowledged.
 */
final class WriterBenchmark implements Benchmark {

	private static final String RATE = "entries/s";

	private static final String CHAINED = "ours, chained";

	private static final String COPY = "bare COPY";

	private static final int BATCH = 1_000;

	private static final int BATCHES = 8;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		Server server = Server.start();
		Table table = ways(effort, report, server);
		report.atLeast("entries durable and chained per second, against a bare COPY", 0.8,
				table.ratio(CHAINED, COPY, RATE));
		writers(effort, report, server);
	}

	private Table ways(Effort effort, Report report, Server server) throws Exception {
		Table table = report.table("One writer, batches of %,d".formatted(BATCH), COPY, RATE);
		Ledger chained = Ledger.create(server);
		Map<String, Way> others = new LinkedHashMap<>();
		others.put(COPY, (connection, rows) -> copy(connection, rows.copied()));
		others.put("rewritten batch insert", (connection, rows) -> insert(connection, rows.values(), true));
		others.put("plain inserts", (connection, rows) -> insert(connection, rows.values(), false));
		Map<String, Connection> connections = new LinkedHashMap<>();
		for (String name : others.keySet()) {
			connections.put(name, Ledger.unguarded(server).begin());
		}
		try (Connection connection = chained.begin()) {
			for (int round = -effort.of(1, 3, 5); round < effort.of(2, 12, 40); round++) {
				Map<String, Long> nanos = new LinkedHashMap<>();
				for (int batch = 0; batch < BATCHES; batch++) {
					List<Entry> entries = Samples.entries(BATCH);
					time(nanos, CHAINED, () -> chained.append(connection, "main", entries));
					Rows rows = Rows.last(chained);
					for (Map.Entry<String, Way> other : others.entrySet()) {
						Connection own = connections.get(other.getKey());
						time(nanos, other.getKey(), () -> other.getValue().write(own, rows));
					}
				}
				if (round >= 0) {
					nanos.forEach((name, time) -> table.add(name, RATE, BATCH * BATCHES / (time / 1e9)));
				}
			}
		}
		for (Connection connection : connections.values()) {
			connection.close();
		}
		return table;
	}

	private static void time(Map<String, Long> nanos, String name, Work work) throws Exception {
		long start = System.nanoTime();
		work.run();
		nanos.merge(name, System.nanoTime() - start, Long::sum);
	}

	private static void copy(Connection connection, byte[] rows) throws SQLException {
		CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy audit.audit_log from stdin");
		copy.writeToCopy(rows, 0, rows.length);
		copy.endCopy();
		connection.commit();
	}

	private static void insert(Connection connection, List<String[]> rows, boolean batch) throws SQLException {
		String marks = "?" + ", ?".repeat(rows.get(0).length - 1);
		try (PreparedStatement statement = connection
			.prepareStatement("insert into audit.audit_log values (" + marks + ")")) {
			for (String[] row : rows) {
				for (int i = 0; i < row.length; i++) {
					statement.setObject(i + 1, row[i], Types.OTHER);
				}
				if (batch) {
					statement.addBatch();
				}
				else {
					statement.executeUpdate();
				}
			}
			if (batch) {
				statement.executeBatch();
			}
		}
		connection.commit();
	}

	private void writers(Effort effort, Report report, Server server) throws Exception {
		Table table = report.table("Several writers, batches of %,d".formatted(BATCH), "1 writer", RATE);
		Ledger one = Ledger.create(server);
		Ledger several = Ledger.create(server);
		for (int round = -1; round < effort.of(1, 3, 7); round++) {
			for (int writers : new int[] { 1, 2, 4, 8 }) {
				double common = rate(one, writers, effort, (key) -> "main");
				double own = rate(several, writers, effort, (key) -> "chain-" + key % writers);
				if (round >= 0) {
					table.add(writers + ((writers == 1) ? " writer" : " writers, one chain"), RATE, common);
					table.add(writers + ((writers == 1) ? " writer, another chain" : " writers, a chain each"), RATE,
							own);
				}
			}
		}
	}

	private static double rate(Ledger ledger, int writers, Effort effort, LongFunction<String> chain)
			throws Exception {
		Map<Long, Connection> connections = new ConcurrentHashMap<>();
		for (long writer = 0; writer < writers; writer++) {
			connections.put(writer, ledger.begin());
		}
		Run run = Run.of(writers, effort.of(300, 2_000, 5_000), (key) -> {
			try {
				ledger.append(connections.get(key % writers), chain.apply(key), Samples.entries(BATCH));
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		});
		for (Connection connection : connections.values()) {
			connection.close();
		}
		return run.rate() * BATCH;
	}

	@FunctionalInterface
	private interface Way {

		void write(Connection connection, Rows rows) throws SQLException;

	}

	@FunctionalInterface
	private interface Work {

		void run() throws Exception;

	}

	/**
	 * The rows that were chained last.
	 *
	 * @param copied as COPY takes them
	 * @param values as parameters of statements
	 */
	private record Rows(byte[] copied, List<String[]> values) {

		private static final String LAST = """
				select *
				from audit.audit_log
				where chain = 'main' and seq >= (select size - %d from audit.audit_chain where name = 'main')
				order by seq
				""".formatted(BATCH);

		static Rows last(Ledger ledger) throws SQLException, IOException {
			ByteArrayOutputStream copied = new ByteArrayOutputStream();
			List<String[]> values = new ArrayList<>();
			try (Connection connection = ledger.dataSource().getConnection()) {
				connection.unwrap(PGConnection.class).getCopyAPI().copyOut("copy (" + LAST + ") to stdout", copied);
				try (ResultSet rows = connection.createStatement().executeQuery(LAST)) {
					while (rows.next()) {
						String[] row = new String[rows.getMetaData().getColumnCount()];
						for (int i = 0; i < row.length; i++) {
							row[i] = rows.getString(i + 1);
						}
						values.add(row);
					}
				}
			}
			return new Rows(copied.toByteArray(), values);
		}

	}

}
