package io.auditspring.delivery.internal.outbox;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.Recorders;
import io.auditspring.delivery.internal.transaction.TransactionOutcome;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is known of a transaction whose commit was not answered.
 */
class TransactionOutcomesTests {

	private final DataSource database = TestDatabase.migrated();

	@TempDir
	private Path directory;

	/** The entries of one row are set aside together if one of them is refused. */
	@Test
	void whatIsSetAsideWasCommitted() {
		Recorders.runner(this.database, this.directory.resolve("spool")).run((context) -> {
			JdbcTemplate jdbc = new JdbcTemplate(this.database);
			Entry refused = Entries.entry("order.pay");
			jdbc.update("insert into audit.audit_quarantine (chain, entries, reason) values ('main', ?, 'too large')",
					EntryCodec.write(List.of(Entries.entry("order.open"), refused)));
			Long transaction = jdbc.queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
			jdbc.queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
			TransactionOutcomes outcomes = context.getBean(TransactionOutcomes.class);
			assertThat(outcomes.transactionOutcome(row(transaction, refused.id())))
				.isEqualTo(TransactionOutcome.COMMITTED);
			assertThat(outcomes.transactionOutcome(row(transaction, UUID.randomUUID())))
				.isEqualTo(TransactionOutcome.LOST);
		});
		Roles.apply(this.database, new Schema("audit"));
		new JdbcTemplate(Roles.user(this.database, "audit_writer"))
			.execute("select audit.audit_is_quarantined(gen_random_uuid())");
	}

	/** A server that took over without the last rows gives their numbers out again. */
	@Test
	void somebodyElsesRowOfTheSameNumberIsNoAnswer() {
		Recorders.runner(this.database, this.directory.resolve("spool")).run((context) -> {
			context.getBean(Relay.class).stop();
			JdbcTemplate jdbc = new JdbcTemplate(this.database);
			Entry staged = Entries.entry("order.pay");
			Long id = jdbc.queryForObject(
					"insert into audit.audit_outbox (chain, entries) values ('main', ?) returning id", Long.class,
					EntryCodec.write(List.of(Entries.entry("order.open"), staged)));
			Long transaction = jdbc.queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
			jdbc.queryForObject("select pg_current_xact_id()::text::bigint", Long.class);
			TransactionOutcomes outcomes = context.getBean(TransactionOutcomes.class);
			assertThat(outcomes.transactionOutcome(row(id, transaction, staged.id())))
				.isEqualTo(TransactionOutcome.COMMITTED);
			assertThat(outcomes.transactionOutcome(row(id, transaction, UUID.randomUUID())))
				.isEqualTo(TransactionOutcome.LOST);
		});
	}

	private static StagedRow row(long transaction, UUID entry) {
		return row(4711, transaction, entry);
	}

	private static StagedRow row(long id, long transaction, UUID entry) {
		return new StagedRow(id, transaction, entry, 0, null, List.of());
	}

}
