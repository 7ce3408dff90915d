/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;

import io.auditspring.ledger.checkpoint.Ed25519Signer;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A receiver is killed, or stopped in its tracks, and others go on. Nothing is lost, and
 * nothing is there twice.
 */
class KilledReceiverTests {

	private static final int ROUNDS = Integer.getInteger("faults.rounds", 2);

	@TempDir
	private Path directory;

	private ReceivingLab lab;

	private String pem;

	private File log;

	@BeforeEach
	void createTheLab() {
		this.lab = new ReceivingLab(this.directory);
		this.pem = Ed25519Signer.newPem();
		this.log = this.directory.resolve("receiver.log").toFile();
	}

	private ReceivingProcess start() {
		return ReceivingProcess.start(this.lab, this.pem, this.log);
	}

	private void await(ReceivingProcess receiver, ThrowingRunnable becomesTrue) {
		Awaitility.await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
			assertThat(receiver.isAlive()).as(() -> ReceivingProcess.log(this.log)).isTrue();
			becomesTrue.run();
		});
	}

	private String receipt() {
		return ReceivingLab.query(this.lab.source, """
				select coalesce(max(size), 0) from audit.audit_receipt where chain = 'orders' and kind = 'stored'
				""");
	}

	private void assertAsAtTheSource(int entries) {
		assertThat(this.lab.size()).isEqualTo(entries);
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(ReceivingLab.content(this.lab.source));
		assertThat(this.lab.problems()).isEmpty();
	}

	/** Keeps everybody from a table of the source until it is closed. */
	private Connection hold(String table, String mode) throws SQLException {
		Connection connection = this.lab.source.begin();
		try (Statement statement = connection.createStatement()) {
			statement.execute("lock table audit.%s in %s mode".formatted(table, mode));
		}
		return connection;
	}

	private void awaitSomebodyBehind(ReceivingProcess receiver) {
		await(receiver, () -> assertThat(ReceivingLab.query(this.lab.source, """
				select count(*) from pg_stat_activity
				where datname = current_database() and wait_event_type = 'Lock'
				""")).isNotEqualTo("0"));
	}

	@Test
	void oneThatIsKilledBetweenItsEntriesAndItsReceiptIsFollowedByAnother() throws Exception {
		this.lab.write(300);
		try (ReceivingProcess killed = start(); Connection held = hold("audit_receipt", "exclusive")) {
			await(killed, () -> assertThat(this.lab.size()).isEqualTo(300));
			awaitSomebodyBehind(killed);
			killed.kill();
			held.rollback();
		}
		assertThat(receipt()).isEqualTo("0");
		this.lab.write(5);
		try (ReceivingProcess next = start()) {
			await(next, () -> assertThat(receipt()).isEqualTo("305"));
		}
		assertAsAtTheSource(305);
	}

	@Test
	@Tag("faults")
	void oneThatIsKilledAtRandomMomentsLosesNothing() throws Exception {
		Random random = new Random();
		int entries = 0;
		for (int round = 0; round < ROUNDS; round++) {
			try (ReceivingProcess killed = start()) {
				long enough = this.lab.size() + 1 + random.nextInt(200);
				while (this.lab.size() < enough) {
					assertThat(killed.isAlive()).as(() -> ReceivingProcess.log(this.log)).isTrue();
					this.lab.write(50);
					entries += 50;
				}
				killed.kill();
			}
		}
		try (ReceivingProcess last = start()) {
			String all = String.valueOf(entries);
			await(last, () -> assertThat(receipt()).isEqualTo(all));
		}
		assertAsAtTheSource(entries);
	}

	@Test
	@Tag("faults")
	void oneThatIsFrozenWhileItHoldsTheChainKeepsNobodyFromItForLong() throws Exception {
		this.lab.write(200);
		try (ReceivingProcess zombie = start()) {
			try (Connection held = this.lab.centre.begin(); Statement statement = held.createStatement()) {
				statement.execute("lock table audit.audit_tree in access exclusive mode");
				await(zombie, () -> assertThat(ReceivingLab.query(this.lab.centre, """
						select count(*) from pg_locks
						where relation = 'audit.audit_tree'::regclass and not granted
						""")).isNotEqualTo("0"));
				zombie.freeze();
				held.rollback();
			}
			try (ReceivingProcess next = start()) {
				Awaitility.await()
					.atMost(Duration.ofSeconds(60))
					.untilAsserted(() -> assertThat(receipt()).isEqualTo("200"));
				zombie.thaw();
				this.lab.write(50);
				await(next, () -> assertThat(receipt()).isEqualTo("250"));
			}
			this.lab.write(1);
			await(zombie, () -> assertThat(receipt()).isEqualTo("251"));
		}
		assertAsAtTheSource(251);
	}

	@Test
	@Tag("faults")
	void oneThatIsFrozenWhileAnotherTakesOverDoesNoHarmWhenItComesBack() throws Exception {
		this.lab.write(200);
		try (ReceivingProcess zombie = start()) {
			try (Connection held = hold("audit_log", "access exclusive")) {
				// It knows that nothing is here yet, and is about to read all.
				awaitSomebodyBehind(zombie);
				this.lab.centre.execute("select from audit.audit_chain where name = 'orders' for update nowait");
				zombie.freeze();
				held.rollback();
			}
			try (ReceivingProcess next = start()) {
				await(next, () -> assertThat(receipt()).isEqualTo("200"));
				this.lab.write(50);
				await(next, () -> assertThat(receipt()).isEqualTo("250"));
			}
			String here = ReceivingLab.content(this.lab.centre);
			zombie.thaw();
			this.lab.write(1);
			await(zombie, () -> assertThat(receipt()).isEqualTo("251"));
			assertThat(ReceivingLab.content(this.lab.centre)).startsWith(here);
		}
		assertAsAtTheSource(251);
	}

}
