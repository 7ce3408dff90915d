/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.ConsistencyReceipt;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TreeNode;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.merkle.ConsistencyProof;
import io.auditspring.ledger.merkle.InclusionProof;
import org.jspecify.annotations.Nullable;

/**
 * Makes proofs of tiles. None is given out that does not lead to the signed roots.
 */
public final class TreeProofs {

	private final TreeRows tree;

	private final Schema schema;

	private volatile @Nullable Newest newest;

	/**
	 * What an entry of the root log is about.
	 *
	 * @param rootSeq the entry's place
	 * @param map the heads of all chains
	 */
	private record Newest(long rootSeq, RootMap map) {

	}

	public TreeProofs(Schema schema, TreeRows tree) {
		this.tree = tree;
		this.schema = schema;
	}

	public @Nullable StoredEntry entry(Connection connection, UUID id) throws SQLException {
		return new EntryReader(connection, this.schema).entry(id);
	}

	public @Nullable StoredEntry entry(Connection connection, String chain, long seq) throws SQLException {
		List<StoredEntry> entries = new ArrayList<>();
		new EntryReader(connection, this.schema).read(chain, "seq = " + seq,
				(row) -> entries.add(StoredEntry.read(row)));
		return (entries.size() == 1) ? entries.get(0) : null;
	}

	/**
	 * Proves that an entry, as its columns are now, is under a checkpoint.
	 * @return the proof, or empty if the checkpoint does not cover the entry
	 */
	public Optional<InclusionReceipt> inclusion(Connection connection, StoredEntry entry, Checkpoint checkpoint)
			throws SQLException {
		String chain = entry.core().chain();
		Long seq = entry.core().seq();
		if (chain == null || seq == null || seq >= checkpoint.size()) {
			return Optional.empty();
		}
		InclusionReceipt proof = inclusion(connection, chain, seq, checkpoint);
		if (!Arrays.equals(entry.computeHash(), proof.hash())) {
			throw new CheckpointRefusedException("Entry %s of chain '%s' (%s) is not the one that was signed"
				.formatted(seq, chain, entry.core().id()));
		}
		return Optional.of(proof);
	}

	public InclusionReceipt inclusion(Connection connection, String chain, long seq, Checkpoint checkpoint)
			throws SQLException {
		List<TreeRange> ranges = new ArrayList<>(InclusionProof.ranges(seq, checkpoint.size()));
		ranges.add(new TreeRange(seq, seq + 1));
		List<byte[]> hashes = hashes(connection, chain, ranges);
		List<byte[]> path = hashes.subList(0, hashes.size() - 1);
		InclusionReceipt proof = new InclusionReceipt(chain, seq, hashes.get(path.size()),
				new InclusionProof(seq, checkpoint.size(), path), checkpoint);
		check(proof.holds(), chain);
		return proof;
	}

	/**
	 * Proves that an entry, as its columns are now, is where all chains ended when an
	 * entry of the root log was made, which is under a checkpoint.
	 * @return the proof, or empty if the checkpoint does not cover the entry
	 */
	public Optional<RootReceipt> inclusionInAll(Connection connection, StoredEntry entry, Checkpoint checkpoint)
			throws SQLException {
		RootRows rows = new RootRows(connection, this.schema);
		Long rootSeq = rows.lastEntryBefore(checkpoint.size());
		RootMap map = (rootSeq != null) ? map(rows, rootSeq) : new RootMap();
		RootHead head = map.head(Objects.requireNonNull(entry.core().chain()));
		StoredEntry root = (head != null && rootSeq != null) ? rootEntry(connection, rootSeq) : null;
		if (head == null || root == null || seq(entry) >= head.size()) {
			return Optional.empty();
		}
		List<TreeRange> ranges = new ArrayList<>(InclusionProof.ranges(seq(entry), head.size()));
		RootReceipt proof = new RootReceipt(entry.computeHash(),
				new InclusionProof(seq(entry), head.size(), hashes(connection, head.chain(), ranges)), head,
				new InclusionProof(map.place(head.chain()), map.size(), map.path(head.chain())), root.canonicalCore(),
				inclusion(connection, RootRows.CHAIN, rootSeq, checkpoint));
		if (!proof.holds()) {
			throw new CheckpointRefusedException("Entry %s of chain '%s' (%s) is not under what the root log says"
				.formatted(seq(entry), head.chain(), entry.core().id()));
		}
		return Optional.of(proof);
	}

