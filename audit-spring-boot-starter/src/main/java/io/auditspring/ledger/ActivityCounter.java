package io.auditspring.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Keeps the sums that statistics are answered from, in the background. Any number of
 * instances may do so: only one at a time counts. The statistics are exact without it,
 * too, but then they read all entries.
 */
public final class ActivityCounter implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(ActivityCounter.class);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	/** Entries of a transaction: a fraction of a second. */
	private static final int STEP = 10_000;

	private final DataSource dataSource;

	private final String count;

	private volatile @Nullable ScheduledExecutorService worker;

	private boolean failed;

	/**
	 * Creates the counter.
	 * @param dataSource connections to the ledger
	 * @param schema where the ledger is
	 */
	public ActivityCounter(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.count = "select " + schema.table("audit_count_activity(?)");
	}

	void run() {
		try {
			while (countOn() >= STEP && this.worker != null) {
				logger.debug("There is more to sum up");
			}
			this.failed = false;
		}
		catch (Exception ex) {
			if (!this.failed && this.worker != null) {
				logger.warn("The statistics of the audit ledger could not be summed up; until that works again "
						+ "they are counted entry by entry", ex);
			}
			this.failed = true;
		}
	}

	/**
	 * Sums up what is next: at most ten thousand entries of each chain.
	 * @return how many there were; 0 also if another instance is at it
	 * @throws SQLException if the database fails
	 */
	public long countOn() throws SQLException {
		return OwnTransaction.run(this.dataSource, (connection) -> {
			try (PreparedStatement statement = connection.prepareStatement(this.count)) {
				statement.setInt(1, STEP);
				try (ResultSet counted = statement.executeQuery()) {
					counted.next();
					return counted.getLong(1);
				}
			}
		});
	}

	@Override
	public synchronized void start() {
		if (this.worker == null) {
			this.worker = Executors.newSingleThreadScheduledExecutor((work) -> {
				Thread thread = new Thread(work, "audit-activity");
				thread.setDaemon(true);
				return thread;
			});
			this.worker.scheduleWithFixedDelay(this::run, INTERVAL.toMillis(), INTERVAL.toMillis(),
					TimeUnit.MILLISECONDS);
		}
	}

	@Override
	public synchronized void stop() {
		if (this.worker != null) {
			this.worker.shutdownNow();
			this.worker = null;
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.worker != null;
	}

}
