/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.receive.internal.Reception;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of records that anybody may have sent.
 */
@ExtendWith(OutputCaptureExtension.class)
class EntriesListenerTests {

	@TempDir
	private Path memory;

	private CarriedLab lab;

	@BeforeEach
	void receiveThreeEntries() {
		this.lab = new CarriedLab(this.memory);
		this.lab.write(3);
		this.lab.receive(this.lab.bundles(0, 3));
		assertThat(this.lab.size("orders")).isEqualTo(3);
	}

	private String reason() {
		ReceivingStatistics.Refusal refusal = this.lab.statistics.lastRefusal();
		return (refusal != null) ? refusal.reason() : "nothing was refused";
	}

	private void assertGoesOn() {
		this.lab.receive(this.lab.bundles(3, 3));
		assertThat(this.lab.size("orders")).isEqualTo(6);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"v\":9999999999}", "{\"data\":{\"metadata\":1e2000000000}}", "no entry" })
	void whatCannotBeReadIsRefusedAndHoldsUpNothing(String line) {
		this.lab.write(3);
		EntriesRecord sound = this.lab.bundles(3, 3).get(0);
		this.lab.receive(new EntriesRecord("orders", 0, 1, 1, "x", (line + "\n").getBytes(StandardCharsets.UTF_8)));
		assertThat(reason()).startsWith("its note cannot be read");
		this.lab.receive(CarriedLab.with(sound, line + "\n"));
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isEqualTo(2);
		assertThat(reason()).startsWith("an entry in it cannot be read");
		assertGoesOn();
	}

	@Test
	void whatNobodyCanStoreThatIsSignedIsNoFaultOfOthers() {
		this.lab.write(1);
		EntriesRecord sound = this.lab.bundles(3, 1).get(0);
		this.lab.receive(CarriedLab.with(sound, new String(sound.value(), StandardCharsets.UTF_8)
			.replace("\"actor\":{\"id\":\"jane\"}", "\"actor\":{\"id\":\"jane\",\"ip\":\"zzzzzzzz\"}")));
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isEqualTo(1);
		this.lab.write(2);
		assertGoesOn();
	}

	@Test
	void whoHasNoKeyFillsNeitherTheMemoryNorTheLog(CapturedOutput output) {
		String note = this.lab.note("orders", 0, new byte[32],
				Ed25519Signer.ofPem(CarriedLab.ORIGIN, Ed25519Signer.newPem()));
		for (int i = 0; i < 20; i++) {
			this.lab.receive(new EntriesRecord("x\0" + i, 0, 0, 0, note, new byte[0]));
			this.lab
				.receive(new EntriesRecord("\nERROR forged\n" + "x".repeat(100_000) + i, 0, 0, 0, note, new byte[0]));
		}
		this.lab.receive(new EntriesRecord("x\0", 0, 1, 1, note, new byte[1_100_000]));
		assertThat(this.lab.statistics.bundles(Reception.Kind.REFUSED)).isEqualTo(41);
		assertThat(this.lab.statistics.troubles()).isEmpty();
		assertThat(this.lab.answers.toAsk()).isEmpty();
		assertThat(reason()).hasSizeLessThan(1_000).doesNotContain("\n");
		assertThat(output).doesNotContain("\nERROR forged").doesNotContain("cannot be received any further");
		assertThat(output.toString().length()).isLessThan(20_000);
	}

	@Test
	void whatWaitsForTheEntryThatSaysSoNobodyElseCanDrop() {
		this.lab.write(3);
		this.lab.redact(4);
		EntriesRecord waits = this.lab.bundles(3, 3).get(0);
		EntriesRecord declares = this.lab.bundles(6, 1).get(0);
		this.lab.receive(waits);
		assertThat(this.lab.statistics.troubles().get("orders").kind()).isEqualTo(Reception.Kind.INCOMPLETE);
		this.lab.receive(new EntriesRecord("orders", 0, 0, 0, "x", new byte[0]));
		this.lab.receive(new EntriesRecord("orders", 6, 1000, 1006, declares.note(), new byte[0]));
		this.lab.receive(CarriedLab.with(declares, "{}\n"));
		this.lab.receive(this.lab.bundles(0, 3).get(0));
		this.lab.receive(declares);
		assertThat(this.lab.size("orders")).isEqualTo(7);
	}

	@Test
	void aChainThatIsPausedStaysSoUntilItGetsOn(CapturedOutput output) {
		EntriesRecord old = this.lab.bundles(0, 3).get(0);
		CarriedLab.execute(this.lab.centre,
				"""
						create function audit.no_more() returns trigger language plpgsql as $$
						begin
							raise exception 'not of this version' using errcode = 'check_violation';
						end
						$$;
						create trigger no_more after insert on audit.audit_log for each statement execute function audit.no_more()
						""");
		this.lab.write(3);
		List<EntriesRecord> next = this.lab.bundles(3, 3);
		for (int i = 0; i < 3; i++) {
			this.lab.receive(next);
			this.lab.receive(this.lab.nothingNew());
			this.lab.receive(old);
			assertThat(this.lab.statistics.troubles().get("orders")).isNotNull()
				.extracting(ReceivingStatistics.Trouble::kind)
				.isEqualTo(Reception.Kind.PAUSED);
		}
		assertThat(output).containsOnlyOnce("cannot be received any further").doesNotContain("waits: entries");
		CarriedLab.execute(this.lab.centre, "drop trigger no_more on audit.audit_log");
		this.lab.receive(next);
		assertThat(this.lab.statistics.troubles()).isEmpty();
	}

	private void waitForADeclaration() {
		this.lab.write(3);
		this.lab.redact(4);
		this.lab.receive(this.lab.bundles(3, 3).get(0));
		assertThat(this.lab.listener.waitingBytes()).isPositive();
	}

	@Test
	void whatWaitsIsLeftToWhoReadsThePartitionNext() {
		waitForADeclaration();
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
		this.lab.reading.onPartitionsRevokedAfterCommit(consumer, List.of(new TopicPartition("audit.entries", 1)));
		assertThat(this.lab.listener.waitingBytes()).isPositive();
		this.lab.reading.onPartitionsRevokedAfterCommit(consumer, List.of(new TopicPartition("audit.entries", 0)));
		assertThat(this.lab.listener.waitingBytes()).isZero();
	}

	@Test
	void whatWaitsAndCameByAnotherInstanceWaitsNoMore() {
		waitForADeclaration();
		this.lab.listener()
			.onMessage(this.lab.bundles(3, 4)
				.stream()
				.map((record) -> this.lab.record(record.to("audit.entries", CarriedLab.ORIGIN + "/orders")))
				.toList());
		assertThat(this.lab.size("orders")).isEqualTo(7);
		this.lab.receive(this.lab.nothingNew());
		assertThat(this.lab.listener.waitingBytes()).isZero();
	}

	@Test
	void whileMoreLiesBehindItAChainIsAsLateAsItsRecords() {
		this.lab.write(3);
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {

			@Override
			public OptionalLong currentLag(TopicPartition partition) {
				return OptionalLong.of(this.closed() ? 0 : 7);
			}

			@Override
			public Set<TopicPartition> assignment() {
				return Set.of(new TopicPartition("audit.entries", 0));
			}

		};
		Instant old = Instant.now().minus(Duration.ofDays(2));
		ProducerRecord<byte[], byte[]> sent = this.lab.bundles(3, 3)
			.get(0)
			.to("audit.entries", CarriedLab.ORIGIN + "/" + CarriedLab.CHAIN);
		ConsumerRecord<byte[], byte[]> record = this.lab.record(sent, old.toEpochMilli());
		this.lab.listener.onMessage(List.of(record), consumer);
		assertThat(this.lab.size("orders")).isEqualTo(6);
		ReceivingStatistics.Standing standing = this.lab.statistics.standings().get("orders");
		assertThat(standing.missing()).isEqualTo(1);
		assertThat(standing.lag(Instant.now())).isGreaterThan(Duration.ofDays(1));
		consumer.close();
		this.lab.listener.onMessage(List.of(record), consumer);
		standing = this.lab.statistics.standings().get("orders");
		assertThat(standing.missing()).isZero();
		assertThat(standing.lag(Instant.now())).isZero();
	}

	/** As one that was frozen until another instance had taken over its partitions. */
	@Test
	void whatWasReadOfAPartitionThatIsNotReadHereAnyMoreIsTaken() {
		this.lab.write(3);
		MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {

			// As the real one.
			@Override
			public OptionalLong currentLag(TopicPartition partition) {
				throw new IllegalStateException("No current assignment for partition " + partition);
			}

		};
		ProducerRecord<byte[], byte[]> sent = this.lab.bundles(3, 3)
			.get(0)
			.to("audit.entries", CarriedLab.ORIGIN + "/" + CarriedLab.CHAIN);
		this.lab.listener.onMessage(
				List.of(this.lab.record(sent, Instant.now().minus(Duration.ofDays(2)).toEpochMilli())), consumer);
		assertThat(this.lab.size("orders")).isEqualTo(6);
		assertThat(this.lab.statistics.troubles()).isEmpty();
	}

	@Test
	void whatTheDatabaseRefusesOfOneChainHoldsUpNoOtherOne() {
		CarriedLab.execute(this.lab.centre, """
				create function audit.not_these() returns trigger language plpgsql as $$
				begin
					raise exception 'not these' using errcode = 'insufficient_privilege';
				end
				$$;
				create trigger not_these after insert on audit.audit_log for each row when (new.chain = 'orders')
				execute function audit.not_these()
				""");
		this.lab.register("invoices");
		this.lab.write("invoices", 2);
		this.lab.write(1);
		this.lab.receive(List.of(this.lab.bundles(3, 1).get(0), this.lab.bundles("invoices", 0, 2).get(0)));
		assertThat(this.lab.size("invoices")).isEqualTo(2);
		assertThat(this.lab.size("orders")).isEqualTo(3);
		assertThat(this.lab.statistics.troubles().get("orders").kind()).isEqualTo(Reception.Kind.PAUSED);
	}

}
