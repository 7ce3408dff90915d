package io.auditspring.ledger.verify;

import java.util.List;

import io.auditspring.ledger.Problem;

/**
 * What verifying selected entries found.
 *
 * @param valid whether each is as it was written, as far as that can be told
 * @param selection what the export says of which entries these are; nothing proves it
 * @param entries how many entries there are
 * @param proved how many of them are under a checkpoint
 * @param erased how many of them have an erased group, whose record is elsewhere
 * @param problems what is wrong: the first of each kind
 */
public record SelectionVerification(boolean valid, String selection, long entries, long proved, long erased,
		List<Problem> problems) {

	public SelectionVerification {
		problems = List.copyOf(problems);
	}

	/**
	 * Whether something speaks against an entry, and not only against what was kept
	 * elsewhere.
	 * @return whether there is a problem of another kind than
	 * {@link Problem.Kind#EVIDENCE}
	 */
	public boolean tampered() {
		return this.problems.stream().anyMatch((problem) -> problem.kind() != Problem.Kind.EVIDENCE);
	}

}
