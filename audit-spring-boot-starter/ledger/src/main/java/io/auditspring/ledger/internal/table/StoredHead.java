package io.auditspring.ledger.internal.table;

import java.util.UUID;

/**
 * A row of {@code audit_chain} as it is found.
 *
 * @param ledgerId the chain's random id
 * @param size how many entries the chain has
 * @param hash the last entry's hash
 */
public record StoredHead(UUID ledgerId, long size, byte[] hash) {

}
