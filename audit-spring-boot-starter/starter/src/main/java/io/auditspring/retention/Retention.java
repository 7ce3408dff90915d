/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Retires months that are older than entries must be kept: verifies each, appends to its
 * chains what it held, and takes its partition out of the ledger. What stays verifies,
 * back to that entry. The database functions that do it need the role
 * {@code audit_retention}.
 *
 * @since 0.1.0
 */
public final class Retention {

	private static final String LOCK_NOT_AVAILABLE = "55P03";

	private static final String OBJECT_IN_USE = "55006";

	private static final String HELD = "a legal hold is on an entry of it";

	private static final int ATTEMPTS = 20;

	private static final long MAX_PAUSE_MILLIS = 1000;

	private final DataSource dataSource;

	private final Schema schema;

	private final Period kept;

	private final RetentionAction action;

	private final Supplier<Entry> requestedBy;

	private final Clock clock;

	private final @Nullable RetirementSeal seal;

	private final @Nullable MonthArchive archive;

	/**
	 * Creates the retention of a ledger.
	 * @param dataSource connections of a user that may retire
	 * @param schema where the ledger is
	 * @param kept how long entries are kept at least
	 * @param action what becomes of a retired month
	 * @param requestedBy gives an entry that says who asks for it, and from where
	 * @param clock tells which months are due, as far as the database's says so, too
	 * @param seal signs what is retired, or {@code null} where nothing is signed
	 */
	public Retention(DataSource dataSource, Schema schema, Period kept, RetentionAction action,
			Supplier<Entry> requestedBy, Clock clock, @Nullable RetirementSeal seal) {
		this(dataSource, schema, kept, action, requestedBy, clock, seal, null);
	}

	/**
	 * Creates the retention of a ledger whose months are archived.
	 * @param dataSource connections of a user that may retire
	 * @param schema where the ledger is
	 * @param kept how long entries are kept in the ledger at least
	 * @param action what becomes of a retired month
	 * @param requestedBy gives an entry that says who asks for it, and from where
	 * @param clock tells which months are due, as far as the database's says so, too
	 * @param seal signs what is retired, or {@code null} where nothing is signed
	 * @param archive where months go first, or are already; needed by
	 * {@link RetentionAction#ARCHIVE} and {@link RetentionAction#RECEIVED} only
	 */
	public Retention(DataSource dataSource, Schema schema, Period kept, RetentionAction action,
			Supplier<Entry> requestedBy, Clock clock, @Nullable RetirementSeal seal, @Nullable MonthArchive archive) {
		if ((action == RetentionAction.ARCHIVE || action == RetentionAction.RECEIVED) && archive == null) {
			throw new IllegalArgumentException("There is no archive for months that are to be archived");
		}
		this.archive = archive;
		this.dataSource = dataSource;
		this.schema = schema;
		this.kept = kept;
		this.action = action;
		this.requestedBy = requestedBy;
		this.clock = clock;
		this.seal = seal;
	}

	/**
	 * Retires all months that are due, oldest first, up to the first that must be kept:
	 * by this period, and by any longer one that another application said which shares
	 * the ledger.
	 * @return which
	 * @throws DataAccessException if the database fails; what was retired before stays
	 * retired
	 */
	public RetentionReport apply() {
		return apply(() -> true);
	}

	/**
	 * Says whether to go on, before each month.
	 */
	interface Going {

		boolean on() throws SQLException;

	}

	RetentionReport apply(Going going) {
		List<YearMonth> retired = new ArrayList<>();
		try {
			sayPeriod();
			YearMonth firstKept = firstKept();
			for (YearMonth month : months()) {
				if (!month.isBefore(firstKept) || !going.on()) {
					break;
				}
				String hindrance = retire(month);
				if (hindrance != null) {
					return new RetentionReport(retired, month, hindrance);
				}
				retired.add(month);
			}
			return new RetentionReport(retired, null, null);
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("Months of the audit ledger cannot be retired", ex);
		}
	}

	/**
	 * Tells the ledger how long entries are kept here, and so all that share it.
	 * @return the period that counts, in words of the database, or {@code null} where it
	 * is this one
	 */
	@Nullable String sayPeriod() throws SQLException {
		String table = this.schema.table("audit_upkeep");
		return OwnTransaction.<@Nullable String, RuntimeException>run(this.dataSource, (connection) -> {
			Sql.update(connection, """
					update %s
					set kept = said.period
					from (select ?::interval as period, clock_timestamp() at time zone 'UTC' as now) as said
					where name = 'retention'
					and (now - kept <= now - said.period) is not true
					""".formatted(table), this.kept.toString());
			return Sql.find(connection,
					"select kept::text from %s where name = 'retention' and kept <> ?::interval".formatted(table),
					(row) -> row.getString(1), this.kept.toString());
		});
	}

	/** By the database's clock, too: what is retired by a wrong one is gone. */
	private YearMonth firstKept() throws SQLException {
		YearMonth here = YearMonth.from(LocalDate.now(this.clock.withZone(ZoneOffset.UTC)).minus(this.kept));
		YearMonth there = OwnTransaction.run(this.dataSource, (connection) -> Sql.get(connection, """
				select to_char(clock_timestamp() at time zone 'UTC' - kept, 'YYYY-MM')
				from %s
				where name = 'retention'
				""".formatted(this.schema.table("audit_upkeep")), (row) -> YearMonth.parse(row.getString(1))));
		return here.isBefore(there) ? here : there;
	}

