/**
 * Merkle trees and their proofs as RFC 6962 and RFC 9162 define them. In come hashes of
 * leaves, out go roots and proofs. Begin with
 * {@link io.auditspring.ledger.merkle.MerkleTree}. Knows nothing of entries or databases.
 */
@NullMarked
package io.auditspring.ledger.merkle;

import org.jspecify.annotations.NullMarked;
