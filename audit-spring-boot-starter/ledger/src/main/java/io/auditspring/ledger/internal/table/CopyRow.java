/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A row in the binary format of COPY (PostgreSQL manual, COPY, "Binary Format"), read
 * column by column. Nothing is converted before somebody asks, which may be another
 * thread than the one that reads from the database.
 */
public final class CopyRow {

	private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

	/** Family, length of the mask, kind, length of the address. */
	private static final int INET_HEADER = 4;

	private final ByteBuffer bytes;

	/**
	 * Begins at a row.
	 * @param bytes whose position is behind the number of columns
	 */
	CopyRow(ByteBuffer bytes) {
		this.bytes = bytes;
	}

	/**
	 * How much it is.
	 * @return the bytes that are left of it
	 */
	public int length() {
		return this.bytes.remaining();
	}

	@Nullable String text() {
		int length = this.bytes.getInt();
		return (length < 0) ? null : text(length);
	}

	private String text(int length) {
		int start = this.bytes.position();
		this.bytes.position(start + length);
		return new String(this.bytes.array(), this.bytes.arrayOffset() + start, length, StandardCharsets.UTF_8);
	}

	byte @Nullable [] binary() {
		int length = this.bytes.getInt();
		if (length < 0) {
			return null;
		}
		byte[] value = new byte[length];
		this.bytes.get(value);
		return value;
	}

	@Nullable Long bigint() {
		return (this.bytes.getInt() < 0) ? null : (Long) this.bytes.getLong();
	}

	@Nullable Integer smallint() {
		return (this.bytes.getInt() < 0) ? null : (Integer) (int) this.bytes.getShort();
	}

	@Nullable Integer oid() {
		return (this.bytes.getInt() < 0) ? null : (Integer) this.bytes.getInt();
	}

	@Nullable UUID uuid() {
		int length = this.bytes.getInt();
		return (length < 0) ? null : new UUID(this.bytes.getLong(), this.bytes.getLong());
	}

	/**
	 * Reads a jsonb value, whose text follows its version.
	 * @return the text, or {@code null}
	 */
	@Nullable String json() {
		int length = this.bytes.getInt();
		if (length < 0) {
			return null;
		}
		this.bytes.get();
		return text(length - 1);
	}

	/**
	 * Reads an address.
	 * @return its bytes in hexadecimal digits, with the length of the mask behind them if
	 * it is one of a network; or {@code null}
	 */
	@Nullable String inet() {
		byte[] inet = binary();
		if (inet == null) {
			return null;
		}
		String address = HexFormat.of().formatHex(inet, INET_HEADER, inet.length);
		int maskBits = inet[1] & 0xff;
		return (maskBits == (inet.length - INET_HEADER) * 8) ? address : address + "/" + maskBits;
	}

	/**
	 * Reads a point in time. One that is infinite is more than 290,000 years away, and so
	 * is none that an entry can have.
	 * @return it, or {@code null}
	 */
	@Nullable Instant time() {
		Long micros = bigint();
		return (micros != null) ? EPOCH.plus(micros, ChronoUnit.MICROS) : null;
	}

}
