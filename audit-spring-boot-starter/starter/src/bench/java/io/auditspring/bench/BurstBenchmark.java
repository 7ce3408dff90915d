package io.auditspring.bench;

import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

import io.auditspring.faults.TcpProxy;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Ten times the usual load for some seconds, and a database that is cut off for a while:
 * what the callers feel, what is lost, what comes late.
 */
final class BurstBenchmark implements Benchmark {

	private static final int THREADS = 4;

	private static final int USUAL = 500;

	private final AtomicLong answered = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	private DataSource outside;

	private Desk desk;

	@Override
	public void run(Effort effort, Report report) throws Exception {
		Server server = Server.start();
		Table table = report.table("Calls, %d a second at usual times".formatted(USUAL), "", "calls/s", "p50 µs",
				"p99 µs", "answered", "refused", "entries lost", "ms until all were chained", "MB of heap");
		for (Contenders delivery : new Contenders[] { Contenders.ASYNC, Contenders.TRANSACTIONAL }) {
			try (TcpProxy proxy = new TcpProxy(server.port())) {
				String database = server.newDatabase();
				this.outside = server.plain(database);
				try (ConfigurableApplicationContext application = Application.start(
						Server.pool(Server.dataSource(proxy.port(), database)),
						Map.of("audit.failure-policy", "propagate"), delivery.configuration)) {
					this.desk = application.getBean(Desk.class);
					measure(effort, delivery.title, proxy, table);
				}
			}
		}
		report.note("Lost are answered calls without an entry. While the database is cut off, the buffer answers and "
				+ "fills; a call that must be durable waits for a connection, or is refused.");
	}

	private void measure(Effort effort, String title, TcpProxy proxy, Table table) throws Exception {
		int seconds = effort.of(1, 5, 20);
		phase(title + ": before", USUAL, seconds, table);
		phase(title + ": usual", USUAL, seconds, table);
		phase(title + ": 10 × burst", 10 * USUAL, seconds, table);
		int outage = effort.of(3, 30, 60);
		Thread cut = new Thread(() -> {
			proxy.refuse();
			pause(outage);
			proxy.pass();
		});
		cut.start();
		phase(title + ": cut off for " + outage + " s", USUAL / 2, outage + seconds, table);
		cut.join();
	}

	private static void pause(int seconds) {
		try {
			Thread.sleep(seconds * 1000L);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void phase(String row, int rate, int seconds, Table table) throws Exception {
		long before = entries();
		this.answered.set(0);
		this.refused.set(0);
		Run run = Run.paced(THREADS, rate, seconds * 1000, this::call);
		long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
		long start = System.nanoTime();
		long late = 0;
		while (entries() - before < this.answered.get() && late < 60_000) {
			Thread.sleep(5);
			late = (System.nanoTime() - start) / 1_000_000;
		}
		table.add(row, "calls/s", run.rate());
		table.add(row, "p50 µs", run.micros(0.5));
		table.add(row, "p99 µs", run.micros(0.99));
		table.add(row, "answered", this.answered.get());
		table.add(row, "refused", this.refused.get());
		table.add(row, "entries lost", Math.max(0, this.answered.get() - (entries() - before)));
		table.add(row, "ms until all were chained", late);
		table.add(row, "MB of heap", heap / 1e6);
	}

	private void call(long key) {
		try {
			this.desk.pay(key, "Jane Roe");
			this.answered.incrementAndGet();
		}
		catch (RuntimeException ex) {
			this.refused.incrementAndGet();
		}
	}

	private long entries() throws SQLException {
		return Server.number(this.outside, "select coalesce(sum(size), 0)::bigint from audit.audit_chain");
	}

}
