/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a source does with what comes from the centre.
 */
@ExtendWith(OutputCaptureExtension.class)
class CentreMessagesTests {

	private static final TopicPartition PARTITION = new TopicPartition("audit.receipts", 0);

	private static final String LOG = CarriedLab.ORIGIN + "/" + CarriedLab.CHAIN;

	@TempDir
	private Path memory;

	private CarriedLab lab;

	private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");

	private final List<Long> asked = new ArrayList<>();

	private final PublishingStatistics statistics = new PublishingStatistics();

	private CentreMessages messages;

	private long offset;

	@BeforeEach
	void readTheTopic() throws SQLException {
		this.lab = new CarriedLab(this.memory);
		this.lab.write(5);
		this.consumer.updatePartitions("audit.receipts",
				List.of(new PartitionInfo("audit.receipts", 0, null, null, null)));
		this.consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
		this.consumer.updateEndOffsets(Map.of(PARTITION, 0L));
		begin();
	}

	private void begin() throws SQLException {
		begin(this.lab.source);
	}

	private void begin(DataSource source) throws SQLException {
		this.messages = messages(source, CarriedLab.CHAIN, List.of());
	}

	private CentreMessages messages(DataSource source, String chain, List<SignedChain> closed) throws SQLException {
		return new CentreMessages(this.consumer, "audit.receipts", new SourceTables(source, CarriedLab.SCHEMA),
				this.lab.chain(chain), closed, TrustedKeys.of(VerifierKey.of(this.lab.centreSigner)), this.statistics);
	}

	private void take(CentreMessage... said) throws SQLException {
		for (CentreMessage message : said) {
			this.consumer
				.addRecord(new ConsumerRecord<>("audit.receipts", 0, this.offset++, message.key(), message.value()));
		}
		this.messages.take(Duration.ZERO, (chain, from) -> this.asked.add(from), (chain, from) -> this.asked.add(from));
	}

	private CentreMessage stored(long size) {
		return CentreMessage.of(CentreMessage.Kind.STORED, CarriedLab.CHAIN,
				ReceiptNote.STORED.sign(LOG, size, new byte[32], this.lab.centreSigner).note());
	}

	private String inTheTable() {
		return String.valueOf(CarriedLab.query(this.lab.source,
				"select string_agg(concat_ws(' ', kind, size), ', ') from audit.audit_receipt where chain = 'orders'"));
	}

	@Test
	void aReceiptIsTakenIfItSaysMoreThanTheDatabaseKnowsNow() throws SQLException {
		take(stored(3));
		assertThat(inTheTable()).isEqualTo("stored 3");
		String before = CarriedLab.query(this.lab.source, "select note from audit.audit_receipt");
		take(stored(5));
		take(stored(3));
		assertThat(inTheTable()).isEqualTo("stored 5");
		// As when a replica that lagged was promoted, under the same application.
		CarriedLab.execute(this.lab.source, "update audit.audit_receipt set size = 3, note = '%s'".formatted(before));
		take(stored(5));
		assertThat(inTheTable()).isEqualTo("stored 5");
		CarriedLab.execute(this.lab.source, "delete from audit.audit_receipt");
		take(stored(5));
		assertThat(inTheTable()).isEqualTo("stored 5");
	}

	@Test
	void receiptsOfManySecondsAreReadAtOnce() throws SQLException {
		AtomicInteger statements = new AtomicInteger();
		DataSource counted = new DelegatingDataSource(this.lab.source) {

			@Override
			public Connection getConnection() throws SQLException {
				statements.incrementAndGet();
				return super.getConnection();
			}

		};
		begin(counted);
		take(stored(5));
		statements.set(0);
		CentreMessage[] old = new CentreMessage[400];
		Arrays.fill(old, stored(3));
		take(old);
		assertThat(statements).hasValueLessThan(5);
		CentreMessage ofAnother = CentreMessage.of(CentreMessage.Kind.STORED, "orders@2", "nothing");
		CentreMessage toErase = CentreMessage.redaction("orders/x", "nothing",
				new RedactionRequest(LOG, 0, UUID.randomUUID(), "actor", "asked"));
		assertThat(Stream.of(ofAnother, toErase, stored(7)))
			.extracting((message) -> CentreMessage.isOfAnother(message.key(), Set.of(CarriedLab.CHAIN)))
			.containsExactly(true, false, false);
		assertThat(CentreMessage.isOfAnother(new byte[] { 1 }, Set.of(CarriedLab.CHAIN))).isFalse();
	}

	@Test
	void aReceiptOfNobodyKnownMakesRoomForATrueOne() throws SQLException {
		CarriedLab.execute(this.lab.source, "select audit.audit_take_receipt('orders', 'stored', '%s')"
			.formatted(ReceiptNote.STORED.sign(LOG, 100_000_000_000_000_000L, new byte[32], this.lab.signer).note()));
		begin();
		take(stored(5));
		assertThat(inTheTable()).isEqualTo("stored 5");
	}

