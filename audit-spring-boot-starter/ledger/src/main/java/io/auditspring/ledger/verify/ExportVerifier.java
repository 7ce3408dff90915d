/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.thread.OrderedPipeline;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Verifies exported chains without a database. The lines of several chains may follow
 * each other; of each chain its first line comes first, then its checkpoints, then its
 * entries in their order. Of an export of all chains a line before them names these.
 *
 * @since 0.1.0
 */
public final class ExportVerifier {

	private static final String CHAINS = "{\"chains\":";

	private static final String HEADER = "{\"ledger\":";

	private static final String CHECKPOINT = "{\"checkpoint\":";

	private static final String RETIRED = "{\"retired\":";

	private static final int PROGRESS = 10_000;

	/** How many entries are checked at once. */
	static final int BATCH = 256;

	private final TrustPolicy evidence;

	private final VerificationProgress progress;

	private final Map<String, ExportedChain> chains = new TreeMap<>();

	private final List<SaidElsewhere> elsewhere = new ArrayList<>();

	/** All chains of the ledger, as the file says, or {@code null} if it does not. */
	private @Nullable Set<String> named;

	private @Nullable ExportedChain current;

	/**
	 * Creates a verifier of one export.
	 * @param evidence what speaks for the ledger from outside
	 * @param progress learns how far it is
	 */
	public ExportVerifier(TrustPolicy evidence, VerificationProgress progress) {
		this.evidence = evidence;
		this.progress = progress;
	}

	/**
	 * A chain as it is read.
	 *
	 * @param problems what is wrong with it
	 * @param checkpoints compares checkpoints
	 * @param leaves the tree over its entries
	 * @param check checks its entries
	 * @param head where it ends
	 * @param retired how many entries it is said to have before the first one that is
	 * there
	 * @param erasures what it says of itself that was erased, and no checkpoint covers
	 * yet
	 */
	private record ExportedChain(Problems problems, CheckpointCheck checkpoints, LeafHashes leaves, ChainCheck check,
			ChainHead head, long retired, Deque<Erasure> erasures) {

		void erased(Erasure erasure) {
			while (!this.erasures.isEmpty() && this.erasures.element().seq() < this.checkpoints.covered()) {
				this.erasures.remove();
			}
			this.erasures.add(erasure);
		}

		ChainVerification finish() {
			this.check.endRetired(this.head);
			checkBeginning();
			checkErasures();
			this.check.finish(this.head, this.checkpoints);
			this.checkpoints.finishExport(this.check.size(), this.check.from());
			if (this.check.entries() > 0 && !this.check.received()) {
				this.checkpoints.requireAny();
			}
			this.checkpoints.checkTimeStamp(null);
			byte[] root = (this.leaves.size() == this.check.size()) ? this.leaves.root() : null;
			return new ChainVerification(this.problems.chain(), this.check.received(), this.check.from(),
					this.check.retiredBy(), this.check.size(), this.check.entries(),
					(root != null) ? HexFormat.of().formatHex(root) : null, this.checkpoints.compared(),
					this.checkpoints.lastTrueSize(), this.problems.first(), this.problems.counts());
		}

		/**
		 * Whoever has the file knows the tree at each size that was signed: to say that
		 * it begins with all that is signed must not do for writing anew what comes.
		 */
		private void checkBeginning() {
			long begins = (this.check.entries() > 0) ? this.check.from() : this.head.size();
			if (this.retired > 0 && this.retired != begins) {
				this.problems.add(Problem.Kind.ROOT, begins, null,
						"the tree is said to begin with %s retired entries, but the chain begins with entry %s"
							.formatted(this.retired, begins));
			}
		}

		/**
		 * Whoever has the file can append to it what says so, and blank what is signed.
		 */
		private void checkErasures() {
			long covered = this.checkpoints.covered();
			if (this.checkpoints.keys() != null) {
				this.erasures.stream()
					.filter((erasure) -> erasure.seq() >= covered && this.check.from() <= erasure.of()
							&& erasure.of() < covered)
					.findFirst()
					.ifPresent((erasure) -> this.checkpoints
						.addEvidence(("entry %s says that signed entries were erased, and perhaps others there, but no "
								+ "checkpoint covers it: whoever has the file could have written that; if it was so, "
								+ "export again once a checkpoint was made")
							.formatted(erasure.seq())));
			}
		}

	}

	/**
	 * Says of an entry of its own chain that it is erased.
	 *
	 * @param seq its place
	 * @param of the place of the other one
	 */
	private record Erasure(long seq, long of) {

	}

