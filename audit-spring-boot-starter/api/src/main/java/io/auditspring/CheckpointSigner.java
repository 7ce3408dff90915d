/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * Signs checkpoints with an Ed25519 key (RFC 8032). Define a bean to keep the key
 * elsewhere than in a file or property, such as in a hardware security module.
 *
 * @since 0.1.0
 */
public interface CheckpointSigner {

	/**
	 * The name that signatures carry, by which verifiers choose the key.
	 * @return a name without white space and plus signs
	 */
	String name();

	/**
	 * The public key.
	 * @return its 32 bytes, as RFC 8032 encodes them
	 */
	byte[] publicKey();

	/**
	 * Signs a message.
	 * @param message the bytes to sign
	 * @return the signature's 64 bytes
	 * @throws RuntimeException if it cannot be signed now; it is tried again later
	 */
	byte[] sign(byte[] message);

}
