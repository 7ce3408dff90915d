package io.auditspring.ledger.verify;

import java.util.List;

/**
 * What verifying the ledger found.
 *
 * @param valid whether all chains are as they were written
 * @param chains the result for each chain, by name
 */
public record Verification(boolean valid, List<ChainVerification> chains) {

	public Verification {
		chains = List.copyOf(chains);
	}

	/**
	 * Whether something speaks against a chain, and not only against what was kept of it
	 * elsewhere.
	 * @return whether one of the chains was tampered with
	 */
	public boolean tampered() {
		return this.chains.stream().anyMatch(ChainVerification::tampered);
	}

	/**
	 * Puts the results of chains together.
	 * @param chains the results
	 * @return all of them; valid if each is
	 */
	public static Verification of(List<ChainVerification> chains) {
		return new Verification(chains.stream().allMatch(ChainVerification::valid), chains);
	}

}
