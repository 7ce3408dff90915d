package io.auditspring.ledger;

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
record LedgerRow(StoredEntry entry) {

	static final String COLUMNS = StoredEntry.COLUMNS;

	static LedgerRow read(ResultSet row) throws SQLException {
		return new LedgerRow(StoredEntry.read(row));
	}

	byte[] digestOfActor() {
		return this.entry.digestOfActor();
	}

	byte[] digestOfData() {
		return this.entry.digestOfData();
	}

	String chain() {
		return Objects.requireNonNull(this.entry.core().chain());
	}

	long seq() {
		return Objects.requireNonNull(this.entry.place().seq());
	}

	UUID id() {
		return Objects.requireNonNull(this.entry.place().id());
	}

	Instant recordedAt() {
		return Objects.requireNonNull(this.entry.recordedAt());
	}

	YearMonth month() {
		return YearMonth.from(recordedAt().atOffset(ZoneOffset.UTC));
	}

	byte[] prevHash() {
		return this.entry.prevHash();
	}

	byte[] hash() {
		return this.entry.hash();
	}

}
