package io.auditspring.ledger.internal.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Measures what it costs to chain entries, against a bare COPY of the same rows into the
 * same indexed table without triggers: batch by batch in turns, as time of the clock and
 * as time of the processors (the server process and this thread), which others that share
 * the machine disturb less. Needs Linux. Started by hand with the class path of the
 * tests.
 */
final class AppendRate {

	private static final int BATCH = 1000;

	private static final int WARM_UP = 30;

	private static final int BATCHES = 120;

	private AppendRate() {
	}

	public static void main(String[] arguments) throws Exception {
		LedgerDatabase chained = LedgerDatabase.create("audit");
		LedgerDatabase bare = LedgerDatabase.create("audit");
		bare.execute("alter table audit.audit_log disable trigger user");
		try (Connection writer = chained.begin(); Connection copier = bare.begin()) {
			Cost append = new Cost("chained", writer);
			Cost copy = new Cost("copied", copier);
			for (int batch = -WARM_UP; batch < BATCHES; batch++) {
				List<Entry> entries = Entries.entries(BATCH);
				append.add(batch >= 0, () -> {
					new LedgerWriter(chained.schema()).append(writer, "main", entries);
					writer.commit();
				});
				byte[] rows = last(chained);
				copy.add(batch >= 0, () -> copy(copier, rows));
			}
			System.out.println(append + "\n" + copy);
			System.out.printf("ratio by the clock %.2f, by the processors %.2f%n", (double) copy.nanos / append.nanos,
					(double) copy.cpu() / append.cpu());
		}
	}

	private static byte[] last(LedgerDatabase database) throws SQLException, IOException {
		ByteArrayOutputStream rows = new ByteArrayOutputStream();
		try (Connection connection = database.connect()) {
			connection.unwrap(PGConnection.class).getCopyAPI().copyOut("""
					copy (
						select * from audit.audit_log
						where chain = 'main' and seq >= (select size - %d from audit.audit_chain where name = 'main')
						order by seq
					) to stdout
					""".formatted(BATCH), rows);
		}
		return rows.toByteArray();
	}

	private static void copy(Connection connection, byte[] rows) throws SQLException {
		CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy audit.audit_log from stdin");
		copy.writeToCopy(rows, 0, rows.length);
		copy.endCopy();
		connection.commit();
	}

	/**
	 * What the batches of one way took.
	 */
	private static final class Cost {

		private static final long NANOS_PER_TICK = 10_000_000;

		private final String name;

		private final Path server;

		private long nanos;

		private long client;

		private long ticks;

		Cost(String name, Connection connection) throws SQLException {
			this.name = name;
			this.server = Path.of("/proc/%d/stat".formatted(connection.unwrap(PGConnection.class).getBackendPID()));
		}

		void add(boolean counted, Work work) throws Exception {
			long start = System.nanoTime();
			long thread = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
			long backend = serverTicks();
			work.run();
			if (counted) {
				this.nanos += System.nanoTime() - start;
				this.client += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - thread;
				this.ticks += serverTicks() - backend;
			}
		}

		/** User and system time, see proc_pid_stat(5). */
		private long serverTicks() throws IOException {
			String[] fields = Files.readString(this.server).replaceFirst(".*\\) ", "").split(" ");
			return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
		}

		long cpu() {
			return this.client + this.ticks * NANOS_PER_TICK;
		}

		@Override
		public String toString() {
			return "%s: %,.0f entries/s; a batch of %d: %.1f ms of the server, %.1f ms of the client".formatted(
					this.name, BATCH * BATCHES * 1e9 / this.nanos, BATCH, this.ticks * NANOS_PER_TICK / 1e6 / BATCHES,
					this.client / 1e6 / BATCHES);
		}

	}

	private interface Work {

		void run() throws Exception;

	}

}
