package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.Delivery;
import io.auditspring.Severity;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.FailureText;
import io.auditspring.capture.Operation;
import io.auditspring.capture.Origin;
import io.auditspring.capture.RequestDetails;
import io.auditspring.ledger.Entry;
import io.auditspring.ledger.LedgerWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes entries to the ledger without a stop in the outbox, in transactions of its own.
 */
public final class DirectWriter {

	private static final Logger logger = LoggerFactory.getLogger(DirectWriter.class);

	private final DataSource dataSource;

	private final LedgerWriter ledger;

	private final Outbox outbox;

	private final String chain;

	private final EntryFactory factory;

	private final DeliveryStatistics statistics;

	public DirectWriter(DataSource dataSource, LedgerWriter ledger, Outbox outbox, String chain, EntryFactory factory,
			DeliveryStatistics statistics) {
		this.dataSource = dataSource;
		this.ledger = ledger;
		this.outbox = outbox;
		this.chain = chain;
		this.factory = factory;
		this.statistics = statistics;
	}

	/**
	 * Writes entries; on return they are committed and chained. One that the database
	 * refuses is quarantined, the others are written.
	 * @param entries the entries; each leaves the list when it is dealt with, so that
	 * after a failure those that are left can be tried again
	 * @param connection a connection with no transaction open on it, or {@code null} to
	 * take one from the data source
	 * @throws SQLException when the database takes nothing
	 */
	void write(List<Entry> entries, @Nullable Connection connection) throws SQLException {
		if (connection != null) {
			write(connection, entries);
			return;
		}
		try (Connection own = this.dataSource.getConnection()) {
			write(own, entries);
		}
	}

	private void write(Connection connection, List<Entry> entries) throws SQLException {
		try {
			Transactions.run(connection, () -> this.ledger.append(connection, this.chain, entries));
			this.statistics.delivered(entries);
			entries.clear();
		}
		catch (SQLException | RuntimeException ex) {
			if (!Refusal.isFinal(ex)) {
				throw ex;
			}
			while (!entries.isEmpty()) {
				writeFirst(connection, entries);
			}
		}
	}

	private void writeFirst(Connection connection, List<Entry> entries) throws SQLException {
		List<Entry> first = List.of(entries.get(0));
		try {
			Transactions.run(connection, () -> this.ledger.append(connection, this.chain, first));
			this.statistics.delivered(first);
		}
		catch (SQLException | RuntimeException ex) {
			if (!Refusal.isFinal(ex)) {
				throw ex;
			}
			quarantine(connection, first, ex);
		}
		entries.remove(0);
	}

	private void quarantine(Connection connection, List<Entry> entries, Exception refusal) throws SQLException {
		logger.error("An audit entry was refused by the ledger and is now in audit_quarantine", refusal);
		Transactions.run(connection, () -> this.outbox.quarantine(connection, entries, FailureText.of(refusal)));
		this.statistics.quarantined(entries.size());
	}

	/**
	 * Records that entries were dropped.
	 * @param count how many
	 * @throws SQLException when the database takes nothing
	 */
	void writeDiscarded(long count) throws SQLException {
		AuditRecord record = AuditRecord.action("audit.discarded")
			.category("audit")
			.severity(Severity.CRITICAL)
			.message(count + " entries were discarded because the asynchronous buffer was full")
			.metadata("count", count)
			.build();
		Origin origin = new Origin(Instant.now(), Actor.system("audit"), null, RequestDetails.NONE);
		write(new ArrayList<>(List.of(this.factory.entry(new Operation(origin, record), record, null))), null);
		this.statistics.recorded(Delivery.SYNC, 1);
	}

}
