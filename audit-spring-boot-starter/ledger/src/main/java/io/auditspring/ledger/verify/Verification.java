/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonAutoDetect;

/**
 * What verifying the ledger found.
 *
 * @since 0.1.0
 */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
public final class Verification {

	private final boolean valid;

	private final List<ChainVerification> chains;

	private Verification(List<ChainVerification> chains) {
		this.valid = chains.stream().allMatch(ChainVerification::valid);
		this.chains = List.copyOf(chains);
	}

	/**
	 * Puts the results of chains together.
	 * @param chains the results
	 * @return all of them; valid if each is
	 */
	public static Verification of(List<ChainVerification> chains) {
		return new Verification(chains);
	}

	/**
	 * Whether all chains are as they were written.
	 * @return whether there is no problem in any of them
	 */
	public boolean valid() {
		return this.valid;
	}

	/**
	 * What was found in each chain.
	 * @return the result for each chain, by name
	 */
	public List<ChainVerification> chains() {
		return this.chains;
	}

	/**
	 * Whether something speaks against a chain, and not only against what was kept of it
	 * elsewhere.
	 * @return whether one of the chains was tampered with
	 */
	public boolean tampered() {
		return this.chains.stream().anyMatch(ChainVerification::tampered);
	}

	@Override
	public String toString() {
		return this.chains.toString();
	}

}
