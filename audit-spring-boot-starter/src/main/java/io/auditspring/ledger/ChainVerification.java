package io.auditspring.ledger;

import java.util.List;

/**
 * What verifying a chain found.
 *
 * @param chain the chain's name
 * @param entries how many entries it has
 * @param root the Merkle root (RFC 6962) over their hashes, in lower-case hexadecimal
 * digits
 * @param problems what is wrong with it; empty if it is as it was written
 */
public record ChainVerification(String chain, long entries, String root, List<Problem> problems) {

	public ChainVerification {
		problems = List.copyOf(problems);
	}

}
