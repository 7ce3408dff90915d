/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.signing.RootLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a source gets in return for its entries.
 */
class ReceiptsTests {

	private static final String LOG = ReceivingLab.ORIGIN + "/" + ReceivingLab.CHAIN;

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	private DataSource atTheSource;

	@BeforeEach
	void createTheLab() {
		this.lab = new ReceivingLab(this.memory);
		this.atTheSource = Roles.user(this.lab.source.dataSource(), "audit_centre");
	}

	private void poll(@Nullable Duration backupInterval) {
		poll(this.atTheSource, backupInterval);
	}

	private void poll(DataSource user, @Nullable Duration backupInterval) {
		Receipts receipts = new Receipts(this.lab.receiving, this.lab.centre.schema(), this.lab.centreSigner,
				backupInterval, false);
		try {
			new JdbcSource("orders", user, this.lab.source.schema(), List.of(), this.lab.receiver, this.lab.statistics,
					receipts)
				.receive();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Where all chains of the centre end, as it records it with each checkpoint. */
	private void recordTheEnds() {
		new RootLog(this.lab.centre.dataSource(), this.lab.centre.schema(), () -> Entries.entries(1).get(0))
			.record(Duration.ofMillis(1));
	}

	private @Nullable Checkpoint receipt(ReceiptNote kind) {
		String note = this.lab.source.query("""
				select (select note from audit.audit_receipt where chain = 'orders' and kind = '%s')
				""".formatted(kind.kind()));
		return (note != null)
				? kind.open(note, LOG, TrustedKeys.of(VerifierKey.of(this.lab.centreSigner))).orElseThrow() : null;
	}

	private byte[] root(long size) {
		return this.lab.checkpoints(this.lab.source).root(ReceivingLab.CHAIN, size);
	}

	@Test
	void aSourceIsToldWhatIsStoredAndWhatIsSafe() {
		this.lab.write(5);
		poll(null);
		Checkpoint stored = Objects.requireNonNull(receipt(ReceiptNote.STORED));
		assertThat(stored.size()).isEqualTo(5);
		assertThat(stored.root()).isEqualTo(root(5));
		assertThat(receipt(ReceiptNote.SAFE)).isNull();
		poll(Duration.ZERO);
		assertThat(receipt(ReceiptNote.SAFE)).isNull();
		recordTheEnds();
		this.lab.write(3);
		poll(Duration.ofDays(1));
		assertThat(receipt(ReceiptNote.SAFE)).isNull();
		poll(Duration.ZERO);
		Checkpoint safe = Objects.requireNonNull(receipt(ReceiptNote.SAFE));
		assertThat(safe.size()).isEqualTo(5);
		assertThat(safe.root()).isEqualTo(root(5));
		assertThat(Objects.requireNonNull(receipt(ReceiptNote.STORED)).size()).isEqualTo(8);
		// It was in a backup once.
		poll(null);
		assertThat(Objects.requireNonNull(receipt(ReceiptNote.SAFE)).size()).isEqualTo(5);
	}

	@Test
	void whatIsInTheArchiveWithoutAGapIsSafe() {
		this.lab.write(9);
		poll(null);
		for (String range : List.of("0, 2, 1", "3, 5, 1", "3, 5, 2", "7, 8, 1")) {
			this.lab.centre.execute("""
					insert into audit.audit_archived (chain, first_seq, last_seq, generation, manifest,
						first_recorded_at, last_recorded_at)
					values ('orders', %s, repeat('0', 64), now(), now())
					""".formatted(range));
		}
		poll(null);
		assertThat(Objects.requireNonNull(receipt(ReceiptNote.SAFE)).size()).isEqualTo(6);
	}

	@Test
	void whoMayOnlyReadReceivesAndLeavesNothing() {
		this.lab.write(5);
		poll(Roles.user(this.lab.source.dataSource(), "audit_reader"), null);
		assertThat(this.lab.size()).isEqualTo(5);
		assertThat(receipt(ReceiptNote.STORED)).isNull();
	}

	/** Counts how often somebody takes a connection. */
	private static DataSource counting(DataSource database, AtomicInteger count) {
		return new DelegatingDataSource(database) {

			@Override
			public Connection getConnection() throws SQLException {
				count.incrementAndGet();
				return super.getConnection();
			}

		};
	}

	@Test
	void whereNothingIsNewAllChainsOfASourceAreLookedAtAtOnce() throws SQLException {
		AtomicInteger there = new AtomicInteger();
		AtomicInteger here = new AtomicInteger();
		DataSource centre = counting(this.lab.receiving, here);
		for (String chain : List.of("billing", "stock")) {
			this.lab.source.append(chain, Entries.entries(3));
			this.lab.checkpoints(this.lab.source).create(chain);
			this.lab.register(chain);
		}
		this.lab.write(5);
		JdbcSource source = new JdbcSource("orders", counting(this.atTheSource, there), this.lab.source.schema(),
				List.of(),
				new BundleReceiver(centre, this.lab.centre.schema(), () -> Entries.entries(1).get(0),
						this.lab.statistics),
				this.lab.statistics,
				new Receipts(centre, this.lab.centre.schema(), this.lab.centreSigner, null, false));
		source.receive();
		assertThat(this.lab.source.query("select count(*) || ' ' || sum(size) from audit.audit_receipt"))
			.isEqualTo("3 11");
		there.set(0);
		here.set(0);
		source.receive();
		assertThat(there).hasValue(1);
		assertThat(here).hasValue(3);
	}

	@Test
	void aReceiptThatSomebodyForgedIsReplaced() {
		this.lab.write(5);
		String forged = ReceiptNote.STORED
			.sign(LOG, 1_000_000, new byte[32], Ed25519Signer.ofPem("centre", Ed25519Signer.newPem()))
			.note();
		this.lab.source.execute("select audit.audit_take_receipt('orders', 'stored', '%s')".formatted(forged));
		poll(null);
		assertThat(Objects.requireNonNull(receipt(ReceiptNote.STORED)).size()).isEqualTo(5);
	}

	@Test
	void aCentreThatLostWhatItCalledSafeSaysSoUntilItHasItAgain() {
		this.lab.write(5);
		poll(null);
		this.lab.source.append(ReceivingLab.CHAIN, Entries.entries(5));
		String safe = ReceiptNote.SAFE.sign(LOG, 10, new byte[32], this.lab.centreSigner).note();
		this.lab.source.execute("select audit.audit_take_receipt('orders', 'safe', '%s')".formatted(safe));
		poll(null);
		assertThat(this.lab.statistics.losses().get("orders"))
			.contains("10 entries are safe here, and only 5 are here");
		this.lab.sign();
		poll(null);
		assertThat(this.lab.statistics.losses()).isEmpty();
	}

	@Test
	void theDatabaseTakesNothingButReceiptsOfItsOwnChainsFromTheCentre() {
		for (String wrong : List.of("'orders', 'safe', 'no note'", "'orders', 'other', 'no note'",
				"'nowhere', 'safe', '%s'"
					.formatted(ReceiptNote.SAFE.sign(LOG, 1, new byte[32], this.lab.centreSigner).note()))) {
			assertRefused("select audit.audit_take_receipt(%s)".formatted(wrong), "22023");
		}
		assertRefused("insert into audit.audit_receipt values ('orders', 'safe', 1, '')", "42501");
		assertRefused("delete from audit.audit_receipt", "42501");
		assertRefused("select * from audit.audit_outbox", "42501");
	}

	private void assertRefused(String sql, String state) {
		assertThatExceptionOfType(SQLException.class).as(sql).isThrownBy(() -> {
			try (var connection = this.atTheSource.getConnection(); var statement = connection.createStatement()) {
				statement.execute(sql);
			}
		}).satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo(state));
	}

}
