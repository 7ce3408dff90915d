/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.Sha256;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.merkle.ConsistencyProof;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The tiles of a range and its manifest prove each of its entries, wherever in the chain
 * it is and however much was signed after it.
 */
class RangeProofsTests {

	private static final CheckpointSigner SIGNER = Ed25519Signer.ofPem("example.com/audit", Ed25519Signer.newPem());

	private static final UUID LEDGER = UUID.randomUUID();

	private static final Manifest.File NONE = new Manifest.File(0, "");

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "0, 0, 1", "0, 0, 2", "0, 255, 256", "0, 256, 300", "1, 1, 9", "255, 256, 257", "256, 511, 512",
			"300, 1000, 1001", "300, 1000, 5000", "511, 513, 70000", "65000, 66000, 66001", "65535, 65536, 65537",
			"65536, 65600, 131072", "131000, 131100, 140000" })
	void eachEntryIsProven(int first, int last, int signed) throws Exception {
		RangeProofs proofs = new RangeProofs(manifest(first, last, signed), tiles(first, last));
		assertThat(LongStream.rangeClosed(first, last)).allMatch(
				(seq) -> proofs.inclusion(seq, leaf(seq)).holds() && !proofs.inclusion(seq, leaf(seq + 1)).holds());
	}

	@Test
	void whatDoesNotHaveTheHashesProvesNothing() throws Exception {
		byte[] tiles = tiles(300, 1_000);
		Manifest manifest = manifest(300, 1_000, 5_000);
		assertThatThrownBy(() -> new RangeProofs(manifest, Arrays.copyOf(tiles, 64)).inclusion(300, leaf(300)))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("tiles.bin' does not have what a proof is made of");
		tiles[(300 - 256) * 32] ^= 1;
		assertThat(new RangeProofs(manifest, tiles).inclusion(301, leaf(301)).holds()).isFalse();
		assertThatThrownBy(() -> new RangeProofs(manifest(300, 1_000, 5_000, List.of()), tiles))
			.isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("0 hashes instead of");
	}

	private byte[] tiles(int first, int last) throws Exception {
		CompactRange before = new CompactRange();
		for (int seq = 0; seq < first; seq++) {
			before.append(leaf(seq), (tile) -> {
			});
		}
		Path file = this.directory.resolve("tiles.bin");
		try (Tiles.Writer writer = new Tiles.Writer(file, before)) {
			for (int seq = first; seq <= last; seq++) {
				writer.append(leaf(seq));
			}
			writer.finish();
		}
		return Files.readAllBytes(file);
	}

	private static Manifest manifest(int first, int last, int signed) {
		List<byte[]> consistency = new ArrayList<>();
		ConsistencyProof.ranges(last + 1, signed).forEach((part) -> consistency.add(root(part)));
		return manifest(first, last, signed, consistency);
	}

	private static Manifest manifest(int first, int last, int signed, List<byte[]> consistency) {
		Checkpoint checkpoint = Checkpoint.sign(Checkpoint.origin("example.com/audit", "main"), signed,
				root(new TreeRange(0, signed)), SIGNER);
		return new Manifest(LEDGER, new RangeName("main", first, last), false, 0, 1, Instant.EPOCH, Instant.EPOCH,
				leaf(0), leaf(last), leaf(0), 0, 0, NONE, NONE, NONE,
				new Manifest.Proof(checkpoint.note(), consistency), null, null);
	}

	private static byte[] root(TreeRange part) {
		MerkleTree tree = new MerkleTree();
		for (long seq = part.from(); seq < part.to(); seq++) {
			tree.append(leaf(seq));
		}
		return tree.root();
	}

	private static byte[] leaf(long seq) {
		return Sha256.hash(ByteBuffer.allocate(8).putLong(seq).array());
	}

}
