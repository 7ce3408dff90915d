/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.retention.EarlyArchive;
import io.auditspring.retention.MonthArchive;
import org.jspecify.annotations.Nullable;

/**
 * Archives what is older than a while, in quarters of a month: its days 1 to 7, 8 to 14,
 * 15 to 21, and the others. So a range has the same ends whenever it is archived, and
 * whoever died meanwhile can do it again.
 */
final class ArchiveSchedule implements EarlyArchive {

	private static final int WEEK = 7;

	private static final int LAST_WEEK = 22;

	private final DataSource dataSource;

	private final MonthArchive archive;

	private final Duration after;

	private final Clock clock;

	private final Consumer<String> signing;

	private final String chains;

	private final String first;

	private final String last;

	private final String worthIt;

	/**
	 * Creates the schedule.
	 * @param signing signs what is there of a chain, as only what is signed is archived
	 * and an application signs its own chain and the root log; does nothing where there
	 * is no key
	 */
	ArchiveSchedule(DataSource dataSource, Schema schema, MonthArchive archive, Duration after, Clock clock,
			Consumer<String> signing) {
		this.signing = signing;
		this.dataSource = dataSource;
		this.archive = archive;
		this.after = after;
		this.clock = clock;
		String log = schema.table("audit_log");
		this.chains = "select name from %s order by name collate \"C\"".formatted(schema.table("audit_chain"));
		this.first = """
				select seq, recorded_at
				from %s
				where chain = ? and seq > coalesce((select max(last_seq) from %s where chain = ?), -1)
				order by seq
				limit 1
				""".formatted(log, schema.table("audit_archived"));
		this.last = """
				select max(seq)
				from %s
				where chain = ? and seq >= ? and recorded_at >= ? and recorded_at < ?
				""".formatted(log);
		// What the archive itself says would otherwise be archived for ever.
		this.worthIt = """
				select exists (
					select from %s
					where chain = ? and seq >= ? and recorded_at >= ? and recorded_at < ? and action <> 'audit.archive'
				)
				""".formatted(log);
	}

	/**
	 * Entries of a chain that are archived together.
	 *
	 * @param first the first one's place
	 * @param last the last one's place
	 */
	private record Piece(long first, long last) {

	}

	@Override
	public void archive(String requestedBy) throws IOException {
		try {
			List<String> names = OwnTransaction.look(this.dataSource,
					(connection) -> Sql.list(connection, this.chains, (row) -> row.getString(1)));
			IOException failure = null;
			for (String chain : names) {
				try {
					archive(chain, requestedBy);
				}
				catch (IOException ex) {
					// Others may have checkpoints that cover them.
					failure = (failure != null) ? failure : ex;
				}
			}
			if (failure != null) {
				throw failure;
			}
		}
		catch (SQLException ex) {
			throw new IOException(ex.getMessage(), ex);
		}
	}

	private void archive(String chain, String requestedBy) throws IOException, SQLException {
		Piece first = next(chain);
		RuntimeException unsigned = (first != null) ? sign(chain) : null;
		try {
			archive(chain, first, requestedBy);
		}
		catch (IOException ex) {
			if (unsigned != null) {
				ex.addSuppressed(unsigned);
				throw new IOException(
						"%s (it could not be signed: %s)".formatted(ex.getMessage(), unsigned.getMessage()), ex);
			}
			throw ex;
		}
	}

	private void archive(String chain, @Nullable Piece first, String requestedBy) throws IOException, SQLException {
		for (Piece piece = first; piece != null; piece = next(chain)) {
			this.archive.archive(chain, piece.first(), piece.last(), requestedBy);
		}
	}

	/** What a checkpoint covers already is archived all the same. */
	private @Nullable RuntimeException sign(String chain) {
		try {
			this.signing.accept(chain);
			return null;
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private @Nullable Piece next(String chain) throws SQLException {
		return OwnTransaction.<@Nullable Piece, RuntimeException>look(this.dataSource,
				(connection) -> next(connection, chain));
	}

	private @Nullable Piece next(Connection connection, String chain) throws SQLException {
		record First(long seq, OffsetDateTime recordedAt) {

		}
		First begin = Sql.find(connection, this.first,
				(row) -> new First(row.getLong(1), row.getObject(2, OffsetDateTime.class)), chain, chain);
		if (begin == null) {
			return null;
		}
		OffsetDateTime end = end(begin.recordedAt());
		OffsetDateTime oldEnough = this.clock.instant().minus(this.after).atOffset(ZoneOffset.UTC);
		if (end.isAfter(oldEnough)
				|| !Sql.is(connection, this.worthIt, chain, begin.seq(), begin.recordedAt(), oldEnough)) {
			return null;
		}
		return new Piece(begin.seq(),
				Sql.get(connection, this.last, (row) -> row.getLong(1), chain, begin.seq(), begin.recordedAt(), end));
	}

	/** Where the quarter of a month ends in which something was recorded. */
	private static OffsetDateTime end(OffsetDateTime recordedAt) {
		LocalDate day = recordedAt.withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
		int quarter = (day.getDayOfMonth() - 1) / WEEK * WEEK + 1;
		LocalDate end = (quarter >= LAST_WEEK) ? day.withDayOfMonth(1).plusMonths(1)
				: day.withDayOfMonth(quarter).plusDays(WEEK);
		return end.atStartOfDay().atOffset(ZoneOffset.UTC);
	}

}
