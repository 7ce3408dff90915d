/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Partitions;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ledger in shape while the application runs, for months maybe: looks every
 * hour whether the coming months have their partitions, and once a day what is to be
 * archived and which months are to be retired. Only one instance does the latter.
 */
final class LedgerUpkeep extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(LedgerUpkeep.class);

	private static final Duration INTERVAL = Duration.ofHours(1);

	/** Leaves the start of the application alone. */
	private static final Duration FIRST_DELAY = Duration.ofMinutes(1);

	private static final String BUSY = "1 hour";

	private static final String DONE = "1 day";

	private final DataSource dataSource;

	private final Partitions partitions;

	private final @Nullable Retention retention;

	private final @Nullable EarlyArchive earlyArchive;

	private final @Nullable RedactableArchive archive;

	private final Supplier<Entry> requestedBy;

	private final List<TableUpkeep> others;

	private final String claim;

	private final String keep;

	/** Until when it is claimed here, which is by what the claim is known. */
	private @Nullable OffsetDateTime claimed;

	private @Nullable String told;

	LedgerUpkeep(DataSource dataSource, Schema schema, @Nullable Retention retention,
			@Nullable EarlyArchive earlyArchive, @Nullable RedactableArchive archive, Supplier<Entry> requestedBy,
			List<TableUpkeep> others) {
		super("audit-upkeep", FIRST_DELAY, INTERVAL);
		this.dataSource = dataSource;
		this.partitions = new Partitions(schema);
		this.retention = retention;
		this.earlyArchive = earlyArchive;
		this.archive = archive;
		this.requestedBy = requestedBy;
		this.others = others;
		// If whoever has it dies, somebody else does it an hour later.
		this.claim = """
				update %s
				set due_at = clock_timestamp() + interval '1 hour'
				where name = 'retention'
				and due_at <= clock_timestamp()
				returning due_at
				""".formatted(schema.table("audit_upkeep"));
		this.keep = """
				update %s
				set due_at = clock_timestamp() + ?::interval
				where name = 'retention'
				and due_at = ?
				returning due_at
				""".formatted(schema.table("audit_upkeep"));
	}

	@Override
	protected void run() {
		try {
			OwnTransaction.run(this.dataSource, (connection) -> {
				this.partitions.ensureUpcoming(connection, Partitions.MONTHS_AHEAD);
				return true;
			});
			keepOthers();
			sayPeriod();
			if ((this.retention != null || this.earlyArchive != null) && claim()) {
				followLedger();
				if (keep(BUSY)) {
					archive();
				}
				if (this.retention != null) {
					log(this.retention.apply(() -> keep(BUSY)));
				}
				keep(DONE);
			}
		}
		catch (Exception ex) {
			logger.error("The audit ledger could not be kept in shape; this is tried again in an hour", ex);
		}
	}

	// What fails there must not keep months from being made or retired.
	private void keepOthers() {
		for (TableUpkeep other : this.others) {
			try {
				other.keep();
			}
			catch (RuntimeException ex) {
				logger.warn(
						"A table beside the audit ledger could not be kept in shape; this is tried again in an hour",
						ex);
			}
		}
	}

	private void followLedger() {
		if (this.archive == null) {
			return;
		}
		try {
			this.archive.followLedger(EntryCodec.write(List.of(this.requestedBy.get())));
		}
		catch (IOException ex) {
			logger.warn(
					"The audit archive does not say yet what the audit ledger says; this is tried again in a day: {}",
					ex.getMessage());
		}
	}

	private void archive() {
		if (this.earlyArchive == null) {
			return;
		}
		try {
			this.earlyArchive.archive(EntryCodec.write(List.of(this.requestedBy.get())));
		}
		catch (IOException ex) {
			logger.warn("Not all that is old enough is in the audit archive yet; this is tried again in a day: {}",
					ex.getMessage());
		}
	}

	private void sayPeriod() throws SQLException {
		String longer = (this.retention != null) ? this.retention.sayPeriod() : null;
		if (longer != null && !longer.equals(this.told)) {
			logger.warn("Entries are kept longer than audit.retention.period says here: for {}, as another application "
					+ "said that shares the audit ledger. If none says so any more, let its owner set the column kept "
					+ "of audit_upkeep to a shorter period", longer);
		}
		this.told = longer;
	}

	private boolean claim() throws SQLException {
		this.claimed = due(this.claim);
		return this.claimed != null;
	}

	/** Only as long as nobody else has taken over, as a step took longer than an hour. */
	private boolean keep(String interval) throws SQLException {
		OffsetDateTime mine = this.claimed;
		this.claimed = (mine != null) ? due(this.keep, interval, mine) : null;
		return this.claimed != null;
	}

	private @Nullable OffsetDateTime due(String sql, Object... parameters) throws SQLException {
		return OwnTransaction.<@Nullable OffsetDateTime, RuntimeException>run(this.dataSource,
				(connection) -> Sql.find(connection, sql, (row) -> row.getObject(1, OffsetDateTime.class), parameters));
	}

	private static void log(RetentionReport report) {
		if (!report.retired().isEmpty()) {
			logger.info("Retired from the audit ledger: {}", report.retired());
		}
		if (report.kept() != null) {
			logger.warn("{} and the months after it are due but are kept in the audit ledger: {}", report.kept(),
					report.reason());
		}
	}

}
