/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.util.Arrays;
import java.util.UUID;

import io.auditspring.ledger.internal.merkle.Sha256;

/**
 * The hashes of the ledger's format, version 1.
 */
public final class EntryHash {

	public static final int VERSION = 1;

	public static final int SALT_LENGTH = 32;

	public static final int LENGTH = 32;

	private static final byte[] LEAF = { 0x00 };

	private EntryHash() {
	}

	/**
	 * What the first entry of a chain has as the hash before it.
	 * @param ledgerId the chain's random id
	 * @param chain the chain's name
	 * @return the hash
	 */
	public static byte[] genesis(UUID ledgerId, String chain) {
		return Sha256.hash(Sha256.utf8("audit-ledger/v1\n" + ledgerId + "\n" + chain));
	}

	public static byte[] actorDigest(byte[] salt, ActorObject actor) {
		return Sha256.hash(Arrays.copyOfRange(salt, 0, 16), Sha256.utf8(actor.canonical()));
	}

	public static byte[] dataDigest(byte[] salt, Entry.DataGroup data) {
		return Sha256.hash(Arrays.copyOfRange(salt, 16, 32), Sha256.utf8(canonical(data)));
	}

	public static byte[] leaf(CoreObject core, byte[] actorDigest, byte[] dataDigest, byte[] prevHash) {
		return leaf(core.canonical(actorDigest, dataDigest, prevHash));
	}

	public static String canonical(CoreObject core, byte[] actorDigest, byte[] dataDigest, byte[] prevHash) {
		return core.canonical(actorDigest, dataDigest, prevHash);
	}

	/**
	 * The hash of an entry.
	 * @param canonicalCore its core object in canonical form
	 * @return the leaf's hash
	 */
	public static byte[] leaf(String canonicalCore) {
		return Sha256.hash(LEAF, Sha256.utf8(canonicalCore));
	}

	public static String canonical(Entry.DataGroup data) {
		return new CanonicalObject().json("after", data.after())
			.json("before", data.before())
			.json("changes", data.changes())
			.text("error", data.error())
			.text("justification", data.justification())
			.text("message", data.message())
			.json("metadata", data.metadata())
			.json("related", data.related())
			.text("targetName", data.targetName())
			.toString();
	}

}
