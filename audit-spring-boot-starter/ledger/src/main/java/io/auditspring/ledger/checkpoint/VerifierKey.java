/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import io.auditspring.CheckpointSigner;

/**
 * A public Ed25519 key with the name by which signed notes refer to it, as C2SP
 * signed-note and {@code golang.org/x/mod/sumdb/note} define it.
 *
 * @since 0.1.0
 */
public final class VerifierKey {

	private final NoteKey key;

	/**
	 * Takes a key.
	 * @param name its name
	 * @param key its 32 bytes, as RFC 8032 encodes them
	 * @throws IllegalArgumentException if one of them is not what it should be
	 */
	public VerifierKey(String name, byte[] key) {
		this(new NoteKey(name, NoteKey.Use.CHECKPOINT, key));
	}

	private VerifierKey(NoteKey key) {
		this.key = key;
	}

	/**
	 * The key that verifies what a signer signs.
	 * @param signer the signer
	 * @return its public key
	 * @throws IllegalArgumentException if it is not what it should be
	 */
	public static VerifierKey of(CheckpointSigner signer) {
		return new VerifierKey(signer.name(), signer.publicKey());
	}

	/**
	 * Reads a key.
	 * @param text {@code name+id+key}: the id in 8 hexadecimal digits, the key in Base64
	 * with the byte of its algorithm before it
	 * @return the key
	 * @throws IllegalArgumentException if this is no such text, the key is that of a
	 * witness, or the id does not belong to the key
	 */
	public static VerifierKey parse(String text) {
		return new VerifierKey(NoteKey.parse(text, NoteKey.Use.CHECKPOINT));
	}

	/**
	 * The name.
	 * @return the name that signatures carry
	 */
	public String name() {
		return this.key.name();
	}

	byte[] id() {
		return this.key.id();
	}

	boolean isNamedBy(SignedNote.Signature signature) {
		return this.key.isNamedBy(signature);
	}

	boolean isSameKeyAs(VerifierKey other) {
		return this.key.isSameKeyAs(other.key);
	}

	/**
	 * Verifies a signature.
	 * @param message what was signed
	 * @param signature the signature
	 * @return whether it is this key's signature of the message
	 */
	boolean verifies(byte[] message, byte[] signature) {
		return this.key.verifies(message, signature);
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof VerifierKey that && this.key.equals(that.key);
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
