/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.value;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

/**
 * The place between two entries, as a client carries it to the next request. It says
 * where to go on and nothing about what may be seen, so it is safe to take from anybody:
 * filters and access are applied anew each time. For those who may see only their own
 * entries it names the last one instead of its place in the ledger: by its id, which
 * several chains may have where a ledger was restored, and when it was recorded.
 */
public final class Cursor {

	public static final String REMEDY = "cursor takes what 'next' of the page before was, unchanged";

	private static final byte OF_PLACE = 1;

	private static final byte OF_ENTRY = 2;

	private static final byte OF_OLDER = 3;

	private static final byte OF_NEWER = 4;

	private static final UUID FIRST = new UUID(0, 0);

	private static final UUID LAST = new UUID(-1, -1);

	private static final int LENGTH = 1 + 8 + 8 + 16;

	private static final int LENGTH_OF_ENTRY = 1 + 8 + 16;

	private Cursor() {
	}

	public static String of(AuditEntry last) {
		return of(last.getRecordedAt(), OF_PLACE, last.getSeq(), last.getId());
	}

	/**
	 * The place behind all entries of a time.
	 * @param until the time
	 * @param older whether what is older comes next
	 * @return a cursor that names no entry, so that nobody is kept from using it
	 */
	public static String of(Instant until, boolean older) {
		return of(until, older ? OF_OLDER : OF_NEWER, 0, FIRST);
	}

	private static String of(Instant recordedAt, byte kind, long seq, UUID id) {
		return encode(timed(LENGTH, kind, recordedAt).putLong(seq), id);
	}

	private static ByteBuffer timed(int length, byte kind, Instant time) {
		return ByteBuffer.allocate(length).put(kind).putLong(ChronoUnit.MICROS.between(Instant.EPOCH, time));
	}

	public static String withoutPlace(AuditEntry last) {
		return encode(timed(LENGTH_OF_ENTRY, OF_ENTRY, last.getRecordedAt()), last.getId());
	}

	private static String encode(ByteBuffer bytes, UUID id) {
		bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
	}

	/**
	 * The place after an entry.
	 * @param last the entry
	 * @return where to go on
	 */
	public static KeysetScrollPosition position(AuditEntry last) {
		return position(last.getRecordedAt(), last.getSeq(), last.getId());
	}

	private static KeysetScrollPosition position(Instant recordedAt, long seq, UUID id) {
		return ScrollPosition.forward(Map.of("recordedAt", recordedAt, "seq", seq, "id", id));
	}

	/**
	 * Which entry a cursor names.
	 * @param text what {@link #of} or {@link #withoutPlace} gave, or {@code null}
	 * @return what finds the entry, or {@code null} where the cursor says itself where to
	 * go on
	 * @throws IllegalArgumentException if it is something else
	 */
	public static @Nullable AuditQuery entry(@Nullable String text) {
		ByteBuffer bytes = (text != null) ? decode(text) : null;
		if (bytes == null || bytes.get() != OF_ENTRY) {
			return null;
		}
		Instant recordedAt = time(bytes);
		return AuditQuery.all()
			.id(new UUID(bytes.getLong(), bytes.getLong()))
			.from(recordedAt)
			.to(recordedAt.plus(1, ChronoUnit.MICROS));
	}

	/**
	 * Whether a cursor says nothing but a time.
	 * @param text what one of these methods gave
	 * @return whether that is so
	 */
	public static boolean isOfTime(String text) {
		ByteBuffer bytes = decode(text);
		return bytes != null && Set.of(OF_OLDER, OF_NEWER).contains(bytes.get());
	}

	/**
	 * Reads a cursor.
	 * @param text what {@link #of} or {@link #withoutPlace} gave
	 * @return the position after the entry that it names; the very beginning where it
	 * says only which entry that is
	 * @throws IllegalArgumentException if it is something else
	 */
	public static KeysetScrollPosition parse(String text) {
		ByteBuffer bytes = decode(text);
		if (bytes == null) {
			throw new IllegalArgumentException(REMEDY);
		}
		byte kind = bytes.get();
		if (kind == OF_ENTRY) {
			return ScrollPosition.keyset();
		}
		Instant recordedAt = time(bytes);
		if (kind != OF_PLACE) {
			return (kind == OF_OLDER) ? position(recordedAt, 0, FIRST) : position(recordedAt, Long.MAX_VALUE, LAST);
		}
		return position(recordedAt, bytes.getLong(), new UUID(bytes.getLong(), bytes.getLong()));
	}

	private static Instant time(ByteBuffer bytes) {
		try {
			return InstantParameter.requireStorable(Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS));
		}
		catch (IllegalArgumentException | DateTimeException | ArithmeticException ex) {
			throw new IllegalArgumentException(REMEDY, ex);
		}
	}

	private static @Nullable ByteBuffer decode(String text) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
			int length = (bytes.remaining() > 0) ? switch (bytes.get(0)) {
				case OF_PLACE, OF_OLDER, OF_NEWER -> LENGTH;
				case OF_ENTRY -> LENGTH_OF_ENTRY;
				default -> 0;
			} : 0;
			return (length > 0 && bytes.remaining() == length) ? bytes : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
