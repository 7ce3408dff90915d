/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.merkle.InclusionProof;
import org.jspecify.annotations.Nullable;

/**
 * Proofs as the API gives them: hashes in hex, paths in Base64 as C2SP writes them.
 */
public final class Proofs {

	private Proofs() {
	}

	/**
	 * Tells a proof by the root log.
	 * @param receipt the proof
	 * @return its members
	 */
	public static Map<String, @Nullable Object> of(RootReceipt receipt) {
		RootHead head = receipt.head();
		Map<String, @Nullable Object> where = new LinkedHashMap<>();
		where.put("chain", head.chain());
		where.put("closed", head.closed());
		where.put("root", hex(head.root()));
		where.put("size", head.size());
		Map<String, @Nullable Object> proof = new LinkedHashMap<>();
		proof.put("hash", hex(receipt.hash()));
		proof.put("inChain", path(receipt.inChain()));
		proof.put("head", where);
		proof.put("inMap", path(receipt.inMap()));
		proof.put("rootEntry", receipt.rootEntry());
		proof.put("inRoot", path(receipt.root().proof()));
		proof.put("checkpoint", receipt.root().checkpoint().note());
		return proof;
	}

	/**
	 * Tells a proof by a checkpoint of the entry's chain.
	 * @param receipt the proof
	 * @return its members
	 */
	public static Map<String, @Nullable Object> of(InclusionReceipt receipt) {
		Map<String, @Nullable Object> proof = new LinkedHashMap<>();
		proof.put("hash", hex(receipt.hash()));
		proof.put("inChain", path(receipt.proof()));
		proof.put("checkpoint", receipt.checkpoint().note());
		return proof;
	}

	private static Map<String, @Nullable Object> path(InclusionProof proof) {
		Map<String, @Nullable Object> path = new LinkedHashMap<>();
		path.put("index", proof.leafIndex());
		path.put("size", proof.treeSize());
		path.put("path", proof.path().stream().map(Base64.getEncoder()::encodeToString).toList());
		return path;
	}

	private static String hex(byte[] hash) {
		return HexFormat.of().formatHex(hash);
	}

}
