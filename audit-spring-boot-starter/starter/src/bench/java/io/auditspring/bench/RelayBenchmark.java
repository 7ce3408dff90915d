package io.auditspring.bench;

import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * How entries that business transactions have staged come to the ledger.
 */
final class RelayBenchmark implements Benchmark {

	private static final int THREADS = 4;

	private DataSource dataSource;

	private Desk desk;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		Server server = Server.start();
		this.dataSource = server.pool(server.newDatabase());
		try (ConfigurableApplicationContext application = Application.start(this.dataSource, Map.of(),
				Contenders.TRANSACTIONAL.configuration)) {
			this.desk = application.getBean(Desk.class);
			double most = loads(effort, report);
			backlog(effort, report);
			report.note("100 %% is what %d threads reach that do nothing but audited calls: %s a second.".formatted(
					THREADS, Figure.number(most)));
		}
	}

	private double loads(Effort effort, Report report) throws Exception {
		Table table = report.table("Age of the oldest staged entry under load, seen every 20 ms", "", "calls/s",
				"p50 ms", "p99 ms", "max ms", "ms to drain");
		int millis = effort.of(500, 5_000, 30_000);
		Run.of(THREADS, millis, this::call);
		drain();
		double most = Run.of(THREADS, millis, this::call).rate();
		drain();
		for (int round = 0; round < effort.of(1, 3, 5); round++) {
			for (int share : new int[] { 25, 50, 100 }) {
				Ages ages = new Ages();
				Run run = (share == 100) ? Run.of(THREADS, millis, this::call)
						: Run.paced(THREADS, most * share / 100, millis, this::call);
				long end = System.nanoTime();
				drain();
				String row = share + " %";
				double[] seen = ages.stop();
				table.add(row, "calls/s", run.rate());
				table.add(row, "p50 ms", Figure.quantile(seen, 0.5));
				table.add(row, "p99 ms", Figure.quantile(seen, 0.99));
				table.add(row, "max ms", Figure.quantile(seen, 1));
				table.add(row, "ms to drain", (System.nanoTime() - end) / 1e6);
			}
		}
		return most;
	}

	private void backlog(Effort effort, Report report) throws Exception {
		int entries = effort.of(2_000, 100_000, 1_000_000);
		Table table = report.table("Backlog of %,d transactions".formatted(entries), "", "entries/s", "MB of heap more");
		try (Connection lock = this.dataSource.getConnection()) {
			lock.setAutoCommit(false);
			try (Statement statement = lock.createStatement()) {
				statement.execute("select * from audit.audit_chain for update");
			}
			while (staged() < entries) {
				Run.of(THREADS, effort.of(200, 2_000, 10_000), this::call);
			}
			lock.rollback();
		}
		long before = heap();
		long staged = staged();
		long start = System.nanoTime();
		while (staged() > staged / 2) {
			Thread.sleep(20);
		}
		double seconds = (System.nanoTime() - start) / 1e9;
		double moved = staged - staged();
		long during = heap();
		drain();
		table.add("relay alone", "entries/s", moved / seconds);
		table.add("relay alone", "MB of heap more", Math.max(0, during - before) / 1e6);
	}

	private static long heap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	private void call(long key) {
		this.desk.pay(key, "Jane Roe");
	}

	private long staged() throws SQLException {
		return Server.number(this.dataSource, "select count(*) from audit.audit_outbox");
	}

	private void drain() throws SQLException, InterruptedException {
		while (staged() > 0) {
			Thread.sleep(5);
		}
	}

	/**
	 * Looks at the oldest staged entry from time to time.
	 */
	private final class Ages {

		private final AtomicBoolean stopped = new AtomicBoolean();

		private final List<Double> seen = new ArrayList<>();

		private final Thread thread = new Thread(this::look);

		Ages() {
			this.thread.start();
		}

		private void look() {
			try {
				while (!this.stopped.get()) {
					this.seen.add(Server.number(RelayBenchmark.this.dataSource, """
							select coalesce(extract(epoch from clock_timestamp() - min(created_at)) * 1e6, 0)::bigint
							from audit.audit_outbox
							""") / 1e3);
					Thread.sleep(20);
				}
			}
			catch (SQLException | InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		double[] stop() throws InterruptedException {
			this.stopped.set(true);
			this.thread.join();
			return this.seen.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		}

	}

}