	@Test
	void aRecordThatCannotBeReadIsSkipped() throws SQLException {
		this.consumer.addRecord(new ConsumerRecord<>("audit.receipts", 0, this.offset++, new byte[0], new byte[0]));
		this.consumer.setPollException(
				new KafkaException("Received exception when fetching the next record from audit.receipts-0. "
						+ "If needed, please seek past the record to continue consumption."));
		take(stored(3));
		assertThat(this.consumer.position(PARTITION)).isEqualTo(1);
		take(stored(5));
		assertThat(inTheTable()).isEqualTo("stored 5");
		assertThat(this.statistics.refusals()).isEqualTo(1);
		this.consumer.setPollException(new KafkaException("Something else"));
		assertThatExceptionOfType(KafkaException.class).isThrownBy(() -> take(stored(7)));
	}

	private CentreMessage holds(String chain, Duration fromNow, String reason) {
		String holds = "[{\"id\": 1, \"actor\": \"jane\", \"reason\": \"%s\"}]".formatted(reason);
		return CentreMessage.holds(chain, CentreNote.HOLDS.sign(CarriedLab.ORIGIN + "/" + chain,
				Instant.now().plus(fromNow).toEpochMilli(), holds, this.lab.centreSigner), holds);
	}

	private @Nullable String held() {
		return CarriedLab.query(this.lab.source,
				"select string_agg(concat_ws(' ', actor_id, reason), ', ') from audit.audit_legal_hold");
	}

	@Test
	void holdsAreTakenThatAreSaidOfTheChainBefore() throws SQLException {
		CarriedLab.execute(this.lab.source,
				"select audit.audit_close_chain('orders', 'renamed', audit.audit_by_owner(null))");
		this.lab.write("orders@2", 1);
		this.messages = messages(this.lab.source, "orders@2", List.of(this.lab.chain("orders")));
		take(holds("orders", Duration.ZERO, "Case 7"));
		assertThat(held()).isEqualTo("jane Case 7");
	}

	@Test
	void holdsOfAnotherTimeAreNotTakenAndDoNotKeepOthersFromIt(CapturedOutput output) throws SQLException {
		take(holds("orders", Duration.ofMinutes(-30), "Case 5"));
		assertThat(held()).isNull();
		assertThat(output).contains("NOT TAKEN: they were signed 30 min ago");
		take(holds("orders", Duration.ofHours(3), "Case 6"));
		assertThat(held()).isNull();
		take(holds("orders", Duration.ofMinutes(-9), "Case 7"));
		assertThat(held()).isEqualTo("jane Case 7");
		take(holds("orders", Duration.ofMinutes(-9).minusSeconds(30), "Case 8"));
		assertThat(held()).isEqualTo("jane Case 7");
		assertThat(this.statistics.refusals()).isZero();
	}

	@Test
	void oldHoldsThatLieInTheTopicAreNoNews(CapturedOutput output) throws SQLException {
		this.consumer.updateEndOffsets(Map.of(PARTITION, 1L));
		begin();
		take(holds("orders", Duration.ofDays(-1), "Case 5"));
		assertThat(held()).isNull();
		assertThat(output).doesNotContain("NOT TAKEN");
	}

	@Test
	void whatTheDatabaseCannotStoreKeepsNothingElseFromBeingTaken(CapturedOutput output) throws SQLException {
		PGSimpleDataSource server = (PGSimpleDataSource) this.lab.source;
		String name = server.getDatabaseName() + "_win1252";
		CarriedLab.execute(server,
				"create database %s template template0 encoding 'WIN1252' lc_collate 'C' lc_ctype 'C'".formatted(name));
		DataSource source = TestDatabase.at("jdbc:postgresql://localhost:%d/%s?user=%s"
			.formatted(server.getPortNumbers()[0], name, server.getUser()), null);
		new LedgerMigrations().run(source);
		CarriedLab.execute(source, """
				select audit.audit_append_own('orders', 'order.place', 'Order', '1', '{}', audit.audit_by_owner(null))
				""");
		begin(source);
		String holds = """
				[{"id": 1, "actor": "łukasz", "reason": "a case"}, {"id": 2, "actor": "jane", "reason": "спор"}]""";
		RedactionRequest request = new RedactionRequest(LOG, 0,
				UUID.fromString(String.valueOf(CarriedLab.query(source, "select id from audit.audit_log"))), "actor",
				"по просьбе");
		for (int i = 0; i < 2; i++) {
			take(CentreMessage.holds(CarriedLab.CHAIN,
					CentreNote.HOLDS.sign(LOG, Instant.now().toEpochMilli() + i, holds, this.lab.centreSigner), holds),
					CentreMessage.redaction(CarriedLab.CHAIN, request.sign(this.lab.centreSigner), request), stored(1));
		}
		assertThat(CarriedLab.query(source,
				"select string_agg(concat_ws(' ', actor_id, reason), ', ') from audit.audit_legal_hold"))
			.isEqualTo("jane ????");
		assertThat(CarriedLab.query(source, "select count(*) from audit.audit_request")).isEqualTo("0");
		assertThat(CarriedLab.query(source, "select size from audit.audit_receipt")).isEqualTo("1");
		assertThat(output).containsOnlyOnce("what legal hold 1 is on")
			.containsOnlyOnce("cannot store the reason for which entry 0 of chain 'orders' is to be erased");
		assertThat(this.statistics.refusals()).isZero();
	}

}
