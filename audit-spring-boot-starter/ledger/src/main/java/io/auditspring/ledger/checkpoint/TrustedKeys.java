/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The keys whose signatures count. A key that was retired is no longer among them; one
 * that was only replaced still is, so that older checkpoints stay verifiable.
 *
 * @param keys the keys
 * @param retired keys that leaked: what they signed proves nothing, but is no problem
 * either where a checkpoint of one of the others covers it
 * @since 0.1.0
 */
public record TrustedKeys(List<VerifierKey> keys, List<VerifierKey> retired) {

	public TrustedKeys {
		keys = List.copyOf(keys);
		retired = List.copyOf(retired);
	}

	/**
	 * Takes keys.
	 * @param keys the keys
	 * @return all of them
	 */
	public static TrustedKeys of(VerifierKey... keys) {
		return new TrustedKeys(List.of(keys), List.of());
	}

	/**
	 * Whether one of the keys signed a message that does not name its key.
	 * @param message what was signed
	 * @param signature the signature, 64 bytes
	 * @return whether one did
	 */
	public boolean verify(byte[] message, byte[] signature) {
		return this.keys.stream().anyMatch((key) -> key.verifies(message, signature));
	}

	/**
	 * The keys that leaked.
	 * @return them, as if they still were trusted
	 */
	public TrustedKeys ofRetired() {
		return new TrustedKeys(this.retired, List.of());
	}

	/**
	 * All keys.
	 * @return those that leaked, too, as if they still were trusted
	 */
	public TrustedKeys withRetired() {
		return new TrustedKeys(Stream.concat(this.keys.stream(), this.retired.stream()).toList(), List.of());
	}

	Optional<VerifierKey> find(SignedNote.Signature signature) {
		return this.keys.stream().filter((key) -> key.isNamedBy(signature)).findFirst();
	}

}
