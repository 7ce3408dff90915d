/**
 * Merkle trees and their proofs as RFC 6962 and RFC 9162 define them. Knows nothing of
 * entries or databases.
 */
@NullMarked
package io.auditspring.ledger.merkle;

import org.jspecify.annotations.NullMarked;
