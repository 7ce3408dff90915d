/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.PrintWriter;
import java.util.Set;
import java.util.stream.Collectors;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.SelectionVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells the result, to people or to programs.
 *
 * @param out where to
 * @param json whether to programs
 */
record Report(PrintWriter out, boolean json) {

	static final int VALID = 0;

	static final int TAMPERED = 1;

	static final int NOT_CHECKED = 2;

	private static final int MOST_NAMES = 20;

	int print(Verification verification, TrustPolicy evidence) {
		return print(verification, evidence, Set.of());
	}

	/**
	 * Tells what was found in a file.
	 * @param verification the result
	 * @param evidence what speaks for the ledger from outside
	 * @param others chains that are known elsewhere, and not in the file
	 * @return the exit status
	 */
	int print(Verification verification, TrustPolicy evidence, Set<String> others) {
		if (this.json) {
			this.out.println(JsonMapper.shared().writeValueAsString(verification));
		}
		else {
			verification.chains().forEach((chain) -> print(chain, evidence));
			if (evidence.keys() == null) {
				this.out.println("Signatures of checkpoints were not checked: no --public-key was given.");
			}
			else if (evidence.origin() == null) {
				this.out
					.println("Checkpoints of other ledgers signed by the same key were not told apart from this one's: "
							+ "no --origin was given.");
			}
			if (evidence.anchors().isEmpty()) {
				this.out.println("Nothing was compared with checkpoints kept elsewhere: no --anchor was given. "
						+ "Whoever has the database could have set it back to any earlier state, and have written anew "
						+ "what came after the checkpoints that are left, or all of it where none is.");
			}
			if (!others.isEmpty()) {
				this.out.println("Checkpoints were also kept of chains that are not in the file: "
						+ legible(others.stream().limit(MOST_NAMES).collect(Collectors.joining(", ")))
						+ ((others.size() > MOST_NAMES) ? ", and %s more".formatted(others.size() - MOST_NAMES) : ""));
			}
			this.out.println(verdict(verification.valid(), verification.tampered()));
		}
		this.out.flush();
		return status(verification.valid(), verification.tampered());
	}

	/**
	 * Shows what a terminal would obey, as it is: it may come from whoever altered what
	 * is verified, and hide the verdict.
	 * @param text any text
	 * @return one line
	 */
	static String legible(String text) {
		StringBuilder legible = new StringBuilder(text.length());
		text.codePoints().forEach((character) -> {
			if (Character.isISOControl(character) || Character.getType(character) == Character.FORMAT
					|| Character.getType(character) == Character.LINE_SEPARATOR
					|| Character.getType(character) == Character.PARAGRAPH_SEPARATOR) {
				legible.append("\\u%04x".formatted(character));
			}
			else {
				legible.appendCodePoint(character);
			}
		});
		return legible.toString();
	}

	private static String verdict(boolean valid, boolean tampered) {
		return valid ? "VALID" : tampered ? "TAMPERED"
				: "NOT ALL COULD BE CHECKED: nothing speaks against the ledger, but not all that should speak for it does: "
						+ "what was kept of it elsewhere could not be read as a whole, witnesses are missing, or nobody "
						+ "signed yet what it says of erasures.";
	}

	private static int status(boolean valid, boolean tampered) {
		return valid ? VALID : tampered ? TAMPERED : NOT_CHECKED;
	}

	int print(SelectionVerification verification, TrustPolicy evidence) {
		if (this.json) {
			this.out.println(JsonMapper.shared().writeValueAsString(verification));
		}
		else {
			this.out.printf(
					"Selection %s: %s entries, %s of them proved to be under a checkpoint, %s with erased parts%n",
					legible(verification.selection()), verification.entries(), verification.proved(),
					verification.erased());
			verification.problems().forEach(this::print);
			if (evidence.keys() == null) {
				this.out.println("Signatures of checkpoints were not checked: no --public-key was given.");
			}
			this.out.println("Each entry was checked by itself. That none was left out cannot be told from a "
					+ "selection, only from an export of the whole chain.");
			this.out.println(verdict(verification.valid(), verification.tampered()));
		}
		this.out.flush();
		return status(verification.valid(), verification.tampered());
	}

	private void print(ChainVerification chain, TrustPolicy evidence) {
		this.out.printf("Chain %s: %s entries from %s on, %s checkpoints compared, root %s%n", legible(chain.chain()),
				chain.entries(), chain.from(), chain.checkpoints(), chain.root());
		if (chain.received()) {
			this.out.println("  received: another ledger appends to it");
		}
		if (!chain.retiredBy().isEmpty()) {
			this.out.println("  its oldest entries were retired, as is said in "
					+ chain.retiredBy().stream().map(Report::legible).collect(Collectors.joining(", ")));
		}
		if (evidence.keys() != null) {
			this.out.println("  " + signed(chain));
		}
		chain.problems().forEach(this::print);
		chain.counts().forEach((kind, count) -> printAll(chain, kind, count));
	}

	private static String signed(ChainVerification chain) {
		Long size = chain.checkpointSize();
		if (size != null) {
			return (size < chain.size()) ? "signed up to %s of %s; nobody vouches for the other %s".formatted(size,
					chain.size(), chain.size() - size) : "signed up to %s of %s".formatted(size, chain.size());
		}
		return (chain.checkpoints() == 0)
				? "no checkpoint at all, although a key was given: nobody vouches for any of its entries"
				: "no checkpoint that is true and signed by a given key: nobody vouches for any of its entries";
	}

	private void print(Problem problem) {
		this.out.printf("  %s%s%s: %s%n", problem.kind(), (problem.seq() != null) ? " at entry " + problem.seq() : "",
				(problem.id() != null) ? " (" + problem.id() + ")" : "", legible(problem.what()));
		printSide("expected", problem.expected());
		printSide("found", problem.found());
	}

	private void printSide(String side, @Nullable String value) {
		if (value != null) {
			this.out.printf("    %-8s %s%n", side,
					value.strip().lines().map(Report::legible).collect(Collectors.joining("\n             ")));
		}
	}

	private void printAll(ChainVerification chain, Problem.Kind kind, long count) {
		if (count > chain.problems().stream().filter((problem) -> problem.kind() == kind).count()) {
			this.out.printf("  %s: %s in all%n", kind, count);
		}
	}

}
