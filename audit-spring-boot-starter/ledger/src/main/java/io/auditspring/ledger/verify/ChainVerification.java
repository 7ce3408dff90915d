package io.auditspring.ledger.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.ledger.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What verifying a chain found.
 *
 * @param chain the chain's name
 * @param from the {@code seq} from which on entries were read: 0, unless those before are
 * retired, or were verified by an earlier run
 * @param size where the chain ends: the last entry's {@code seq} and one
 * @param entries how many entries were read
 * @param root the Merkle root (RFC 6962) over the hashes of all {@code size} entries, in
 * lower-case hexadecimal digits; {@code null} if those of some are unknown
 * @param checkpoints how many checkpoints were compared with the entries
 * @param checkpointSize the number of entries in the last of those checkpoints that is
 * signed by a trusted key and true, or {@code null} if there is none
 * @param problems what is wrong with it: the first of each kind; empty if it is as it was
 * written
 * @param counts how many problems there are of each kind
 */
public record ChainVerification(String chain, long from, long size, long entries, @Nullable String root,
		long checkpoints, @Nullable Long checkpointSize, List<Problem> problems, Map<Problem.Kind, Long> counts) {

	public ChainVerification {
		problems = List.copyOf(problems);
		counts = counts.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(counts));
	}

	ChainVerification with(Problem problem) {
		List<Problem> more = new ArrayList<>(this.problems);
		more.add(problem);
		Map<Problem.Kind, Long> counted = new HashMap<>(this.counts);
		counted.merge(problem.kind(), 1L, Long::sum);
		return new ChainVerification(this.chain, this.from, this.size, this.entries, this.root, this.checkpoints,
				this.checkpointSize, more, counted);
	}

	/**
	 * Whether the chain is as it was written.
	 * @return whether there are no problems
	 */
	public boolean valid() {
		return this.problems.isEmpty();
	}

	/**
	 * Whether something speaks against the chain, and not only against what was kept of
	 * it elsewhere. A chain may be neither valid nor tampered with: then not all that
	 * should have been compared could be.
	 * @return whether there is a problem of another kind than
	 * {@link Problem.Kind#EVIDENCE}
	 */
	public boolean tampered() {
		return this.counts.keySet().stream().anyMatch((kind) -> kind != Problem.Kind.EVIDENCE);
	}

}
