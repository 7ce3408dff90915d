/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.chain.NewEntries;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.merkle.TreeNode;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.internal.merkle.TreeTile;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.tree.CheckpointRows;
import io.auditspring.ledger.internal.tree.TreeRows;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one checkpoint, within the transaction that is open: checks where the last one
 * ended, reads the entries since then, adds them to the tree, reads the tree back, asks
 * everybody who remembers an earlier checkpoint, and signs.
 */
final class CheckpointStep {

	private static final Logger logger = LoggerFactory.getLogger(CheckpointStep.class);

	private static final int MOST_TOLD = 5;

	private final String head;

	private final NewEntries entries;

	private final TreeRows tree;

	private final CheckpointRows checkpoints;

	private final String origin;

	private final TrustedKeys keys;

	private final CheckpointSigning signing;

	private final long maxEntries;

	CheckpointStep(Schema schema, TreeRows tree, CheckpointRows checkpoints, String origin, TrustedKeys keys,
			CheckpointSigning signing, long maxEntries) {
		this.head = """
				select %s, exists (select from %s where chain = name and seq >= size) as goes_on
				from %s
				where name = ?
				""".formatted(ChainHead.COLUMNS, schema.table("audit_log"), schema.table("audit_chain"));
		this.entries = new NewEntries(schema);
		this.tree = tree;
		this.checkpoints = checkpoints;
		this.origin = origin;
		this.keys = keys;
		this.signing = signing;
		this.maxEntries = maxEntries;
	}

	/**
	 * Makes the next checkpoint.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param wait whether to wait where another instance is at it
	 * @return what came of it
	 * @throws SQLException if the database fails
	 * @throws IOException if it cannot be remembered what was signed
	 * @throws CheckpointRefusedException if something is not as it was written
	 */
	Result run(Connection connection, String chain, boolean wait) throws SQLException, IOException {
		CompactRange edge = this.tree.edge(connection, chain, wait ? "for update" : "for update skip locked");
		Checkpoint last = this.checkpoints.latest(connection, chain).orElse(null);
		if (edge == null) {
			if (last != null && this.tree.edge(connection, chain, "") == null) {
				throw new CheckpointRefusedException(
						"The tree of chain '%s', of which there are checkpoints, is gone from audit_tree"
							.formatted(chain));
			}
			return new Result(last, false, last != null);
		}
		MerkleTree grown = startingTree(connection, chain, edge, last);
		Head found = head(connection, chain);
		ChainHead head = (found != null) ? found.stored() : null;
		long size = (head != null) ? head.size() : 0;
		if (head == null || size <= edge.size()) {
			checkRemembered(connection, chain, edge, last, size);
			requireEnd(chain, found);
			return new Result(last, false, false);
		}
		long end = Math.min(size, edge.size() + this.maxEntries);
		grow(connection, chain, edge, grown, head, end);
		checkRemembered(connection, chain, readBack(connection, chain, grown), last, end);
		requireEnd(chain, found);
		return new Result(sign(connection, chain, grown), end < size, false);
	}

