package io.auditspring.ledger.internal.table;

import java.time.Instant;

/**
 * Where a chain ends.
 *
 * @param chain the chain's name
 * @param size how many entries it has, which is the next one's {@code seq}
 * @param hash the last entry's hash, or the genesis hash
 * @param recordedAt when the next entries are recorded: now, but always after the last
 * ones
 */
record ChainHead(String chain, long size, byte[] hash, Instant recordedAt) {

	ChainHead next(byte[] hash) {
		return new ChainHead(this.chain, this.size + 1, hash, this.recordedAt);
	}

}