	/**
	 * Archives entries at once, and leaves them in the database until their months are
	 * due. What was archived before is only verified.
	 * @param chain their chain
	 * @param size how many, from the first one: as many as a signed checkpoint covers
	 * @throws IOException if they are not all in the archive
	 * @throws IllegalStateException if months are not archived here
	 * @throws DataAccessException if the database fails
	 */
	public void archive(String chain, long size) throws IOException {
		MonthArchive target = this.archive;
		if (this.action != RetentionAction.ARCHIVE || target == null) {
			throw new IllegalStateException("Nothing is archived here; set audit.retention.action=archive");
		}
		try {
			// A range that reaches into another month could not be told from a part of
			// it.
			for (Part part : parts(chain, size)) {
				target.archive(chain, part.first(), part.last(), EntryCodec.write(List.of(this.requestedBy.get())));
			}
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("Entries of the audit ledger cannot be archived", ex);
		}
	}

	/**
	 * Entries of a chain in one month.
	 *
	 * @param first the first one's place
	 * @param last the last one's place
	 */
	private record Part(long first, long last) {

	}

	private List<Part> parts(String chain, long size) throws SQLException {
		return OwnTransaction.look(this.dataSource, (connection) -> Sql.list(connection, """
				select min(seq), max(seq)
				from %s
				where chain = ? and seq < ?
				group by date_trunc('month', recorded_at, 'UTC')
				order by 1
				""".formatted(this.schema.table("audit_log")), (row) -> new Part(row.getLong(1), row.getLong(2)), chain,
				size));
	}

	private List<YearMonth> months() throws SQLException {
		return OwnTransaction.run(this.dataSource, (connection) -> Sql.list(connection, """
				select replace(right(relname, 7), '_', '-')
				from pg_inherits join pg_class on pg_class.oid = inhrelid
				where inhparent = ?::regclass
				order by relname
				""", (row) -> YearMonth.parse(row.getString(1)), this.schema.table("audit_log")));
	}

	private @Nullable String retire(YearMonth month) throws SQLException {
		try {
			@Nullable List<MonthCheck.Retirement> verified = OwnTransaction.<@Nullable List<MonthCheck.Retirement>, RuntimeException>run(
					this.dataSource, (connection) -> isHeld(connection, month) ? null : verify(connection, month));
			if (verified == null) {
				return HELD;
			}
			String metadata = metadata(month, verified);
			String hindrance = archive(verified);
			if (hindrance == null) {
				hindrance = retire(month, metadata);
			}
			if (hindrance == null && this.seal != null) {
				this.seal.cover(verified.stream().map(MonthCheck.Retirement::chain).toList());
			}
			return hindrance;
		}
		catch (MonthCheck.UnverifiedException ex) {
			return ex.getMessage();
		}
	}

	private boolean isHeld(Connection connection, YearMonth month) throws SQLException {
		return Sql.is(connection, "select %s(?)".formatted(this.schema.table("audit_month_is_held")), month.atDay(1));
	}

	private List<MonthCheck.Retirement> verify(Connection connection, YearMonth month) throws SQLException {
		MonthCheck check = new MonthCheck(this.schema, connection, month);
		List<MonthCheck.Retirement> retirements = check.run();
		if (this.seal == null) {
			for (MonthCheck.Retirement retirement : retirements) {
				check.checkCheckpoint(retirement);
			}
		}
		return retirements;
	}

	private String metadata(YearMonth month, List<MonthCheck.Retirement> retirements) {
		return retirements.stream()
			.map((retirement) -> (this.seal != null) ? this.seal.metadata(retirement, month, this.action.ofPartition())
					: retirement.metadata(month, this.action.ofPartition(), null, null))
			.collect(Collectors.joining(",", "[", "]"));
	}

	private @Nullable String archive(List<MonthCheck.Retirement> retirements) {
		boolean elsewhere = this.action == RetentionAction.ARCHIVE || this.action == RetentionAction.RECEIVED;
		if (!elsewhere || this.archive == null) {
			return null;
		}
		try {
			for (MonthCheck.Retirement retirement : retirements) {
				this.archive.archive(retirement.chain(), retirement.firstSeq(), retirement.lastSeq(),
						EntryCodec.write(List.of(this.requestedBy.get())));
			}
			return null;
		}
		catch (IOException ex) {
			return ((this.action == RetentionAction.RECEIVED) ? "it is not safe elsewhere: " : "it is not archived: ")
					+ ex.getMessage();
		}
	}

	// Others wait behind whoever waits for the lock that detaching takes. So it gives up
	// soon, lets them pass, and tries again.
	private @Nullable String retire(YearMonth month, String retirements) throws SQLException {
		for (int attempt = 1;; attempt++) {
			try {
				return OwnTransaction.run(this.dataSource, (connection) -> retire(connection, month, retirements));
			}
			catch (SQLException ex) {
				if (OBJECT_IN_USE.equals(ex.getSQLState())) {
					return HELD;
				}
				if (!LOCK_NOT_AVAILABLE.equals(ex.getSQLState())) {
					throw ex;
				}
				if (attempt == ATTEMPTS || !pause()) {
					return "somebody reads or writes the ledger all the time";
				}
			}
		}
	}

	private @Nullable String retire(Connection connection, YearMonth month, String retirements) throws SQLException {
		Sql.execute(connection, "select %s(?, ?, ?::jsonb, ?::jsonb -> 0)".formatted(this.schema.table("audit_retire")),
				month.atDay(1), this.action.ofPartition() == RetentionAction.DROP, retirements,
				EntryCodec.write(List.of(this.requestedBy.get())));
		return null;
	}

	private static boolean pause() {
		try {
			Thread.sleep(ThreadLocalRandom.current().nextLong(MAX_PAUSE_MILLIS));
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
