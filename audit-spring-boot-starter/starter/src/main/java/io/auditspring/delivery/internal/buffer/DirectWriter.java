/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.buffer;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.capture.internal.entry.Sentences;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.delivery.internal.worker.PermanentFailure;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.UnknownOutcomeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes entries to the ledger without a stop in the outbox, in transactions of its own.
 */
final class DirectWriter {

	private static final Logger logger = LoggerFactory.getLogger(DirectWriter.class);

	private final DataSource dataSource;

	private final LedgerWriter ledger;

	private final Outbox outbox;

	private final String chain;

	private final Sentences sentences;

	private final DeliveryStatistics statistics;

	DirectWriter(DataSource dataSource, LedgerWriter ledger, Outbox outbox, String chain, Sentences sentences,
			DeliveryStatistics statistics) {
		this.dataSource = dataSource;
		this.ledger = ledger;
		this.outbox = outbox;
		this.chain = chain;
		this.sentences = sentences;
		this.statistics = statistics;
	}

	/**
	 * Writes entries; on return they are committed and chained. One that the database
	 * refuses is quarantined, the others are written.
	 * @param batch the entries; each leaves it when it is dealt with, so that after a
	 * failure those that are left can be tried again
	 * @throws SQLException when the database takes nothing
	 */
	void write(Batch batch) throws SQLException {
		if (!batch.isEmpty()) {
			Transactions.useConnection(this.dataSource, (connection) -> write(connection, batch));
		}
	}

	private void write(Connection connection, Batch batch) throws SQLException {
		List<Entry> entries = batch.entries().stream().map(this.sentences::complete).toList();
		try {
			append(connection, entries, batch);
			batch.done(entries.size());
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			for (Entry entry : entries) {
				writeOne(connection, entry, batch);
			}
		}
	}

	private void writeOne(Connection connection, Entry entry, Batch batch) throws SQLException {
		try {
			append(connection, List.of(entry), batch);
		}
		catch (SQLException | RuntimeException ex) {
			if (!PermanentFailure.isFinal(ex)) {
				throw ex;
			}
			quarantine(connection, List.of(entry), ex);
		}
		batch.done(1);
	}

	// The head's lock makes the second try wait for the end of the first one, so that it
	// finds what that has written.
	private void append(Connection connection, List<Entry> entries, Batch batch) throws SQLException {
		boolean written = false;
		try {
			Transactions.run(connection, TimeLimits.PATIENT, (own) -> {
				if (batch.isUncertain()) {
					this.ledger.appendMissing(own, this.chain, entries);
				}
				else {
					this.ledger.append(own, this.chain, entries);
				}
				return true;
			});
			written = true;
			this.statistics.delivered(entries);
		}
		catch (SQLException | RuntimeException | Error ex) {
			if (written || ex instanceof UnknownOutcomeException) {
				batch.setUncertain();
			}
			throw ex;
		}
	}

	private void quarantine(Connection connection, List<Entry> entries, Exception refusal) throws SQLException {
		logger.error("Audit entries were refused by the ledger and are now in audit_quarantine: {}; because of {}",
				entries.stream().map(Entry::id).toList(), LoggedFailure.text(refusal));
		Transactions.run(connection, TimeLimits.PATIENT,
				(own) -> this.outbox.quarantine(own, entries, PermanentFailure.reason(refusal)));
		this.statistics.quarantined(entries.stream().map(Entry::id).toList());
	}

}
