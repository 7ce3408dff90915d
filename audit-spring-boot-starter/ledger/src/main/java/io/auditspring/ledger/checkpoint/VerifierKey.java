package io.auditspring.ledger.checkpoint;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * A public Ed25519 key with the name by which signed notes refer to it, as C2SP
 * signed-note and {@code golang.org/x/mod/sumdb/note} define it.
 *
 * @since 0.1.0
 */
public final class VerifierKey {

	static final int ID_LENGTH = 4;

	private static final byte ED25519 = 0x01;

	private static final int KEY_LENGTH = 32;

	/** What X.509 puts before the key's bytes (RFC 8410, section 4). */
	private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

	private static final HexFormat HEX = HexFormat.of();

	private final String name;

	private final byte[] key;

	private final PublicKey publicKey;

	/**
	 * Takes a key.
	 * @param name its name
	 * @param key its 32 bytes, as RFC 8032 encodes them
	 * @throws IllegalArgumentException if one of them is not what it should be
	 */
	public VerifierKey(String name, byte[] key) {
		if (!KeyName.isValid(name)) {
			throw new IllegalArgumentException(
					"A key's name has neither white space nor plus signs and is not empty, unlike '%s'"
						.formatted(name));
		}
		if (key.length != KEY_LENGTH) {
			throw new IllegalArgumentException(
					"A public Ed25519 key has %d bytes, not %d".formatted(KEY_LENGTH, key.length));
		}
		this.name = name;
		this.key = key.clone();
		this.publicKey = publicKey(key);
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
	 * @throws IllegalArgumentException if this is no such text, or the id does not belong
	 * to the key
	 */
	public static VerifierKey parse(String text) {
		String[] parts = text.split("\\+", 3);
		if (parts.length != 3) {
			throw new IllegalArgumentException("A verifier key is written name+id+key, unlike '%s'".formatted(text));
		}
		byte[] tagged = Base64.getDecoder().decode(parts[2]);
		if (tagged.length == 0 || tagged[0] != ED25519) {
			throw new IllegalArgumentException("The key '%s' is not an Ed25519 key".formatted(text));
		}
		VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(tagged, 1, tagged.length));
		if (!key.hexId().equals(parts[1])) {
			throw new IllegalArgumentException("The id of the key '%s' should be %s".formatted(text, key.hexId()));
		}
		return key;
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

	/**
	 * The name.
	 * @return the name that signatures carry
	 */
	public String name() {
		return this.name;
	}

	/**
	 * The first bytes of a hash over name and key.
	 * @return 4 bytes
	 */
	byte[] id() {
		byte[] hash = Sha256.hash(Sha256.utf8(this.name + "\n"), new byte[] { ED25519 }, this.key);
		return Arrays.copyOf(hash, ID_LENGTH);
	}

	private String hexId() {
		return HEX.formatHex(id());
	}

	/**
	 * Verifies a signature.
	 * @param message what was signed
	 * @param signature the signature
	 * @return whether it is this key's signature of the message
	 */
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
		return other instanceof VerifierKey that && toString().equals(that.toString());
	}

	@Override
	public int hashCode() {
		return toString().hashCode();
	}

	/**
	 * Writes the key.
	 * @return the text that {@link #parse} reads
	 */
	@Override
	public String toString() {
		byte[] tagged = new byte[KEY_LENGTH + 1];
		tagged[0] = ED25519;
		System.arraycopy(this.key, 0, tagged, 1, KEY_LENGTH);
		return this.name + "+" + hexId() + "+" + Base64.getEncoder().encodeToString(tagged);
	}

}
