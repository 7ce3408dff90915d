package io.auditspring.ledger.internal.table;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.UUID;

/**
 * A row of {@code audit_log} that is about to be redacted or retired, and so has all that
 * the table wants of one.
 *
 * @param entry what is stored
 */
public record LedgerRow(StoredEntry entry) {

	public static final String COLUMNS = StoredEntry.COLUMNS;

	public static LedgerRow read(ResultSet row) throws SQLException {
		return new LedgerRow(StoredEntry.read(row));
	}

	public byte[] digestOfActor() {
		return this.entry.digestOfActor();
	}

	public byte[] digestOfData() {
		return this.entry.digestOfData();
	}

	public String chain() {
		return Objects.requireNonNull(this.entry.core().chain());
	}

	public long seq() {
		return Objects.requireNonNull(this.entry.place().seq());
	}

	public UUID id() {
		return Objects.requireNonNull(this.entry.place().id());
	}

	public Instant recordedAt() {
		return Objects.requireNonNull(this.entry.recordedAt());
	}

	public YearMonth month() {
		return YearMonth.from(recordedAt().atOffset(ZoneOffset.UTC));
	}

	public byte[] prevHash() {
		return this.entry.prevHash();
	}

	public byte[] hash() {
		return this.entry.hash();
	}

}