	/**
	 * Says of entries of another chain that they are erased, retired or in quarantine, or
	 * that it is received.
	 *
	 * @param said what it says
	 * @param seq its place
	 */
	private record SaidElsewhere(LedgerSource.Elsewhere said, long seq) {

	}

	/**
	 * A line of an entry.
	 *
	 * @param chain the chain whose entries come here
	 * @param text the line
	 */
	private record Line(String chain, String text) {

	}

	/**
	 * Verifies an export.
	 * @param lines the export
	 * @return the result
	 * @throws IOException if it cannot be read
	 * @throws IllegalArgumentException if it is not an export
	 */
	public Verification verify(BufferedReader lines) throws IOException {
		try (OrderedPipeline<Line, CheckedEntry> pipeline = new OrderedPipeline<>("audit-verification", BATCH,
				(line) -> 2L * line.text().length(), ExportVerifier::check, this::accept)) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				read(line, pipeline);
			}
			pipeline.drain();
		}
		if (this.current == null && (this.named == null || this.named.isEmpty())) {
			throw new IllegalArgumentException("This is not an export of a ledger: it is empty");
		}
		Set<String> doubted = new HashSet<>();
		for (SaidElsewhere words : this.elsewhere) {
			ExportedChain chain = this.chains.get(words.said().chain());
			if (chain != null && words.said().controlEntry() instanceof ControlEntry.Reception) {
				requireReceived(chain, words);
			}
			else if (chain != null) {
				chain.check().acceptFromElsewhere(words.said(), isCovered(words));
				String by = words.said().by();
				if (!isSigned(words) && doubted.add(by + '\n' + words.said().chain())) {
					chain.checkpoints()
						.addEvidence(("what entry %s of chain '%s' says of it, and perhaps others there, "
								+ "no checkpoint covers: whoever has the file could have written that; if it was so, "
								+ "export again once a checkpoint was made")
							.formatted(words.seq(), by));
				}
			}
		}
		return Verification.of(finish());
	}

	private List<ChainVerification> finish() {
		TreeMap<String, ChainVerification> found = new TreeMap<>();
		Set<String> all = this.named;
		if (all != null) {
			all.forEach((chain) -> found.put(chain, missing(chain, Problem.Kind.MISSING,
					"the file says that it has this chain, and does not: was it cut off?")));
			all.addAll(this.chains.keySet());
			Set<String> others = this.evidence.chainsBeside(all,
					(fault) -> this.chains.values().forEach((chain) -> chain.checkpoints().addEvidence(fault)));
			others.forEach((chain) -> found.put(chain, missing(chain, Problem.Kind.EVIDENCE,
					"a checkpoint of this chain was kept elsewhere, but the file, which says that it has all chains, "
							+ "does not have it: the chain is newer than the file, or was taken out")));
		}
		this.chains.forEach((name, chain) -> found.put(name, chain.finish()));
		return List.copyOf(found.values());
	}

	private static ChainVerification missing(String chain, Problem.Kind kind, String what) {
		return ChainVerification.empty(chain).with(new Problem(kind, chain, null, null, what, null, null));
	}

	/**
	 * What a chain says of its own retirements counts unless it is received: then its
	 * source has retired what may be here.
	 */
	private void requireReceived(ExportedChain chain, SaidElsewhere words) {
		if (words.said().isLocal() && isSigned(words) && !chain.check().received()) {
			chain.problems()
				.add(Problem.Kind.RETIREMENT, null, null,
						("entry %s of chain '%s' says that another ledger appends to this one, but its first line here "
								+ "does not: what it says of its own retirements would count")
							.formatted(words.seq(), words.said().by()));
		}
	}

	/**
	 * Whoever has a file can add chains to it: without keys nothing shows that. A
	 * retirement is signed by itself.
	 */
	private boolean isSigned(SaidElsewhere words) {
		return this.evidence.keys() == null || words.said().controlEntry() instanceof ControlEntry.Retirement
				|| isCovered(words);
	}

	private boolean isCovered(SaidElsewhere words) {
		return words.seq() < Objects.requireNonNull(this.chains.get(words.said().by())).checkpoints().covered();
	}

	private void read(String line, OrderedPipeline<Line, CheckedEntry> pipeline) {
		try {
			accept(line, pipeline);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException(
					"This is not an export of a ledger: a line that is no entry cannot be read: "
							+ ex.getOriginalMessage(),
					ex);
		}
	}

	private void accept(String line, OrderedPipeline<Line, CheckedEntry> pipeline) {
		if (line.startsWith(HEADER)) {
			pipeline.drain();
			this.current = begin(ExportLine.parse(line));
		}
		else if (line.startsWith(CHAINS)) {
			Set<String> all = (this.named != null) ? this.named : new TreeSet<>();
			ExportLine.parse(line).path("chains").forEach((name) -> all.add(name.stringValue()));
			this.named = all;
		}
		else if (this.current == null) {
			throw new IllegalArgumentException(
					"This is not an export of a ledger: its first line does not begin with " + HEADER);
		}
		else if (line.startsWith(CHECKPOINT)) {
			this.current.checkpoints().expect(ExportLine.parse(line).path("checkpoint").stringValue());
		}
		else if (line.startsWith(RETIRED)) {
			pipeline.drain();
			this.current = goOn(this.current, ExportLine.parse(line));
			this.chains.put(this.current.problems().chain(), this.current);
		}
		else {
			pipeline.accept(new Line(this.current.problems().chain(), line));
		}
	}

	/**
	 * Takes the tree over retired entries. It proves nothing by itself, but must lead to
	 * the roots of checkpoints, and the entries must begin where it ends.
	 */
	private static ExportedChain goOn(ExportedChain chain, JsonNode retired) {
		if (chain.check().entries() > 0) {
			throw new IllegalArgumentException("What was retired of a chain must be said before its entries");
		}
		long size = retired.path("size").longValue();
		if (chain.retired() > 0 || size <= 0) {
			throw new IllegalArgumentException(
					"What was retired of a chain must be said once, and be at least one entry");
		}
		CompactRange tree = new CompactRange(size,
				Arrays.stream(retired.path("retired").stringValue().split(",", -1))
					.map(HexFormat.of()::parseHex)
					.toList());
		chain.checkpoints().reached(tree.size(), () -> LeafHashes.root(tree));
		return chain(chain.problems(), chain.checkpoints(), tree, chain.head(), chain.check().received(), size);
	}

	private static ExportedChain chain(Problems problems, CheckpointCheck checkpoints, CompactRange tree,
			ChainHead head, boolean received, long retired) {
		LeafHashes leaves = new LeafHashes(problems, tree, 0, null, checkpoints);
		ChainCheck check = new ChainCheck(problems, EntryHash.genesis(head.ledgerId(), problems.chain()), leaves,
				PartitionCheck.NONE, received);
		return new ExportedChain(problems, checkpoints, leaves, check, head, retired, new ArrayDeque<>());
	}

	private ExportedChain begin(JsonNode header) {
		String name = header.path("chain").stringValue();
		if (this.chains.containsKey(name)) {
			throw new IllegalArgumentException("The export has the chain '%s' more than once".formatted(name));
		}
		ChainHead head = new ChainHead(name, ExportLine.id(header.path("ledger").stringValue()),
				header.path("size").longValue(), HexFormat.of().parseHex(header.path("head").stringValue()), null);
		Problems problems = new Problems(name);
		CheckpointCheck checkpoints = new CheckpointCheck(problems, this.evidence);
		checkpoints.expectAnchored();
		ExportedChain chain = chain(problems, checkpoints, new CompactRange(), head,
				header.path("received").asBoolean(false), 0);
		this.chains.put(name, chain);
		return chain;
	}

	private static CheckedEntry check(Line line) {
		try {
			return ExportLine.check(ExportLine.parse(line.text()), line.chain());
		}
		catch (JacksonException ex) {
			return CheckedEntry.unreadable(ExportLine.NOWHERE, ex);
		}
	}

	private void accept(CheckedEntry entry) {
		ExportedChain chain = Objects.requireNonNull(this.current);
		chain.check().accept(entry);
		String name = chain.problems().chain();
		Long seq = entry.place().seq();
		if (entry.findings().isEmpty() && entry.controlEntry() != null && seq != null) {
			LedgerSource.Elsewhere said = new LedgerSource.Elsewhere(name, chain.check().received(), entry.place(),
					entry.controlEntry());
			if (said.chain() != null && !name.equals(said.chain())) {
				this.elsewhere.add(new SaidElsewhere(said, seq));
			}
			else if (entry.controlEntry() instanceof ControlEntry.Redaction redaction) {
				chain.erased(new Erasure(seq, redaction.seq()));
			}
		}
		if (chain.check().entries() % PROGRESS == 0) {
			this.progress.reached(name, chain.check().size(), chain.head().size());
		}
	}

}
