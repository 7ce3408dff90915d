/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.verify.ExportLine;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Entries as they travel: the key is the chain's name, the value their lines as in an
 * export, and the note that their source signed of the chain with these entries is among
 * the headers, beside the attributes of CloudEvents. Without entries it says that there
 * are no new ones. Nothing of it counts before the signature does.
 *
 * @param chain the chain's name
 * @param first the first entry's place
 * @param count how many entries
 * @param known how many entries the chain has at its source
 * @param note the signed note
 * @param value the lines
 */
record EntriesRecord(String chain, long first, int count, long known, String note, byte[] value) {

	private static final String VERSION = "1";

	private static final String MEDIA_TYPE = "application/x-ndjson";

	/** The number of the entry that would come next. */
	long end() {
		return this.first + this.count;
	}

	ProducerRecord<byte[], byte[]> to(String topic, String log) {
		ProducerRecord<byte[], byte[]> sent = new ProducerRecord<>(topic, bytes(this.chain), this.value);
		Headers headers = sent.headers();
		headers.add("audit-version", bytes(VERSION));
		headers.add("audit-first", bytes(String.valueOf(this.first)));
		headers.add("audit-count", bytes(String.valueOf(this.count)));
		headers.add("audit-size", bytes(String.valueOf(this.known)));
		headers.add("audit-note", bytes(this.note));
		headers.add("ce_specversion", bytes("1.0"));
		headers.add("ce_type", bytes("io.auditspring.entries"));
		headers.add("ce_source", bytes("/" + log));
		headers.add("ce_id", bytes(this.first + "-" + this.end()));
		headers.add("content-type", bytes(MEDIA_TYPE));
		return sent;
	}

	/**
	 * Reads what came.
	 * @param record the record
	 * @return what it says
	 * @throws IllegalArgumentException if it is not written like that
	 */
	static EntriesRecord of(ConsumerRecord<byte[], byte[]> record) {
		String version = header(record, "audit-version");
		if (!version.equals(VERSION)) {
			throw new IllegalArgumentException(
					"it is of version %s, and known is %s: upgrade this application first".formatted(version, VERSION));
		}
		long first = Long.parseLong(header(record, "audit-first"));
		int count = Integer.parseInt(header(record, "audit-count"));
		if (first < 0 || count < 0) {
			throw new IllegalArgumentException("its place is %s, its count %s".formatted(first, count));
		}
		return new EntriesRecord(chain(record), first, count, Long.parseLong(header(record, "audit-size")),
				header(record, "audit-note"), (record.value() != null) ? record.value() : new byte[0]);
	}

	/** What it says it is of. */
	static String chain(ConsumerRecord<byte[], byte[]> record) {
		byte[] key = record.key();
		return (key != null) ? text(key) : "";
	}

	private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
		Header header = record.headers().lastHeader(name);
		byte @Nullable [] value = (header != null) ? header.value() : null;
		if (value == null) {
			throw new IllegalArgumentException("it has no header " + name);
		}
		return text(value);
	}

	/**
	 * Reads the entries.
	 * @return them, in their order
	 * @throws IllegalArgumentException if a line is none
	 */
	List<StoredEntry> entries() {
		List<StoredEntry> entries = new ArrayList<>(Math.min(this.count, SignedChain.MOST_ENTRIES));
		try {
			text(this.value).lines().map(ExportLine::read).forEach(entries::add);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("an entry in it cannot be read: " + ex.getMessage(), ex);
		}
		return entries;
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

}
