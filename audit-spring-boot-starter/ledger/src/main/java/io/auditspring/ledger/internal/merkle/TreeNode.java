/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.merkle;

/**
 * The place of a complete subtree.
 *
 * @param level its height: it has 2<sup>level</sup> leaves
 * @param index how many subtrees of that height are left of it
 */
public record TreeNode(int level, long index) {

	/**
	 * Where it ends.
	 * @return one more than the last leaf's index
	 */
	public long end() {
		return (this.index + 1) << this.level;
	}

}
