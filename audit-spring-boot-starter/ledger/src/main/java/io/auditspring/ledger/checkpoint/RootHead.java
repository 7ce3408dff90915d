/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;

import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * Where a chain ended when an entry of the root log was made: a leaf of the map over all
 * chains.
 *
 * @param chain the chain's name
 * @param size how many entries it had
 * @param root the Merkle root over them, 32 bytes
 * @param closed whether it was closed: nothing comes to it any more
 * @since 0.1.0
 */
public record RootHead(String chain, long size, byte[] root, boolean closed) {

	/** The order of the map: that of the names' UTF-8 bytes. */
	public static final Comparator<String> ORDER = (one, other) -> Arrays.compareUnsigned(Sha256.utf8(one),
			Sha256.utf8(other));

	private static final byte[] LEAF = { 0x00 };

	/**
	 * Its canonical form.
	 * @return a JSON object of chain, closed, root (hex) and size
	 */
	public String canonical() {
		return new CanonicalObject().text("chain", this.chain)
			.raw("closed", String.valueOf(this.closed))
			.text("root", HexFormat.of().formatHex(this.root))
			.number("size", this.size)
			.toString();
	}

	/**
	 * Its leaf in the map.
	 * @return the leaf's hash, 32 bytes
	 */
	public byte[] leafHash() {
		return Sha256.hash(LEAF, Sha256.utf8(canonical()));
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof RootHead that && canonical().equals(that.canonical());
	}

	@Override
	public int hashCode() {
		return canonical().hashCode();
	}

	@Override
	public String toString() {
		return canonical();
	}

}