	/** The tree as it was when the last checkpoint was signed, or it is not trusted. */
	private MerkleTree startingTree(Connection connection, String chain, CompactRange edge, @Nullable Checkpoint last)
			throws SQLException {
		List<TreeNode> nodes = new TreeRange(0, edge.size()).nodes();
		Function<TreeNode, byte[]> hashes = this.tree.hashes(connection, chain, edge, nodes);
		MerkleTree tree = new MerkleTree(edge.size(), nodes.stream().map(hashes).toList());
		long signedSize = (last != null) ? last.size() : 0;
		if (edge.size() != signedSize || (last != null && !Arrays.equals(tree.root(), last.root()))) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' in audit_tree and audit_tile does not lead to its last checkpoint (%d entries)"
						.formatted(chain, signedSize));
		}
		return tree;
	}

	private void grow(Connection connection, String chain, CompactRange edge, MerkleTree grown, ChainHead head,
			long end) throws SQLException {
		byte[] previous = (edge.size() == 0) ? EntryHash.genesis(head.ledgerId(), chain)
				: leaf(connection, chain, edge, edge.size() - 1);
		List<TreeTile> full = new ArrayList<>();
		long signed = edge.size();
		List<ControlEntry.Retirement> retirements = new ArrayList<>();
		byte[] lastHash = this.entries.read(connection, chain, signed, end, previous, (hash) -> {
			grown.append(hash);
			edge.append(hash, full::add);
		}, retirements::add);
		if (end == head.size() && !Arrays.equals(lastHash, head.hash())) {
			throw new CheckpointRefusedException(
					"The head of chain '%s' in audit_chain is not the hash of its last entry %d".formatted(chain,
							end - 1));
		}
		this.tree.write(connection, chain, edge, full);
		for (ControlEntry.Retirement retirement : retirements) {
			checkRetired(connection, chain, edge, retirement, signed);
		}
		if (!retirements.isEmpty()) {
			this.entries.checkRetirements(connection, chain, signed, end);
		}
	}

	/** Whoever drops a month must not get a signature that covers what they say of it. */
	private void checkRetired(Connection connection, String chain, CompactRange edge,
			ControlEntry.Retirement retirement, long signed) throws SQLException {
		String range = "An entry of chain '%s' says that entries %d to %d are retired, ".formatted(chain,
				retirement.firstSeq(), retirement.lastSeq());
		if (!retirement.isSignedBy(this.keys)) {
			throw new CheckpointRefusedException(range + "but is not signed by a trusted key");
		}
		long last = retirement.lastSeq();
		if (last < 0 || last >= signed
				|| !retirement.lastHash().equals(HexFormat.of().formatHex(leaf(connection, chain, edge, last)))) {
			throw new CheckpointRefusedException(range + "but not by the hash that the last one was signed with");
		}
	}

	private byte[] leaf(Connection connection, String chain, CompactRange edge, long index) throws SQLException {
		TreeNode leaf = new TreeNode(0, index);
		return this.tree.hashes(connection, chain, edge, List.of(leaf)).apply(leaf);
	}

	/** What was computed and what is stored must be the same before it is signed. */
	private CompactRange readBack(Connection connection, String chain, MerkleTree grown) throws SQLException {
		CompactRange stored = this.tree.edge(connection, chain, "");
		if (stored == null || stored.size() != grown.size()
				|| !Arrays.equals(root(connection, chain, stored, grown.size()), grown.root())) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' that was read back is not the one that was written".formatted(chain));
		}
		return stored;
	}

	private byte[] root(Connection connection, String chain, CompactRange edge, long size) throws SQLException {
		TreeRange range = new TreeRange(0, size);
		Function<TreeNode, byte[]> hashes = this.tree.hashes(connection, chain, edge, range.nodes());
		return range.hash(hashes);
	}

	/** Nothing that was ever signed may be contradicted. */
	private void checkRemembered(Connection connection, String chain, CompactRange edge, @Nullable Checkpoint last,
			long size) throws SQLException, IOException {
		if (last != null) {
			checkNotShorter(chain, last, last, size, "audit_checkpoint");
		}
		String log = Checkpoint.origin(this.origin, chain);
		Optional<Checkpoint> signed = this.signing.memory().last(log, this.keys);
		if (signed.isPresent()) {
			check(connection, chain, edge, signed.get(), last, "the signer's memory");
		}
		List<String> unreadable = new ArrayList<>();
		for (CheckpointAnchor anchor : this.signing.anchors()) {
			Checkpoint anchored = new AnchorReader(this.keys, log).newest(anchor, chain, unreadable::add);
			if (anchored != null) {
				check(connection, chain, edge, anchored, last, "the anchor " + anchor);
			}
		}
		checkReadable(chain, unreadable);
	}

	/**
	 * After all that can be compared was: what is unreadable may be what would show that
	 * the ledger went back.
	 */
	private void checkReadable(String chain, List<String> unreadable) throws IOException {
		if (unreadable.isEmpty()) {
			return;
		}
		String what = "Chain '%s' cannot be compared with all that was kept of it elsewhere: %s".formatted(chain,
				String.join("; ", unreadable.subList(0, Math.min(unreadable.size(), MOST_TOLD))));
		if (!this.signing.ignoresUnreadable()) {
			throw new IOException(what + ". Nothing is signed until it is put right, or somebody who has verified the "
					+ "ledger sets audit.checkpoint.ignore-unreadable-anchors=true");
		}
		logger.warn("{}. It is signed all the same, as audit.checkpoint.ignore-unreadable-anchors says", what);
	}

	private void check(Connection connection, String chain, CompactRange edge, Checkpoint known,
			@Nullable Checkpoint last, String where) throws SQLException {
		checkNotShorter(chain, known, last, edge.size(), where);
		if (!Arrays.equals(root(connection, chain, edge, known.size()), known.root())) {
			throw new SplitViewException(
					"Chain '%s' went another way than a checkpoint that is known from %s".formatted(chain, where),
					known.note(), describe(last, edge.size()));
		}
	}

	private static void checkNotShorter(String chain, Checkpoint known, @Nullable Checkpoint last, long size,
			String where) {
		if (known.size() > size) {
			throw new SplitViewException(
					"Chain '%s' went back: it has fewer entries than a checkpoint that is known from %s"
						.formatted(chain, where),
					known.note(), describe(last, size));
		}
	}

	private static String describe(@Nullable Checkpoint last, long size) {
		return "%d entries; the newest checkpoint in the database:%n%s".formatted(size,
				(last != null) ? last.note() : "none");
	}

	private Checkpoint sign(Connection connection, String chain, MerkleTree grown) throws SQLException, IOException {
		Checkpoint checkpoint = Checkpoint.sign(Checkpoint.origin(this.origin, chain), grown.size(), grown.root(),
				this.signing.signer());
		// First, so that nothing is signed that is not remembered, whatever happens next.
		this.signing.memory().remember(checkpoint);
		this.checkpoints.insert(connection, chain, checkpoint);
		return checkpoint;
	}

	private @Nullable Head head(Connection connection, String chain) throws SQLException {
		return Sql.find(connection, this.head, (row) -> new Head(ChainHead.read(chain, row), row.getBoolean("goes_on")),
				chain);
	}

	private static void requireEnd(String chain, @Nullable Head head) {
		if (head != null && head.goesOn()) {
			throw new CheckpointRefusedException(
					"The head of chain '%s' in audit_chain says that it ends before entry %d, but it goes on"
						.formatted(chain, head.stored().size()));
		}
	}

	/**
	 * A chain's head, and what is behind it at the same moment.
	 *
	 * @param stored the head
	 * @param goesOn whether there are entries behind it
	 */
	private record Head(ChainHead stored, boolean goesOn) {

	}

	/**
	 * What came of it.
	 *
	 * @param checkpoint the newest checkpoint
	 * @param more whether there are entries that it does not cover yet
	 * @param busy whether it was left to somebody else who is at it
	 */
	record Result(@Nullable Checkpoint checkpoint, boolean more, boolean busy) {

	}

}
