/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.verify.VerificationProgress;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.JdbcSource;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.retention.Redaction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The archive of a centre whose database cannot hold all that its sources send.
 */
class ReceivedArchiveTests {

	private static final YearMonth DECEMBER = YearMonth.of(2018, 12);

	private static final String KEY = Ed25519Signer.newPem();

	private static final Entry CLERK = new SampleChain("main", 3).unplaced(1).get(0);

	@TempDir
	private Path directory;

	private FaultyStore store;

	private ArchivedLedger source;

	private ArchivedLedger centre;

	private final ReceivingStatistics statistics = new ReceivingStatistics();

	@BeforeEach
	void receiveWhatTheCentreCannotHold() {
		this.store = new FaultyStore(this.directory.resolve("archive"));
		this.source = ArchivedLedger.create(new FaultyStore(this.directory.resolve("source")), KEY,
				this.directory.resolve("memory"));
		SampleChain samples = new SampleChain("orders", 5);
		this.source.appendAt(Instant.parse("2018-12-31T00:00:00Z"), "orders",
				List.of(samples.saying("4 £"), samples.saying("5 ₿"), samples.saying("6 £")));
		this.source.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "orders", samples.unplaced(2));
		String name = this.source.query("select current_database()");
		this.source
			.execute("create database %s_win1252 template template0 encoding 'WIN1252' lc_collate 'C' lc_ctype 'C'"
				.formatted(name));
		this.centre = ArchivedLedger
			.at(this.source.url().replace("/" + name + "?", "/" + name + "_win1252?"), this.store,
					Ed25519Signer.newPem(), this.directory.resolve("centre"))
			.migrated();
		this.centre.execute("select audit.audit_receive_chain('orders', '%s', 'example.com/audit', '%s')".formatted(
				this.source.query("select ledger_id from audit.audit_chain where name = 'orders'"),
				VerifierKey.of(Ed25519Signer.ofPem("example.com/audit", KEY))));
		receive();
	}

	private void receive() {
		this.source.checkpoint("orders");
		new JdbcSource("orders", this.source.dataSource(), this.source.schema(), List.of(),
				new BundleReceiver(this.centre.dataSource(), this.centre.schema(), () -> CLERK, this.statistics),
				this.statistics, null)
			.tryToReceive(() -> true);
		assertThat(this.statistics.failures()).isEmpty();
		assertThat(this.statistics.troubles()).isEmpty();
	}

	private String quarantined() {
		return this.centre.query("""
				select coalesce(string_agg(concat_ws(' ', seq, redacted), ', ' order by seq), 'none')
				from audit.audit_received_quarantine
				""");
	}

	private void assertSound() throws IOException {
		assertThat(new ArchiveVerifier(this.store, this.centre.evidence(), new ArchiveOptions(null, "256MB", 2),
				VerificationProgress.NONE)
			.verify()
			.chains()).isNotEmpty().allSatisfy((chain) -> assertThat(chain.problems()).isEmpty());
		assertThat(this.centre.verify()).isTrue();
	}

	@Test
	void whatIsInQuarantineOfAnArchivedEntryIsKeptUntilItsSourceErasesIt() throws IOException {
		assertThat(quarantined()).isEqualTo("1 data");
		assertThat(this.centre.retention(CLERK, UnaryOperator.identity()).apply().retired()).containsExactly(DECEMBER);
		assertThat(this.centre.query("select min(seq) from audit.audit_log where chain = 'orders'")).isEqualTo("3");
		assertThat(quarantined()).isEqualTo("1 data");
		assertSound();
		UUID id = UUID.fromString(this.source.query("select id from audit.audit_log where seq = 1"));
		new Redaction(this.source.dataSource(), this.source.schema(), () -> CLERK).redact(List.of(id), EntryGroup.DATA,
				"asked to");
		receive();
		assertThat(quarantined()).isEqualTo("none");
		assertSound();
	}

}
