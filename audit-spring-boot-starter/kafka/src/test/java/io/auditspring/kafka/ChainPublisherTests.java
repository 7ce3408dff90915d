/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.receive.internal.Reception;
import io.auditspring.signing.Checkpoints;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a source sends, and what not.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChainPublisherTests {

	private static final String LOG = CarriedLab.ORIGIN + "/" + CarriedLab.CHAIN;

	@TempDir
	private Path memory;

	private CarriedLab lab;

	private final PublishingStatistics statistics = new PublishingStatistics();

	private ChainPublisher publisher;

	private volatile @Nullable String missing;

	private CapturedOutput output;

	@BeforeEach
	void writeThreeEntries(CapturedOutput output) {
		this.output = output;
		this.lab = new CarriedLab(this.memory);
		this.lab.write(3);
		this.publisher = publisher(this.lab.chain(CarriedLab.CHAIN));
	}

	private ChainPublisher publisher(SignedChain chain) {
		return new ChainPublisher(chain, new SourceTables(this.lab.source, CarriedLab.SCHEMA), this.lab.kafka,
				this::requireTopics,
				new AuditKafkaProperties("audit.entries", MockKafka.RECEIPTS, false, 1, (short) 1, Map.of(),
						new AuditKafkaProperties.Publish(true, Duration.ofMillis(20), Duration.ofMinutes(1)),
						new AuditKafkaProperties.Receive(false, null, 1, DataSize.ofMegabytes(64))),
				TrustedKeys.of(VerifierKey.of(this.lab.centreSigner)), this.statistics);
	}

	@AfterEach
	void stop() {
		this.publisher.stop();
	}

	/** The places of the bundles of entries that are sent. */
	private List<String> sent() {
		return places(sentOf(CarriedLab.CHAIN));
	}

	private List<ProducerRecord<byte[], byte[]>> sentOf(String chain) {
		return this.lab.kafka.sent.stream()
			.filter((record) -> record.value().length > 0
					&& chain.equals(new String(record.key(), StandardCharsets.UTF_8)))
			.toList();
	}

	private static List<String> places(List<ProducerRecord<byte[], byte[]>> records) {
		return records.stream().map((record) -> {
			Header id = record.headers().lastHeader("ce_id");
			return new String(id.value(), StandardCharsets.UTF_8);
		}).toList();
	}

	private void awaitSent(String... places) {
		Carriers.await(() -> assertThat(sent()).containsExactly(places));
	}

	@Test
	void oneBundleIsTriedAgainAndNotAllThatFollows() {
		this.publisher.start();
		awaitSent("0-3");
		this.lab.write(300);
		awaitSent("0-3", "3-259", "259-303");
		this.lab.kafka.say(CentreMessage.of(CentreMessage.Kind.TRY, CarriedLab.CHAIN,
				CentreNote.TRY.sign(LOG, 1, "", this.lab.centreSigner)));
		awaitSent("0-3", "3-259", "259-303", "1-257");
		this.lab.write(1);
		awaitSent("0-3", "3-259", "259-303", "1-257", "303-304");
	}

	@Test
	void whatWasRetiredIsNotSentAgainAndAccusesNobody() {
		this.publisher.start();
		awaitSent("0-3");
		retireTheFirstTwo();
		this.lab.kafka.say(resend(0));
		Carriers.await(() -> assertThat(this.output).contains("asks for entry 0 and what follows"));
		this.lab.write(1);
		awaitSent("0-3", "3-4");
		assertThat(this.statistics.stoppedFor()).isNull();
		assertThat(this.statistics.lastFailure()).isNull();
	}

	private CheckpointSigning signCheckpoint() {
		CheckpointSigning signing = new CheckpointSigning(this.lab.signer,
				new SignerMemory(this.memory.resolve("signed")), List.of());
		new Checkpoints(this.lab.source, CarriedLab.SCHEMA, CarriedLab.ORIGIN,
				TrustedKeys.of(VerifierKey.of(this.lab.signer)), signing)
			.create(CarriedLab.CHAIN);
		return signing;
	}

	private void retireTheFirstTwo() {
		CarriedLab.execute(this.lab.source, """
				alter table audit.audit_log disable trigger user;
				delete from audit.audit_log where seq < 2;
				do $$
				declare
					guard record;
				begin
					for guard in
						select tgname from pg_trigger
						where tgrelid = 'audit.audit_log'::regclass and not tgisinternal and tgparentid = 0
					loop
						execute format('alter table audit.audit_log enable always trigger %I', guard.tgname);
					end loop;
				end
				$$;
				""");
	}

	private CentreMessage resend(long from) {
		return CentreMessage.of(CentreMessage.Kind.RESEND, CarriedLab.CHAIN,
				CentreNote.RESEND.sign(LOG, from, "", this.lab.centreSigner));
	}

	@Test
	void topicsAreMadeSureOfUntilTheyAreThere() {
		this.missing = "There is no topic";
		this.publisher.start();
		Carriers.await(() -> assertThat(this.statistics.failure()).isEqualTo("There is no topic. Create it"));
		assertThat(this.lab.kafka.sent).isEmpty();
		this.missing = null;
		awaitSent("0-3");
		Carriers.await(() -> assertThat(this.statistics.failure()).isNull());
	}

	private void requireTopics() {
		String missing = this.missing;
		if (missing != null) {
			throw new AuditSetupException(missing, "Create it");
		}
	}

	@Test
	void whatTheCentreHasMoreOfIsKnownBeforeAnythingIsSent() {
		for (int i = 0; i < 600; i++) {
			this.lab.kafka.say(CentreMessage.of(CentreMessage.Kind.STORED, "billing", "of somebody else"));
		}
		this.lab.kafka.say(stored(11));
		this.publisher.start();
		Carriers.await(() -> assertThat(this.statistics.stoppedFor()).contains("went back: it has 3 entries"));
		assertThat(this.lab.kafka.sent).isEmpty();
		assertThat(CarriedLab.query(this.lab.source, "select size from audit.audit_receipt where kind = 'stored'"))
			.isEqualTo("11");
	}

	@Test
	void whatTheCentreHasOtherEntriesOfIsNotSent() {
		this.lab.kafka.say(stored(2));
		this.publisher.start();
		Carriers.await(() -> assertThat(this.statistics.stoppedFor()).contains("went another way"));
		assertThat(this.lab.kafka.sent).isEmpty();
	}

	@Test
	void ofAChainThatGoesOnAsOthersWereSignedWhatACheckpointCoversIsStillSent() throws Exception {
		CheckpointSigning signing = signCheckpoint();
		TrustedKeys keys = TrustedKeys.of(VerifierKey.of(this.lab.signer));
		this.lab.write(2);
		// As if a backup had been restored.
		signing.memory().remember(Checkpoint.sign(LOG, 9, new byte[32], this.lab.signer));
		this.lab.receive(this.lab.bundles(0, 1).get(0));
		CarriedLab.execute(this.lab.source,
				"""
						select audit.audit_take_receipt('orders', 'stored', '%1$s');
						select audit.audit_begin_successor('orders', 'orders@2', '%1$s', null, 'restored', audit.audit_by_owner(null));
						"""
					.formatted(this.lab.receipt(CarriedLab.CHAIN)));
		this.publisher = publisher(new SignedChain(this.lab.source, CarriedLab.SCHEMA, CarriedLab.CHAIN,
				CarriedLab.ORIGIN, signing, keys));
		this.publisher.start();
		Carriers.await(() -> assertThat(places(sentOf("orders@2"))).containsExactly("0-1"));
		awaitSent("1-3");
		this.lab.listener.onMessage(this.lab.kafka.sent.stream().map(this.lab::record).toList());
		assertThat(this.lab.size(CarriedLab.CHAIN)).isEqualTo(3);
		assertThat(this.lab.size("orders@2")).isEqualTo(1);
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isZero();
		this.lab.kafka.say(resend(0));
		awaitSent("1-3", "0-3");
		assertThat(this.statistics.stoppedFor()).isNull();
	}

	@Test
	void aChainThatIsClosedWhileItWaitsIsSentToItsEndAndItsReceiptsAreTaken() {
		CarriedLab.execute(this.lab.source,
				"select audit.audit_close_chain('orders', 'renamed', audit.audit_by_owner(null))");
		this.lab.write("orders@2", 2);
		this.publisher = publisher(this.lab.chain("orders@2"));
		this.publisher.start();
		Carriers.await(() -> assertThat(places(sentOf("orders@2"))).containsExactly("0-2"));
		awaitSent("0-4");
		assertThat(this.lab.kafka.texts()).anyMatch((text) -> text.contains("audit.chain.closed"));
		this.lab.kafka.say(stored(4));
		Carriers.await(() -> assertThat(
				CarriedLab.query(this.lab.source, "select size from audit.audit_receipt where chain = 'orders'"))
			.isEqualTo("4"));
		assertThat(this.statistics.stoppedFor()).isNull();
	}

	@Test
	void whatWasRetiredBeforeItWasEverSentIsNotMissed() {
		signCheckpoint();
		retireTheFirstTwo();
		this.publisher.start();
		awaitSent("2-3");
		this.lab.write(1);
		awaitSent("2-3", "3-4");
		assertThat(this.statistics.stoppedFor()).isNull();
	}

	@Test
	void noMoreIsReadAtOnceThanThereIsRoomFor() throws Exception {
		CarriedLab.execute(this.lab.source,
				"""
						select audit.audit_append_own('orders', 'order.place', 'Order', n::text,
							jsonb_build_object('text', repeat(md5(n::text), 15625)),
							'{"actorType": "user", "operation": "00000000-0000-0000-0000-000000000000", "actor": {"id": "jane"}}')
						from generate_series(1, 40) as n
						""");
		SignedChain chain = this.lab.chain(CarriedLab.CHAIN);
		chain.begin(0, null);
		List<Long> read = new ArrayList<>();
		while (chain.position() < 43) {
			read.add(chain.next(43).stream().mapToLong((record) -> record.value().length).sum());
		}
		assertThat(read).hasSizeGreaterThan(2).allMatch((bytes) -> bytes < 9 * 1024 * 1024);
		assertThat(read.stream().mapToLong(Long::longValue).sum()).isGreaterThan(20_000_000);
	}

	@Test
	void whatIsSaidInPartitionsThatWereAddedIsHeard() {
		this.publisher.start();
		awaitSent("0-3");
		this.lab.receive(this.lab.bundles(0, 3));
		this.lab.kafka.addPartition();
		this.lab.kafka
			.say(CentreMessage.of(CentreMessage.Kind.STORED, CarriedLab.CHAIN, this.lab.receipt(CarriedLab.CHAIN)));
		Carriers.await(() -> assertThat(this.statistics.standing().stored()).isEqualTo(3));
		assertThat(this.statistics.lastFailure()).isNull();
	}

	private CentreMessage stored(long size) {
		return CentreMessage.of(CentreMessage.Kind.STORED, CarriedLab.CHAIN,
				ReceiptNote.STORED.sign(LOG, size, new byte[32], this.lab.centreSigner).note());
	}

}
