/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.internal.merkle.LeafLevels;
import org.jspecify.annotations.Nullable;

/**
 * The map over the heads of all chains, as an entry of the root log has it.
 */
public final class RootMap {

	private final TreeMap<String, RootHead> heads = new TreeMap<>(RootHead.ORDER);

	/** Where each chain's leaf is. */
	private final TreeMap<String, Integer> places = new TreeMap<>(RootHead.ORDER);

	private @Nullable LeafLevels levels;

	public @Nullable RootHead head(String chain) {
		return this.heads.get(chain);
	}

	/**
	 * Takes a head that moved.
	 * @param head the head
	 */
	public void put(RootHead head) {
		boolean known = this.heads.put(head.chain(), head) != null;
		LeafLevels tree = this.levels;
		Integer place = this.places.get(head.chain());
		if (known && tree != null && place != null) {
			tree.set(place, head.leafHash());
		}
		else {
			// A new chain moves all that come after it.
			this.levels = null;
		}
	}

	public byte[] root() {
		return levels().root();
	}

	public int place(String chain) {
		levels();
		return this.places.get(chain);
	}

	public List<byte[]> path(String chain) {
		return levels().path(place(chain));
	}

	public int size() {
		return this.heads.size();
	}

	private LeafLevels levels() {
		LeafLevels tree = this.levels;
		if (tree == null) {
			this.places.clear();
			List<byte[]> leaves = new ArrayList<>();
			this.heads.forEach((chain, head) -> {
				this.places.put(chain, leaves.size());
				leaves.add(head.leafHash());
			});
			tree = new LeafLevels(leaves);
			this.levels = tree;
		}
		return tree;
	}

}
