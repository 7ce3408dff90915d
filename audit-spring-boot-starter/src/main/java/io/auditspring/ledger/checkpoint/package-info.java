/**
 * Signed checkpoints: their text, keys, the memory of who signs them and the places that
 * keep them. Knows nothing of databases.
 */
@NullMarked
package io.auditspring.ledger.checkpoint;

import org.jspecify.annotations.NullMarked;
