package io.auditspring.sample.controlplane;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * An API key in clear text, {@code id.secret}: once when it is made, and whenever a
 * request brings it.
 *
 * @param id the public half
 * @param secret the half that must be shown and kept nowhere
 */
record PresentedKey(String id, String secret) {

	private static final SecureRandom RANDOM = new SecureRandom();

	static PresentedKey random() {
		return new PresentedKey("key_" + HexFormat.of().formatHex(randomBytes(6)),
				Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes(32)));
	}

	/**
	 * Reads the text of a request's header.
	 * @param text the text
	 * @return the key; with an empty secret, which fits no hash, if it is not of the form
	 */
	static PresentedKey parse(String text) {
		int dot = text.indexOf('.');
		boolean wellFormed = dot > 0 && text.substring(0, dot).matches("key_[0-9a-f]{12}");
		// Of what is no key, nothing is kept: it could be one that was mistyped.
		return wellFormed ? new PresentedKey(text.substring(0, dot), text.substring(dot + 1))
				: new PresentedKey("unknown", "");
	}

	/**
	 * The hash to store. Plain SHA-256 will do: 256 random bits cannot be guessed, unlike
	 * passwords.
	 * @return the hash in hex
	 */
	String secretHash() {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			return HexFormat.of().formatHex(digest.digest(this.secret.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	boolean fits(String secretHash) {
		return MessageDigest.isEqual(secretHash().getBytes(StandardCharsets.US_ASCII),
				secretHash.getBytes(StandardCharsets.US_ASCII));
	}

	String text() {
		return this.id + "." + this.secret;
	}

	@Override
	public String toString() {
		return this.id;
	}

	private static byte[] randomBytes(int length) {
		byte[] bytes = new byte[length];
		RANDOM.nextBytes(bytes);
		return bytes;
	}

}
