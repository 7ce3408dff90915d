package io.auditspring.bench;

import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * An application that keeps track in one way, with a database of its own on the common
 * server.
 */
final class Contender implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(10);

	private final Way way;

	private final DataSource plain;

	private final CountedDataSource dataSource;

	private final ConfigurableApplicationContext application;

	private Contender(Way way, DataSource plain, CountedDataSource dataSource) {
		this.way = way;
		this.plain = plain;
		this.dataSource = dataSource;
		this.application = way.start(dataSource);
	}

	static Contender start(Way way, Server server) throws SQLException {
		String database = server.newDatabase();
		return new Contender(way, server.plain(database), new CountedDataSource(server.pool(database)));
	}

	Way way() {
		return this.way;
	}

	Bookkeeping bookkeeping() {
		return this.application.getBean(Bookkeeping.class);
	}

	int statements(Runnable work) {
		return this.dataSource.count(work);
	}

	void execute(String sql) throws SQLException {
		Server.execute(this.plain, sql);
	}

	/**
	 * How many entries are in the ledger.
	 */
	long chained() throws SQLException {
		return this.way.isOurs()
				? Server.number(this.plain, "select coalesce(sum(size), 0)::bigint from audit.audit_chain") : 0;
	}

	/**
	 * How many milliseconds after they happened entries were in the ledger, but for one
	 * in a hundred.
	 * @param first the place of the first one to look at
	 */
	double lag(long first) throws SQLException {
		return Server.number(this.plain, """
				select (extract(epoch from percentile_disc(0.99) within group (order by recorded_at - occurred_at)) * 1e6)
					::bigint
				from audit.audit_log
				where seq >= %d
				""".formatted(first)) / 1e3;
	}

	/**
	 * Waits until the ledger has stopped growing.
	 * @return how many entries are in it
	 */
	long settled() throws SQLException, InterruptedException {
		long size = chained();
		for (int quiet = 0; this.way.isOurs() && quiet < 5;) {
			Thread.sleep(50);
			long now = chained();
			quiet = (now == size) ? quiet + 1 : 0;
			size = now;
		}
		return size;
	}

	/**
	 * Waits until so many entries are in the ledger.
	 */
	void await(long size) throws SQLException, InterruptedException {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (this.way.isOurs() && chained() < size) {
			if (System.nanoTime() > deadline) {
				throw new IllegalStateException("%s: %d entries instead of %d".formatted(this.way, chained(), size));
			}
			Thread.sleep(2);
		}
	}

	@Override
	public void close() {
		this.application.close();
	}

}
