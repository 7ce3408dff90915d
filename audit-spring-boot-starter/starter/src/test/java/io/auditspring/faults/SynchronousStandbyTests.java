/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.JdbcSource;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.signing.Checkpoints;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A centre with a standby: what is on the disk of that is safe, and nothing else is,
 * however commits are set to wait.
 */
class SynchronousStandbyTests {

	@TempDir
	private Path memory;

	private final PostgresServer primary = PostgresServer.create("synchronous_standby_names=*",
			"synchronous_commit=local");

	private final PostgresServer standby = this.primary.replica();

	private final LedgerDatabase source = LedgerDatabase.create();

	private final Ed25519Signer signer = Ed25519Signer.ofPem("orders", Ed25519Signer.newPem());

	private JdbcSource receiver;

	@BeforeEach
	void receiveAChain() {
		LedgerDatabase centre = LedgerDatabase.empty(this.primary.url() + "?user=postgres");
		String ledger = this.source.query("select audit.audit_ledger_id('orders')");
		centre.execute("select audit.audit_receive_chain('orders', '%s', 'orders', '%s')".formatted(ledger,
				VerifierKey.of(this.signer)));
		ReceivingStatistics statistics = new ReceivingStatistics();
		this.receiver = new JdbcSource("orders", this.source.dataSource(), this.source.schema(), List.of(),
				new BundleReceiver(centre.dataSource(), centre.schema(), () -> Entries.entries(1).get(0), statistics),
				statistics, new Receipts(centre.dataSource(), centre.schema(),
						Ed25519Signer.ofPem("centre", Ed25519Signer.newPem()), null, true));
	}

	@AfterEach
	void stop() {
		this.standby.close();
		this.primary.close();
	}

	private void write(int entries) {
		this.source.append("orders", Entries.entries(entries));
		new Checkpoints(this.source.dataSource(), this.source.schema(), "orders",
				TrustedKeys.of(VerifierKey.of(this.signer)),
				new CheckpointSigning(this.signer, new SignerMemory(this.memory), List.of()))
			.create("orders");
	}

	private String receipts() {
		this.receiver.tryToReceive(() -> true);
		return this.source
			.query("select string_agg(kind || ' ' || size, ', ' order by kind desc) from audit.audit_receipt");
	}

	private void await(String receipts) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(3))
			.pollInterval(Duration.ofMillis(100))
			.untilAsserted(() -> assertThat(receipts()).isEqualTo(receipts));
	}

	@Test
	void whatAStandbyHasIsSafeAndWhatNoneHasIsNot() {
		write(5);
		await("stored 5, safe 5");
		this.standby.kill();
		write(5);
		await("stored 10, safe 5");
		for (int poll = 0; poll < 5; poll++) {
			assertThat(receipts()).isEqualTo("stored 10, safe 5");
		}
		this.standby.start();
		await("stored 10, safe 10");
	}

}
