package io.auditspring.test;

import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import org.assertj.core.api.AssertProvider;

import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The entries that were recorded since the test began. Inject it, and hand it to
 * AssertJ's {@code assertThat}.
 */
public final class RecordedEntries implements AssertProvider<TrailAssert> {

	private static final String TRANSACTION = """
			This test runs in a transaction that has not ended, so nothing that was done in it has been delivered yet. \
			End it before looking at the trail: TestTransaction.flagForCommit(); TestTransaction.end(); \
			or do without it: @Transactional(propagation = Propagation.NOT_SUPPORTED).""";

	private final Supplier<? extends SmartLifecycle> buffer;

	private final Supplier<? extends SmartLifecycle> relay;

	private final Supplier<DataSource> dataSource;

	private final String schema;

	private final String chain;

	private long beginning;

	RecordedEntries(Supplier<? extends SmartLifecycle> buffer, Supplier<? extends SmartLifecycle> relay,
			Supplier<DataSource> dataSource, String schema, String chain) {
		this.buffer = buffer;
		this.relay = relay;
		this.dataSource = dataSource;
		this.schema = '"' + schema + '"';
		this.chain = chain;
	}

	void begin() {
		deliver();
		this.beginning = JdbcClient.create(this.dataSource.get())
			.sql("select coalesce(max(seq) + 1, 0) from %s.audit_log where chain = ?".formatted(this.schema))
			.param(this.chain)
			.query(Long.class)
			.single();
	}

	/**
	 * Reads the entries. All that was handed over before, in whatever mode, is there: it
	 * need not be waited for.
	 * @return the entries of this test, oldest first
	 * @throws AssertionError within a transaction, which would hide some
	 */
	public List<RecordedEntry> all() {
		if (TransactionSynchronizationManager.isActualTransactionActive()) {
			throw new AssertionError(TRANSACTION);
		}
		deliver();
		return JdbcClient.create(this.dataSource.get())
			.sql("select * from %s.audit_log where chain = ? and seq >= ? order by seq".formatted(this.schema))
			.params(this.chain, this.beginning)
			.query(RecordedEntry::read)
			.list();
	}

	// Both deliver what they have before they stop.
	private synchronized void deliver() {
		for (SmartLifecycle worker : List.of(this.buffer.get(), this.relay.get())) {
			worker.stop();
			worker.start();
		}
	}

	@Override
	public TrailAssert assertThat() {
		return new TrailAssert(this);
	}

	@Override
	public String toString() {
		return "The trail";
	}

}
