/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.auditspring.CheckpointSigner;

/**
 * Signs with a private key that the application holds.
 *
 * @since 0.1.0
 */
public final class Ed25519Signer implements CheckpointSigner {

	private static final String ALGORITHM = "Ed25519";

	private static final int KEY_LENGTH = 32;

	private static final Pattern PEM = Pattern
		.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

	private final String name;

	private final PrivateKey privateKey;

	private final byte[] publicKey;

	private Ed25519Signer(String name, PrivateKey privateKey, byte[] publicKey) {
		this.name = name;
		this.privateKey = privateKey;
		this.publicKey = publicKey;
		// Also proves that the two keys belong together.
		SignedNote.sign("The keys belong together.\n", this);
	}

	/**
	 * Takes a private key.
	 * @param name the key's name
	 * @param pem a private Ed25519 key in PEM, unencrypted PKCS#8 (RFC 8410), as
	 * {@code openssl genpkey -algorithm ed25519} writes it
	 * @return a signer
	 * @throws IllegalArgumentException if it is something else; the message does not
	 * repeat it
	 */
	public static Ed25519Signer ofPem(String name, String pem) {
		Matcher matcher = PEM.matcher(pem.strip());
		if (!matcher.matches()) {
			throw new IllegalArgumentException("it is not a single unencrypted private key in PEM (PKCS#8), "
					+ "which begins with -----BEGIN PRIVATE KEY-----");
		}
		try {
			PrivateKey key = KeyFactory.getInstance(ALGORITHM)
				.generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(matcher.group(1))));
			return new Ed25519Signer(name, key, publicKey(key));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalArgumentException("it is not an Ed25519 key", ex);
		}
	}

	/**
	 * Makes a new private key.
	 * @return the key in PEM, as {@link #ofPem} takes it
	 */
	public static String newPem() {
		try {
			byte[] encoded = KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair().getPrivate().getEncoded();
			return "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(encoded)
					+ "\n-----END PRIVATE KEY-----\n";
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * PKCS#8 usually comes without the public key, and the platform derives it from the
	 * private one only when it makes a pair. So let it make a pair, of the "random" bytes
	 * that are the private key. Were this not so on some platform, the two would not
	 * belong together, which the constructor checks.
	 */
	private static byte[] publicKey(PrivateKey privateKey) throws GeneralSecurityException {
		if (!(privateKey instanceof EdECPrivateKey key) || key.getBytes().isEmpty()) {
			throw new GeneralSecurityException("There is no access to the private key");
		}
		KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
		generator.initialize(NamedParameterSpec.ED25519, new KnownBytes(key.getBytes().get()));
		PublicKey publicKey = generator.generateKeyPair().getPublic();
		byte[] encoded = publicKey.getEncoded();
		return Arrays.copyOfRange(encoded, encoded.length - KEY_LENGTH, encoded.length);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public byte[] publicKey() {
		return this.publicKey.clone();
	}

	@Override
	public byte[] sign(byte[] message) {
		try {
			Signature signature = Signature.getInstance(ALGORITHM);
			signature.initSign(this.privateKey);
			signature.update(message);
			return signature.sign();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The checkpoint cannot be signed", ex);
		}
	}

	private static final class KnownBytes extends SecureRandom {

		private static final long serialVersionUID = 1L;

		private final byte[] bytes;

		private KnownBytes(byte[] bytes) {
			this.bytes = bytes.clone();
		}

		@Override
		public void nextBytes(byte[] target) {
			System.arraycopy(this.bytes, 0, target, 0, target.length);
		}

	}

}
