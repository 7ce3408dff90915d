package io.auditspring.ledger.internal.entry;

import java.sql.SQLException;
import java.util.List;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.retention.Redaction;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Databases of other encodings than UTF-8: hashes are of UTF-8 everywhere, also those
 * that the database computes.
 */
class EncodingTests {

	private static final String UMLAUTS = "Z\u00fcrich: \u00c4pfel";

	private static final String KANJI = "\u6771\u4eac";

	private static LedgerDatabase database(String encoding) {
		PGSimpleDataSource any = (PGSimpleDataSource) TestDatabase.newDatabase();
		String server = "jdbc:postgresql://localhost:%d/%%s?user=postgres".formatted(any.getPortNumbers()[0]);
		String name = any.getDatabaseName() + "_" + encoding.toLowerCase();
		LedgerDatabase.at(server.formatted(any.getDatabaseName()))
			.execute("create database %s encoding '%s' locale 'C' template template0".formatted(name, encoding));
		return LedgerDatabase.at(server.formatted(name)).migrated();
	}

	@ParameterizedTest
	@CsvSource({ "LATIN1, " + UMLAUTS, "SQL_ASCII, " + UMLAUTS, "SQL_ASCII, " + KANJI })
	void whatTheDatabaseCanHoldIsChainedVerifiedAndErased(String encoding, String text) {
		LedgerDatabase database = database(encoding);
		Entry entry = Entries.entry(text, text, text, text);
		database.append("main", Entries.withMessage(text), entry,
				Entries.withMetadata("{\"%1$s\":\"%1$s\"}".formatted(text)));
		Redaction redaction = new Redaction(database.dataSource(), database.schema(),
				() -> Entries.entry("by", "-", "-", text));
		assertThat(redaction.redact(List.of(entry.id()), EntryGroup.ACTOR, text).left()).isEmpty();
		ChainVerification verification = new LedgerVerifier(database.dataSource(), database.schema()).verify("main");
		assertThat(verification.entries()).isEqualTo(4);
		assertThat(verification.problems()).isEmpty();
	}

	/** The class of the error is one for which the entry is set aside. */
	@Test
	void whatTheDatabaseCannotHoldIsRefused() {
		LedgerDatabase database = database("LATIN1");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> database.append("main", Entries.withMessage(KANJI)))
			.withCauseInstanceOf(SQLException.class)
			.satisfies((ex) -> assertThat(((SQLException) ex.getCause()).getSQLState()).startsWith("22"));
		database.append("main", Entries.withMessage(UMLAUTS));
		assertThat(new LedgerVerifier(database.dataSource(), database.schema()).verify().valid()).isTrue();
	}

}
