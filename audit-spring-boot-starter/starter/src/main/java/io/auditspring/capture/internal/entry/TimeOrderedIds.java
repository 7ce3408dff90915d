/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;

/**
 * Gives ids that begin with the time: version 7 UUIDs (RFC 9562, section 5.7) with the
 * fraction of the millisecond in place of the first random bits (section 6.2, method 3).
 * Random bytes are fetched many at a time, as the generator takes longer for eight of
 * them than the rest of a call. They are not guessable: whoever knew an entry's id before
 * could write an entry of that id himself, and the other one would pass for a repetition.
 */
final class TimeOrderedIds {

	private static final TimeOrderedIds INSTANCE = new TimeOrderedIds();

	private static final long MILLI = 1_000_000;

	private final SecureRandom generator = new SecureRandom();

	private final byte[] bytes = new byte[1 << 12];

	private final ByteBuffer random = ByteBuffer.wrap(this.bytes).limit(0);

	private TimeOrderedIds() {
	}

	/**
	 * Gives an id.
	 * @return an id that nobody else gets
	 */
	static UUID next() {
		Instant now = Instant.now();
		long fraction = (now.getNano() % MILLI << 12) / MILLI;
		return new UUID(now.toEpochMilli() << 16 | 7L << 12 | fraction, 1L << 63 | INSTANCE.random() >>> 2);
	}

	private synchronized long random() {
		if (!this.random.hasRemaining()) {
			this.generator.nextBytes(this.bytes);
			this.random.clear();
		}
		return this.random.getLong();
	}

}
