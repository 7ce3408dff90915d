/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.receive.internal.BundleReceiver;
import io.auditspring.receive.internal.Receipts;
import io.auditspring.receive.internal.ReceivingStatistics;
import io.auditspring.retention.Redaction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.unit.DataSize;

/**
 * The database of a source with the chain {@code orders}, the one of a centre that
 * receives it, and what reads and writes records of Kafka, without a broker.
 */
final class CarriedLab {

	static final String CHAIN = "orders";

	static final String ORIGIN = "orders-service";

	static final Schema SCHEMA = new Schema("audit");

	final DataSource source = TestDatabase.migrated();

	final DataSource centre = TestDatabase.migrated();

	final Ed25519Signer signer = Ed25519Signer.ofPem(ORIGIN, Ed25519Signer.newPem());

	final Ed25519Signer centreSigner = Ed25519Signer.ofPem("centre", Ed25519Signer.newPem());

	final ReceivingStatistics statistics = new ReceivingStatistics();

	final Receipts receipts = new Receipts(this.centre, SCHEMA, this.centreSigner, null, false);

	final MockKafka kafka = new MockKafka();

	final ReceiptSender answers;

	final Reading reading = new Reading("audit.entries");

	final EntriesListener listener;

	private final Path memory;

	private int offset;

	CarriedLab(Path memory) {
		this.memory = memory;
		Carriers.applyRoles(this.centre);
		this.answers = new ReceiptSender(this.receipts, this.statistics, (chain) -> false, this.kafka, () -> {
		}, MockKafka.RECEIPTS);
		this.listener = listener();
		register(CHAIN);
	}

	/** What receives in another instance of the centre, too. */
	EntriesListener listener() {
		return new EntriesListener(new BundleReceiver(this.centre, SCHEMA, CarriedLab::by, this.statistics),
				this.statistics, this.answers, this.reading, DataSize.ofMegabytes(64));
	}

	/** Who receives. */
	static Entry by() {
		return new Entry(UUID.randomUUID(), Instant.now(), null, null, UUID.randomUUID(), "audit.receive", null,
				Severity.INFO, Outcome.SUCCESS, ActorType.SYSTEM, null, null, null, null, null,
				new Entry.ActorGroup("system", null, null, null, null, null, null, null),
				new Entry.DataGroup(null, null, null, null, null, null, null, null, null));
	}

	void register(String chain) {
		String ledgerId = query(this.source, "select audit.audit_ledger_id('%s')".formatted(chain));
		execute(this.centre, "select audit.audit_receive_chain('%s', '%s', '%s', '%s')".formatted(chain, ledgerId,
				ORIGIN, VerifierKey.of(this.signer)));
		this.statistics.registered(List.of(chain));
	}

	static void execute(DataSource database, String sql) {
		new JdbcTemplate(database).execute(sql);
	}

	static @Nullable String query(DataSource database, String sql) {
		Object found = new JdbcTemplate(database).queryForObject(sql, Object.class);
		return (found != null) ? found.toString() : null;
	}

	/** Appends entries at the source. */
	void write(int entries) {
		write(CHAIN, entries);
	}

	void write(String chain, int entries) {
		execute(this.source, """
				select audit.audit_append_own('%s', 'order.place', 'Order', n::text, '{"amount": 1}',
					'{"actorType": "user", "operation": "%s", "actor": {"id": "jane"}}')
				from generate_series(1, %d) as n
				""".formatted(chain, UUID.randomUUID(), entries));
	}

	/** Erases at the source who did something. */
	void redact(long seq) {
		UUID id = UUID.fromString(String
			.valueOf(query(this.source, "select id from audit.audit_log where chain = 'orders' and seq = " + seq)));
		new Redaction(this.source, SCHEMA, CarriedLab::by).redact(List.of(id), EntryGroup.ACTOR, "asked to");
	}

	SignedChain chain(String name) {
		return chain(this.source, name);
	}

	SignedChain chain(DataSource database, String name) {
		return new SignedChain(
				database, SCHEMA, name, ORIGIN, new CheckpointSigning(this.signer,
						new SignerMemory(this.memory.resolve(UUID.randomUUID().toString())), List.of()),
				TrustedKeys.of(VerifierKey.of(this.signer)));
	}

	/** What the source sends from a place on, each bundle with so many entries. */
	List<EntriesRecord> bundles(long from, int entries) {
		return bundles(CHAIN, from, entries);
	}

	List<EntriesRecord> bundles(String name, long from, int entries) {
		try {
			SignedChain chain = chain(name);
			chain.begin(from, null);
			long size = Long.parseLong(String
				.valueOf(query(this.source, "select size from audit.audit_chain where name = '%s'".formatted(name))));
			List<EntriesRecord> bundles = new ArrayList<>();
			for (long end = from + entries; chain.position() < size; end += entries) {
				bundles.addAll(chain.next(Math.min(end, size)));
			}
			return bundles;
		}
		catch (SQLException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What the source sends where there is nothing new. */
	EntriesRecord nothingNew() {
		try {
			SignedChain chain = chain(CHAIN);
			chain.begin(Long.MAX_VALUE, null);
			return chain.nothingNew();
		}
		catch (SQLException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Hands records to the centre, as one poll does. */
	void receive(List<EntriesRecord> records) {
		this.listener.onMessage(
				records.stream().map((record) -> record(record.to("audit.entries", ORIGIN + "/" + CHAIN))).toList());
	}

	void receive(EntriesRecord... records) {
		receive(List.of(records));
	}

	ConsumerRecord<byte[], byte[]> record(ProducerRecord<byte[], byte[]> sent) {
		return record(sent, ConsumerRecord.NO_TIMESTAMP);
	}

	ConsumerRecord<byte[], byte[]> record(ProducerRecord<byte[], byte[]> sent, long time) {
		return new ConsumerRecord<>(sent.topic(), 0, this.offset++, time, TimestampType.CREATE_TIME, 0,
				sent.value().length, sent.key(), sent.value(), sent.headers(), Optional.empty());
	}

	static EntriesRecord with(EntriesRecord record, String value) {
		return new EntriesRecord(record.chain(), record.first(), record.count(), record.known(), record.note(),
				value.getBytes(StandardCharsets.UTF_8));
	}

	/** What the centre signed of a chain. */
	String receipt(String chain) {
		try {
			return Objects.requireNonNull(this.receipts.of(chain)).stored().note();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	long size(String chain) {
		return Long.parseLong(String
			.valueOf(query(this.centre, "select size from audit.audit_chain where name = '%s'".formatted(chain))));
	}

	/** A signed note of whatever is said. */
	String note(String chain, long size, byte[] root, Ed25519Signer by) {
		return Checkpoint.sign(Checkpoint.origin(ORIGIN, chain), size, root, by).note();
	}

}
