package io.auditspring.sample.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * What a mailed link carries. Only its hash is stored; plain SHA-256 will do, since 256
 * random bits cannot be guessed.
 *
 * @param text the token in clear text
 */
record ResetToken(String text) {

	private static final SecureRandom RANDOM = new SecureRandom();

	static ResetToken random() {
		byte[] bytes = new byte[32];
		RANDOM.nextBytes(bytes);
		return new ResetToken(HexFormat.of().formatHex(bytes));
	}

	String hash() {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			return HexFormat.of().formatHex(digest.digest(this.text.getBytes(StandardCharsets.UTF_8)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has SHA-256", ex);
		}
	}

	@Override
	public String toString() {
		return "ResetToken[hidden]";
	}

}
