/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * The public Ed25519 key of a witness. What it signs is not the checkpoint alone, but
 * when it saw that this was the largest one, and consistent with all before (C2SP
 * tlog-cosignature, type 0x04). So it never counts as a signature of the log.
 *
 * @since 0.1.0
 */
public final class WitnessKey {

	private static final int TIME_LENGTH = Long.BYTES;

	private final NoteKey key;

	/**
	 * Takes a key.
	 * @param name its name
	 * @param key its 32 bytes, as RFC 8032 encodes them
	 * @throws IllegalArgumentException if one of them is not what it should be
	 */
	public WitnessKey(String name, byte[] key) {
		this(new NoteKey(name, NoteKey.Use.COSIGNATURE, key));
	}

	private WitnessKey(NoteKey key) {
		this.key = key;
	}

	/**
	 * Reads a key.
	 * @param text {@code name+id+key}: the id in 8 hexadecimal digits, the key in Base64
	 * with the byte of its algorithm before it
	 * @return the key
	 * @throws IllegalArgumentException if this is no such text, the key is for something
	 * else, or the id does not belong to it
	 */
	public static WitnessKey parse(String text) {
		return new WitnessKey(NoteKey.parse(text, NoteKey.Use.COSIGNATURE));
	}

	/**
	 * What a witness signs.
	 * @param text the text of the checkpoint's note
	 * @param seconds when it signs, in seconds since 1970
	 * @return the message
	 */
	static byte[] message(String text, long seconds) {
		return Sha256.utf8("cosignature/v1\ntime " + seconds + "\n" + text);
	}

	/**
	 * The name.
	 * @return the name that cosignatures carry
	 */
	public String name() {
		return this.key.name();
	}

	/**
	 * Looks whether the witness cosigned a checkpoint.
	 * @param checkpoint the checkpoint
	 * @return when it did, or empty if it did not or its signature is wrong
	 */
	public Optional<Instant> cosigned(Checkpoint checkpoint) {
		SignedNote note = SignedNote.parse(checkpoint.note());
		return note.signatures()
			.stream()
			.filter(this.key::isNamedBy)
			.flatMap((signature) -> verified(note.text(), signature.bytes()).stream())
			.findFirst();
	}

	private Optional<Instant> verified(String text, byte[] cosignature) {
		if (cosignature.length <= TIME_LENGTH) {
			return Optional.empty();
		}
		long seconds = ByteBuffer.wrap(cosignature).getLong();
		byte[] signature = Arrays.copyOfRange(cosignature, TIME_LENGTH, cosignature.length);
		// One without a time does not say that there was no larger one.
		return (seconds > 0 && seconds <= Instant.MAX.getEpochSecond()
				&& this.key.verifies(message(text, seconds), signature)) ? Optional.of(Instant.ofEpochSecond(seconds))
						: Optional.empty();
	}

	boolean isSameKeyAs(WitnessKey other) {
		return this.key.isSameKeyAs(other.key);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof WitnessKey that && this.key.equals(that.key);
	}

	@Override
	public int hashCode() {
		return this.key.hashCode();
	}

	/**
	 * Writes the key.
	 * @return the text that {@link #parse} reads
	 */
	@Override
	public String toString() {
		return this.key.toString();
	}

}
