/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * A public Ed25519 key as signed notes refer to it: by its name, and an id that also
 * depends on what it signs (C2SP signed-note).
 */
final class NoteKey {

	static final int ID_LENGTH = 4;

	/** What X.509 puts before the key's bytes (RFC 8410, section 4). */
	private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

	private static final int KEY_LENGTH = 32;

	private final String name;

	private final byte[] tagged;

	private final PublicKey publicKey;

	NoteKey(String name, Use use, byte[] key) {
		if (!KeyName.isValid(name)) {
			throw new IllegalArgumentException(
					"A key's name has neither white space nor plus signs and is not empty, unlike '%s'"
						.formatted(name));
		}
		if (key.length != KEY_LENGTH) {
			throw new IllegalArgumentException(
					"A public Ed25519 key has %s bytes, not %s".formatted(KEY_LENGTH, key.length));
		}
		this.name = name;
		this.tagged = new byte[KEY_LENGTH + 1];
		this.tagged[0] = use.tag;
		System.arraycopy(key, 0, this.tagged, 1, KEY_LENGTH);
		this.publicKey = publicKey(key);
	}

	/**
	 * Reads a key.
	 * @param text {@code name+id+key}
	 * @param use what it must be for
	 * @return the key
	 * @throws IllegalArgumentException if this is no such text, the key is for something
	 * else, or the id does not belong to it
	 */
	static NoteKey parse(String text, Use use) {
		String[] parts = text.split("\\+", 3);
		if (parts.length != 3) {
			throw new IllegalArgumentException("A verifier key is written name+id+key, unlike '%s'".formatted(text));
		}
		byte[] tagged = Base64.getDecoder().decode(parts[2]);
		if (tagged.length == 0 || tagged[0] != use.tag) {
			throw new IllegalArgumentException(
					"The key '%s' is not %s%s".formatted(text, use.what, (tagged.length > 0) ? found(tagged[0]) : ""));
		}
		NoteKey key = new NoteKey(parts[0], use, Arrays.copyOfRange(tagged, 1, tagged.length));
		if (!key.hexId().equals(parts[1])) {
			throw new IllegalArgumentException("The id of the key '%s' should be %s".formatted(text, key.hexId()));
		}
		return key;
	}

	private static String found(byte tag) {
		for (Use use : Use.values()) {
			if (use.tag == tag) {
				return ", but " + use.what;
			}
		}
		return ", but of type 0x%02x, which is not supported".formatted(tag);
	}

	private static PublicKey publicKey(byte[] key) {
		try {
			byte[] encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + KEY_LENGTH);
			System.arraycopy(key, 0, encoded, X509_PREFIX.length, KEY_LENGTH);
			return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalArgumentException("This is not a public Ed25519 key", ex);
		}
	}

	String name() {
		return this.name;
	}

	/**
	 * The first bytes of a hash over name and key.
	 * @return 4 bytes
	 */
	byte[] id() {
		return Arrays.copyOf(Sha256.hash(Sha256.utf8(this.name + "\n"), this.tagged), ID_LENGTH);
	}

	private String hexId() {
		return HexFormat.of().formatHex(id());
	}

	boolean isNamedBy(SignedNote.Signature signature) {
		return this.name.equals(signature.keyName()) && Arrays.equals(id(), signature.keyId());
	}

	boolean isSameKeyAs(NoteKey other) {
		return this.publicKey.equals(other.publicKey);
	}

	boolean verifies(byte[] message, byte[] signature) {
		try {
			Signature verifier = Signature.getInstance("Ed25519");
			verifier.initVerify(this.publicKey);
			verifier.update(message);
			return verifier.verify(signature);
		}
		catch (GeneralSecurityException ex) {
			// The platform throws for signatures that are no encoded ones at all.
			return false;
		}
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof NoteKey that && toString().equals(that.toString());
	}

	@Override
	public int hashCode() {
		return toString().hashCode();
	}

	@Override
	public String toString() {
		return this.name + "+" + hexId() + "+" + Base64.getEncoder().encodeToString(this.tagged);
	}

	/**
	 * What a key signs: none may be taken for another's.
	 */
	enum Use {

		CHECKPOINT(0x01, "an Ed25519 key that signs checkpoints"),

		COSIGNATURE(0x04, "an Ed25519 key of a witness");

		private final byte tag;

		private final String what;

		Use(int tag, String what) {
			this.tag = (byte) tag;
			this.what = what;
		}

	}

}
