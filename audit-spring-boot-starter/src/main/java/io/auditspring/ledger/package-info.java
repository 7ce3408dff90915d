/**
 * The tamper-evident store: canonical form, hashing, chain writer and verifier.
 */
@NullMarked
package io.auditspring.ledger;

import org.jspecify.annotations.NullMarked;
