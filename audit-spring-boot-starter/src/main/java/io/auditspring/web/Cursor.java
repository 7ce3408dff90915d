package io.auditspring.web;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

/**
 * The place between two entries, as a client carries it to the next request. It says
 * where to go on and nothing about what may be seen, so it is safe to take from anybody:
 * filters and access are applied anew each time.
 */
final class Cursor {

	private static final byte VERSION = 1;

	private static final int LENGTH = 1 + 8 + 8 + 16;

	private static final String REMEDY = "cursor takes what 'next' of the page before was, unchanged";

	private Cursor() {
	}

	static String of(KeysetScrollPosition position) {
		Map<String, Object> keys = position.getKeys();
		Instant recordedAt = (Instant) Objects.requireNonNull(keys.get("recordedAt"));
		Long seq = (Long) Objects.requireNonNull(keys.get("seq"));
		UUID id = (UUID) Objects.requireNonNull(keys.get("id"));
		ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
			.put(VERSION)
			.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, recordedAt))
			.putLong(seq)
			.putLong(id.getMostSignificantBits())
			.putLong(id.getLeastSignificantBits());
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
	}

	/**
	 * Reads a cursor.
	 * @param text what {@link #of} gave
	 * @return the position after the entry that it names
	 * @throws IllegalArgumentException if it is something else
	 */
	static KeysetScrollPosition parse(String text) {
		try {
			ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
			if (bytes.remaining() == LENGTH && bytes.get() == VERSION) {
				Instant recordedAt = Timestamps.requireStorable(Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS));
				long seq = bytes.getLong();
				return ScrollPosition.forward(
						Map.of("recordedAt", recordedAt, "seq", seq, "id", new UUID(bytes.getLong(), bytes.getLong())));
			}
		}
		catch (IllegalArgumentException | DateTimeException | ArithmeticException ex) {
			throw new IllegalArgumentException(REMEDY, ex);
		}
		throw new IllegalArgumentException(REMEDY);
	}

}
