/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A source lets go of months only that are safe where its chains are received.
 */
class ReceivedMonthsTests {

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	private static final YearMonth JANUARY = YearMonth.of(2019, 1);

	@TempDir
	private Path memory;

	private static final LedgerDatabase WRITTEN = twoMonthsAndToday();

	private final LedgerDatabase database = WRITTEN.copy();

	private final Ed25519Signer signer = Ed25519Signer.ofPem("orders", Ed25519Signer.newPem());

	private final Ed25519Signer centre = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());

	private Checkpoints checkpoints;

	private static LedgerDatabase twoMonthsAndToday() {
		LedgerDatabase database = LedgerDatabase.withRoles();
		database.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "orders", Entries.entry("a"), Entries.entry("b"));
		database.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "orders", Entries.entry("c"));
		database.append("orders", Entries.entries(2));
		return database;
	}

	@BeforeEach
	void sign() {
		this.checkpoints = new Checkpoints(this.database.dataSource(), this.database.schema(), "orders",
				TrustedKeys.of(VerifierKey.of(this.signer)),
				new CheckpointSigning(this.signer, new SignerMemory(this.memory), List.of()));
		this.checkpoints.create("orders");
	}

	private RetentionReport retire() {
		return retire(null);
	}

	private RetentionReport retire(@Nullable MonthArchive archive) {
		ReceivedMonths received = new ReceivedMonths(Roles.user(this.database.dataSource(), "audit_retention"),
				this.database.schema(), this.checkpoints, TrustedKeys.of(VerifierKey.of(this.centre)), archive);
		return new Retention(this.database.dataSource(), this.database.schema(), Period.ofYears(2),
				RetentionAction.RECEIVED, () -> Entries.entry("by"),
				Clock.fixed(Instant.parse("2026-11-30T23:59:59Z"), ZoneOffset.UTC),
				new RetirementSeal(this.checkpoints, this.signer), received)
			.apply();
	}

	private void leave(Checkpoint receipt) {
		this.database.execute("select audit.audit_take_receipt('orders', 'safe', '%s')".formatted(receipt.note()));
	}

	private static Checkpoint receipt(ReceivedMonthsTests test, long size) {
		return ReceiptNote.SAFE.sign("orders/orders", size, test.checkpoints.root("orders", size), test.centre);
	}

	@Test
	void onlyWhatIsSafeIsRetired() {
		RetentionReport without = retire();
		assertThat(without.retired()).isEmpty();
		assertThat(without.reason())
			.isEqualTo("it is not safe elsewhere: of chain 'orders' only 0 entries are safe where "
					+ "it is received, and the month ends with entry 1");
		leave(receipt(this, 2));
		RetentionReport some = retire();
		assertThat(some.retired()).containsExactly(DECEMBER);
		assertThat(some.kept()).isEqualTo(JANUARY);
		assertThat(some.reason()).contains("only 2 entries are safe", "ends with entry 2");
		leave(receipt(this, 5));
		assertThat(retire().retired()).containsExactly(JANUARY);
		assertThat(this.database.query("select min(seq) from audit.audit_log where chain = 'orders'")).isEqualTo("3");
	}

	@Test
	void whatTheLedgerRecordsOfItselfHoldsUpNoMonth() {
		for (String own : List.of("local", "root")) {
			this.database.appendAt(Instant.parse("2018-12-30T00:00:00Z"), own, Entries.entry("own"));
		}
		leave(receipt(this, 2));
		assertThat(retire().retired()).containsExactly(DECEMBER);
	}

	@Test
	void whatIsClosedAndReceivedByNobodyGoesToTheArchive() {
		this.database.appendAt(Instant.parse("2018-12-30T00:00:00Z"), "main", Entries.entry("old"));
		this.database.execute("""
				select audit.audit_close_chain('main', 'It goes on as orders',
					'{"actorType": "system", "operation": "%s", "actor": {"id": "system"}}')
				""".formatted(UUID.randomUUID()));
		leave(receipt(this, 5));
		RetentionReport without = retire();
		assertThat(without.retired()).isEmpty();
		assertThat(without.reason()).contains("of chain 'main' only 0 entries are safe",
				"it is closed, so nobody receives the others: let the archive of io.auditspring:audit-archive keep them");
		List<String> archived = new ArrayList<>();
		assertThat(retire((chain, first, last, by) -> archived.add("%s %d-%d".formatted(chain, first, last))).retired())
			.containsExactly(DECEMBER, JANUARY);
		assertThat(archived).containsExactly("main 0-0");
	}

	/** What somebody leaves who may write receipts and has no key of the centre. */
	private record Attack(String name, Function<ReceivedMonthsTests, Checkpoint> receipt) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	static Stream<Attack> attacks() {
		return Stream.of(
				new Attack("another key signed it",
						(test) -> ReceiptNote.SAFE.sign("orders/orders", 5, test.checkpoints.root("orders", 5),
								Ed25519Signer.ofPem("centre", Ed25519Signer.newPem()))),
				new Attack("the source's own key signed it",
						(test) -> ReceiptNote.SAFE.sign("orders/orders", 5, test.checkpoints.root("orders", 5),
								test.signer)),
				new Attack("it is of another root",
						(test) -> ReceiptNote.SAFE.sign("orders/orders", 5, new byte[32], test.centre)),
				new Attack("it is of more entries than there are",
						(test) -> ReceiptNote.SAFE.sign("orders/orders", 6, new byte[32], test.centre)),
				new Attack("it says that they are stored, not that they are safe",
						(test) -> ReceiptNote.STORED.sign("orders/orders", 5, test.checkpoints.root("orders", 5),
								test.centre)),
				new Attack("it is of another chain", (test) -> ReceiptNote.SAFE.sign("orders/invoices", 5,
						test.checkpoints.root("orders", 5), test.centre)),
				new Attack("its size was changed", (test) -> {
					Checkpoint true2 = receipt(test, 2);
					return new Checkpoint(true2.origin(), 5, true2.root(), true2.note().replace("\n2\n", "\n5\n"));
				}), new Attack("it goes back to less than was said before", (test) -> {
					test.leave(receipt(test, 5));
					return receipt(test, 1);
				}));
	}

	@ParameterizedTest
	@MethodSource
	void attacks(Attack attack) {
		leave(attack.receipt().apply(this));
		RetentionReport report = retire();
		assertThat(report.retired()).isEmpty();
		assertThat(report.kept()).isEqualTo(DECEMBER);
		assertThat(report.reason()).startsWith("it is not safe elsewhere: ");
		assertThat(this.database.query("select min(seq) from audit.audit_log where chain = 'orders'")).isEqualTo("0");
		leave(receipt(this, 5));
		assertThat(retire().retired()).containsExactly(DECEMBER, JANUARY);
	}

}
