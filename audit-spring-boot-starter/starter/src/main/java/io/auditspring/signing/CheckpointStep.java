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
import java.util.List;
import java.util.Optional;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.SplitViewException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.tree.CheckpointRows;
import io.auditspring.ledger.internal.tree.RootRows;
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

	private final Schema schema;

	private final TreeGrowth growth;

	private final TreeRows tree;

	private final CheckpointRows checkpoints;

	private final String origin;

	private final TrustedKeys keys;

	private final CheckpointSigning signing;

	private final long maxEntries;

	CheckpointStep(Schema schema, TreeRows tree, CheckpointRows checkpoints, String origin, TrustedKeys keys,
			CheckpointSigning signing, long maxEntries) {
		this.schema = schema;
		this.growth = new TreeGrowth(schema, tree, keys);
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
		MerkleTree grown = signedTree(connection, chain, edge, last);
		TreeGrowth.Head found = this.growth.head(connection, chain);
		ChainHead head = (found != null) ? found.stored() : null;
		long size = (head != null) ? head.size() : 0;
		if (head == null || size <= grown.size() || size < edge.size()) {
			checkRemembered(connection, chain, edge, last, size);
			TreeGrowth.requireEnd(chain, found, edge);
			return new Result(last, false, false);
		}
		// The root log may have let the tree grow already: a checkpoint is one of all of
		// it.
		long end = Math.min(size, Math.max(edge.size(), grown.size() + this.maxEntries));
		CompactRange stored = this.growth.grow(connection, chain, edge, grown, head, end);
		checkRemembered(connection, chain, stored, last, end);
		TreeGrowth.requireEnd(chain, found, edge);
		return new Result(sign(connection, chain, grown), end < size, false);
	}

	/**
	 * The tree as it was when the last checkpoint was signed, or it is not trusted. What
	 * the root log let grow since then is looked at once more.
	 */
	private MerkleTree signedTree(Connection connection, String chain, CompactRange edge, @Nullable Checkpoint last)
			throws SQLException {
		long size = (last != null) ? last.size() : 0;
		RootRows.Row recorded = new RootRows(connection, this.schema).newest(chain);
		long known = Math.max(size, (recorded != null) ? recorded.head().size() : 0);
		MerkleTree tree = (edge.size() == known) ? this.growth.at(connection, chain, edge, size) : null;
		if (tree == null || (last != null && !Arrays.equals(tree.root(), last.root()))) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' in audit_tree and audit_tile does not lead to its last checkpoint (%s entries)"
						.formatted(chain, size));
		}
		return tree;
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
		if (!Arrays.equals(this.growth.root(connection, chain, edge, known.size()), known.root())) {
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
		return "%s entries; the newest checkpoint in the database:%n%s".formatted(size,
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
