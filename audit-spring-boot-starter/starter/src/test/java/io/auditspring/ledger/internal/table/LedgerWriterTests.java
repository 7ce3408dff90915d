package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class LedgerWriterTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final LedgerVerifier verifier = new LedgerVerifier(this.database.dataSource(), this.database.schema());

	@Test
	void entriesTakeTheNextPlacesOfTheirChain() {
		this.database.append("main", Entries.entries(3));
		this.database.append("other", Entries.entries(1));
		this.database.append("main", Entries.entries(2));
		assertThat(this.database.query("""
				select string_agg(seq || ' ' || action, ', ' order by seq)
				from audit.audit_log
				where chain = 'main'
				""")).isEqualTo("0 order.pay.0, 1 order.pay.1, 2 order.pay.2, 3 order.pay.0, 4 order.pay.1");
		assertThat(this.database.query("select size from audit.audit_chain where name = 'main'")).isEqualTo("5");
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void noEntriesLeaveNoTrace() {
		this.database.append("main", List.of());
		assertThat(this.database.query("select count(*) from audit.audit_chain")).isEqualTo("0");
	}

	@Test
	void aChainWhoseHeadIsGoneIsNotBegunAnew() throws SQLException {
		this.database.append("main", Entries.entries(2));
		try (Connection connection = this.database.begin(); Statement statement = connection.createStatement()) {
			statement.executeUpdate("delete from audit.audit_chain");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(
						() -> new LedgerWriter(this.database.schema()).append(connection, "main", Entries.entries(1)))
				.withMessageContaining("restore that row");
		}
	}

	@Test
	void largeBatchesAreWritten() {
		this.database.append("main", Entries.entries(2000));
		assertThat(this.verifier.verify("main")).satisfies((chain) -> {
			assertThat(chain.entries()).isEqualTo(2000);
			assertThat(chain.problems()).isEmpty();
		});
	}

	@Test
	void whatIsRolledBackWasNeverThere() throws SQLException {
		this.database.append("main", Entries.entries(2));
		try (Connection connection = this.database.begin()) {
			new LedgerWriter(this.database.schema()).append(connection, "main", Entries.entries(2));
			connection.rollback();
		}
		this.database.append("main", Entries.entries(2));
		assertThat(this.verifier.verify("main").entries()).isEqualTo(4);
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void aRepetitionAppendsOnlyWhatIsMissing() throws SQLException {
		List<Entry> entries = new ArrayList<>(Entries.entries(4));
		// Of a clock that is years ahead, and of one that is years behind.
		entries.add(Entries.at(Instant.parse("2100-01-01T00:00:00Z")));
		entries.add(Entries.at(Instant.EPOCH));
		this.database.append("main", List.of(entries.get(1), entries.get(3), entries.get(4), entries.get(5)));
		entries.add(entries.get(0));
		for (int i = 0; i < 2; i++) {
			try (Connection connection = this.database.begin()) {
				new LedgerWriter(this.database.schema()).appendMissing(connection, "main", entries);
				connection.commit();
			}
		}
		assertThat(this.database.query("select string_agg(action, ' ' order by seq) from audit.audit_log"))
			.isEqualTo("order.pay.1 order.pay.3 at at order.pay.0 order.pay.2");
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void aTransactionMayAppendSeveralTimes() throws SQLException {
		LedgerWriter writer = new LedgerWriter(this.database.schema());
		try (Connection connection = this.database.begin()) {
			writer.append(connection, "main", Entries.entries(2));
			writer.append(connection, "main", Entries.entries(2));
			writer.append(connection, "other", Entries.entries(2));
			connection.commit();
		}
		assertThat(this.verifier.verify().chains()).extracting(ChainVerification::entries).containsExactly(4L, 2L);
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void withoutTransactionNothingIsWritten() throws SQLException {
		try (Connection connection = this.database.connect()) {
			assertThatIllegalStateException()
				.isThrownBy(
						() -> new LedgerWriter(this.database.schema()).append(connection, "main", Entries.entries(1)))
				.withMessageContaining("auto-commit off");
		}
	}

	@Test
	void textComesBackAsItWas() {
		String text = "tab\t newline\n return\r backslash\\ \\. \\N \\t \\x41 quote\" '; \b\f\u000b\u0001 \u00e9 \uD83D\uDE00";
		this.database.append("main", Entries.withMessage(text), Entries.withMessage("\\."), Entries.withMessage("\\N"),
				Entries.withMessage("\n\\.\n"), Entries.withMessage(""));
		assertThat(message(0)).isEqualTo(text);
		assertThat(message(1)).isEqualTo("\\.");
		assertThat(message(2)).isEqualTo("\\N");
		assertThat(message(3)).isEqualTo("\n\\.\n");
		assertThat(message(4)).isEmpty();
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void addressesAreStoredNormalized() {
		this.database.append("main", Entries.entry("login"));
		assertThat(this.database.query("select ip_address from audit.audit_log")).isEqualTo("203.0.113.9");
	}

	@Test
	void entriesThatTheDatabaseRefusesAreNotWritten() throws SQLException {
		try (Connection connection = this.database.begin()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> new LedgerWriter(this.database.schema())
				.append(connection, "main", List.of(Entries.entry("fine"), Entries.withMetadata("[]"))))
				.withMessageContaining("metadata");
			connection.rollback();
			new LedgerWriter(this.database.schema()).append(connection, "main", Entries.entries(1));
			connection.commit();
		}
		assertThat(this.verifier.verify("main").entries()).isEqualTo(1);
	}

	@Test
	void writersOfOneChainTakeTurns() throws Exception {
		inParallel(4, (worker) -> {
			for (int batch = 0; batch < 25; batch++) {
				this.database.append("main", Entries.entries(1 + batch % 5));
			}
		});
		assertThat(this.verifier.verify("main").entries()).isEqualTo(4 * 75);
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void aChainIsBegunOnceByAllWritersTogether() throws Exception {
		for (int round = 0; round < 10; round++) {
			String chain = "chain-" + round;
			inParallel(4, (worker) -> this.database.append(chain, Entries.entries(1)));
		}
		assertThat(this.verifier.verify().chains()).hasSize(10).extracting(ChainVerification::entries).containsOnly(4L);
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void timeGoesOnInAChainEvenIfTheClockIsSetBack() {
		this.database.append("main", Entries.entries(1));
		this.database.execute("update audit.audit_chain set recorded_at = '2099-12-31 23:59:59.999998+00'");
		this.database.append("main", Entries.entries(1));
		assertThat(this.database
			.query("select recorded_at = '2099-12-31 23:59:59.999999+00' from audit.audit_log where seq = 1"))
			.isEqualTo("t");
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	@Test
	void aNewMonthGetsItsPartitionFromWhoeverWritesFirst() throws Exception {
		inParallel(4, (worker) -> this.database.append("chain-" + worker, Entries.entries(1)));
		for (int month = 1; month <= 12; month++) {
			this.database
				.execute("update audit.audit_chain set recorded_at = '2098-%02d-01 00:00:00+00'".formatted(month));
			inParallel(4, (worker) -> this.database.append("chain-" + worker, Entries.entries(2)));
		}
		assertThat(this.database.query("select count(*) from audit.audit_log_2098_07")).isEqualTo("8");
		assertThat(this.verifier.verify().valid()).isTrue();
	}

	private String message(int seq) {
		return this.database.query("select message from audit.audit_log where seq = " + seq);
	}

	private static void inParallel(int workers, Work work) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(workers);
		try {
			List<Future<?>> results = new ArrayList<>();
			for (int i = 0; i < workers; i++) {
				int worker = i;
				results.add(threads.submit(() -> work.run(worker)));
			}
			for (Future<?> result : results) {
				result.get();
			}
		}
		finally {
			threads.shutdown();
		}
	}

	private interface Work {

		void run(int worker);

	}

}
