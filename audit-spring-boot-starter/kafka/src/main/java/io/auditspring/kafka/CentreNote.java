/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * What the ledger that receives a chain says to its source, besides receipts: signed as a
 * note in the form of a checkpoint, of which the first line is
 * {@code audit-request/<kind>/<origin>/<chain>} and the hash is that of what is said.
 */
enum CentreNote {

	/** From which place on to send again: the number. */
	RESEND,

	/** From which place on to send one bundle again, to try it: the number. */
	TRY,

	/**
	 * Its legal holds. The number is the time in milliseconds, so that none goes back.
	 */
	HOLDS;

	String sign(String log, long number, String content, CheckpointSigner signer) {
		return Checkpoint.sign(origin(log), number, hash(content), signer).note();
	}

	/** The number, if one of these keys signed this. */
	OptionalLong open(String note, String log, String content, TrustedKeys keys) {
		try {
			Checkpoint signed = Checkpoint.open(note, keys);
			boolean same = signed.origin().equals(origin(log)) && Arrays.equals(signed.root(), hash(content));
			return same ? OptionalLong.of(signed.size()) : OptionalLong.empty();
		}
		catch (InvalidCheckpointException | IndexOutOfBoundsException ex) {
			return OptionalLong.empty();
		}
	}

	private String origin(String log) {
		return "audit-request/%s/%s".formatted(name().toLowerCase(Locale.ROOT), log);
	}

	private static byte[] hash(String content) {
		return Sha256.hash(content.getBytes(StandardCharsets.UTF_8));
	}

}