	/** That of the newest entry is asked for again and again, and never changes. */
	private RootMap map(RootRows rows, long rootSeq) throws SQLException {
		Newest known = this.newest;
		if (known == null || known.rootSeq() != rootSeq) {
			known = new Newest(rootSeq, rows.before(rootSeq + 1));
			// From here on it is read by several threads.
			known.map().root();
			this.newest = known;
		}
		return known.map();
	}

	private @Nullable StoredEntry rootEntry(Connection connection, long seq) throws SQLException {
		EntryReader reader = new EntryReader(connection, this.schema);
		StoredEntry.Place place = reader.place(RootRows.CHAIN, seq);
		return (place != null && place.id() != null) ? reader.entry(place.id()) : null;
	}

	/**
	 * Reads the paths that lead from entries to a root, all at once. Whether they do is
	 * for those to find out who verify.
	 * @return the paths; none where the tree lacks what they are made of
	 */
	public Map<StoredEntry, InclusionProof> paths(Connection connection, String chain, List<StoredEntry> entries,
			long size) throws SQLException {
		CompactRange edge = this.tree.edge(connection, chain, "");
		if (edge == null || edge.size() < size || entries.isEmpty()) {
			return Map.of();
		}
		Map<StoredEntry, List<TreeRange>> ranges = new IdentityHashMap<>();
		entries.forEach((entry) -> ranges.put(entry, InclusionProof.ranges(seq(entry), size)));
		Set<TreeNode> nodes = ranges.values()
			.stream()
			.flatMap(List::stream)
			.flatMap((range) -> range.nodes().stream())
			.collect(Collectors.toSet());
		Function<TreeNode, byte[]> hashes;
		try {
			hashes = this.tree.hashes(connection, chain, edge, nodes);
		}
		catch (CheckpointRefusedException ex) {
			return Map.of();
		}
		Map<StoredEntry, InclusionProof> paths = new IdentityHashMap<>();
		ranges.forEach((entry, parts) -> paths.put(entry,
				new InclusionProof(seq(entry), size, parts.stream().map((range) -> range.hash(hashes)).toList())));
		return paths;
	}

	private static long seq(StoredEntry entry) {
		return Objects.requireNonNull(entry.core().seq());
	}

	public ConsistencyReceipt consistency(Connection connection, String chain, Checkpoint older, Checkpoint newer)
			throws SQLException {
		List<byte[]> path = hashes(connection, chain, ConsistencyProof.ranges(older.size(), newer.size()));
		ConsistencyReceipt proof = new ConsistencyReceipt(older, newer,
				new ConsistencyProof(older.size(), newer.size(), path));
		check(proof.holds(), chain);
		return proof;
	}

	/**
	 * Proves to somebody who knows the root of an earlier size, whichever that is, that
	 * only entries were appended since.
	 * @return the path; empty if there is nothing to prove
	 */
	public List<byte[]> growth(Connection connection, String chain, long oldSize, Checkpoint newer)
			throws SQLException {
		if (oldSize == 0 || oldSize == newer.size()) {
			return List.of();
		}
		List<TreeRange> ranges = new ArrayList<>(ConsistencyProof.ranges(oldSize, newer.size()));
		ranges.add(new TreeRange(0, oldSize));
		List<byte[]> hashes = hashes(connection, chain, ranges);
		List<byte[]> path = hashes.subList(0, hashes.size() - 1);
		check(new ConsistencyProof(oldSize, newer.size(), path).proves(hashes.get(path.size()), newer.root()), chain);
		return path;
	}

	private List<byte[]> hashes(Connection connection, String chain, List<TreeRange> ranges) throws SQLException {
		CompactRange edge = this.tree.edge(connection, chain, "");
		if (edge == null || ranges.stream().anyMatch((range) -> range.to() > edge.size())) {
			throw refusal(chain);
		}
		List<TreeNode> nodes = ranges.stream().flatMap((range) -> range.nodes().stream()).toList();
		Function<TreeNode, byte[]> hashes = this.tree.hashes(connection, chain, edge, nodes);
		return ranges.stream().map((range) -> range.hash(hashes)).toList();
	}

	private static void check(boolean valid, String chain) {
		if (!valid) {
			throw refusal(chain);
		}
	}

	private static CheckpointRefusedException refusal(String chain) {
		return new CheckpointRefusedException(
				"The tree of chain '%s' in audit_tree and audit_tile does not lead to what was signed"
					.formatted(chain));
	}

}
