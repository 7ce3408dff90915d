package io.auditspring.ledger.internal.entry;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.SchemaMigrations;
import io.auditspring.ledger.verify.LedgerCheck;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.VerificationProgress;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;

class EntryPropertyTests {

	@Provide
	Arbitrary<List<Entry>> entries() {
		return Arbitraries.<Entry>randomValue((random) -> new RandomValues(random).entry()).list().ofMaxSize(20);
	}

	@Property(tries = 300)
	void stagedEntriesComeOutAsTheyWentIn(@ForAll("entries") List<Entry> entries) {
		assertThat(EntryCodec.read(EntryCodec.write(entries))).isEqualTo(entries);
	}

	@Property(tries = 100)
	void writtenEntriesVerify(@ForAll("entries") List<Entry> entries) throws SQLException {
		try (Connection connection = Ledger.DATABASE.getConnection()) {
			connection.setAutoCommit(false);
			new LedgerWriter(Ledger.SCHEMA).append(connection, "main", entries);
			connection.commit();
			assertThat(LedgerCheck.begin(connection, Ledger.SCHEMA, TrustPolicy.NONE, VerificationProgress.NONE)
				.verify("main")
				.problems()).isEmpty();
			connection.rollback();
		}
	}

	/** Grows with every try, so that each verifies all before it as well. */
	private static final class Ledger {

		static final Schema SCHEMA = new Schema("audit");

		static final DataSource DATABASE = create();

		private static DataSource create() {
			DataSource database = TestDatabase.newDatabase();
			SchemaMigrations.configure(SCHEMA, SchemaMigrations.LEDGER, SchemaMigrations.LEDGER_HISTORY)
				.dataSource(database)
				.load()
				.migrate();
			return database;
		}

	}

}
