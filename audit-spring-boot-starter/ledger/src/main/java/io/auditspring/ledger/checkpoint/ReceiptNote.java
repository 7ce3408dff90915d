/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.Locale;
import java.util.Optional;

import io.auditspring.CheckpointSigner;

/**
 * What a ledger that receives a chain of another one signs for that: a checkpoint of the
 * chain whose first line says what it states,
 * {@code audit-receipt/<kind>/<origin>/<chain>}.
 */
public enum ReceiptNote {

	/** So many entries are stored there. */
	STORED,

	/** So many entries are there to stay, even if that database is lost. */
	SAFE;

	/**
	 * The kind as it is written.
	 * @return it
	 */
	public String kind() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Signs a receipt.
	 * @param log the chain, as its own checkpoints name it: {@code <origin>/<chain>}
	 * @param size how many entries
	 * @param root the Merkle root over them
	 * @param signer who received them
	 * @return the receipt
	 */
	public Checkpoint sign(String log, long size, byte[] root, CheckpointSigner signer) {
		return Checkpoint.sign(origin(log), size, root, signer);
	}

	/**
	 * Reads a receipt.
	 * @param note the signed note
	 * @param log the chain it must be of
	 * @param keys whose signatures count
	 * @return the receipt, or empty if it is none of this kind and chain that one of
	 * these keys signed
	 */
	public Optional<Checkpoint> open(String note, String log, TrustedKeys keys) {
		try {
			Checkpoint receipt = Checkpoint.open(note, keys);
			return receipt.origin().equals(origin(log)) ? Optional.of(receipt) : Optional.empty();
		}
		catch (InvalidCheckpointException | IndexOutOfBoundsException ex) {
			return Optional.empty();
		}
	}

	private String origin(String log) {
		return "audit-receipt/%s/%s".formatted(kind(), log);
	}

}
