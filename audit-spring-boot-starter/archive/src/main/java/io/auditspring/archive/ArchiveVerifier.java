/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.verify.ArchivedChain;
import io.auditspring.archive.internal.verify.RangeFiles;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;

/**
 * Verifies an archive without a database: computes the hash of each entry from what is
 * there, follows the links between them, puts the Merkle tree together and compares it
 * with the checkpoint that covers each range; compares every file with its manifest; and
 * looks for ranges and chains that are missing, and for files that should be gone.
 *
 * @since 0.1.0
 */
public final class ArchiveVerifier {

	private final ArchiveStore store;

	private final TrustPolicy evidence;

	private final ArchiveOptions options;

	private final VerificationProgress progress;

	/**
	 * Creates a verifier.
	 * @param store the archive
	 * @param evidence what speaks for the ledger from outside
	 * @param options what it may take
	 * @param progress learns how far it is
	 */
	public ArchiveVerifier(ArchiveStore store, TrustPolicy evidence, ArchiveOptions options,
			VerificationProgress progress) {
		this.store = store;
		this.evidence = evidence;
		this.options = options;
		this.progress = progress;
	}

	/**
	 * Verifies all of it.
	 * @return what was found, chain by chain
	 * @throws IOException if the archive cannot be read at all
	 */
	public Verification verify() throws IOException {
		Map<String, List<RangeFiles>> ranges = new TreeMap<>();
		Set<String> strange = new TreeSet<>();
		collect(ranges, strange);
		List<ArchivedChain> chains = new ArrayList<>();
		try {
			for (Map.Entry<String, List<RangeFiles>> chain : ranges.entrySet()) {
				ArchivedChain archived = chain(chain.getKey(), chain.getValue());
				archived.read();
				chains.add(archived);
			}
		}
		catch (SQLException ex) {
			throw new IOException("DuckDB cannot read the archive: " + ex.getMessage(), ex);
		}
		Set<String> gone = new TreeSet<>();
		chains.forEach((chain) -> gone.addAll(chain.archivedElsewhere()));
		gone.removeAll(ranges.keySet());
		gone.forEach((chain) -> chains.add(chain(chain, List.of())));
		ArchivedChain.exchange(chains);
		List<ChainVerification> found = new ArrayList<>(chains.stream().map(ArchivedChain::finish).toList());
		if (!strange.isEmpty()) {
			found.add(strange(strange));
		}
		return Verification.of(found);
	}

	private ArchivedChain chain(String name, List<RangeFiles> files) {
		return new ArchivedChain(name, files, this.store, this.evidence, this.options, this.progress, true);
	}

	/**
	 * Verifies some entries by themselves, as they are read back. What is said of them
	 * elsewhere is not looked at.
	 * @param chain their chain
	 * @param firstSeq the first one's place, with which a range must begin
	 * @param lastSeq the last one's place, with which that range must end
	 * @return what was found
	 * @throws IOException if the archive cannot be read at all
	 */
	public ChainVerification verify(String chain, long firstSeq, long lastSeq) throws IOException {
		RangeName range = new RangeName(chain, firstSeq, lastSeq);
		RangeFiles files = new RangeFiles(range);
		for (String name : this.store.list(range.directory())) {
			RangeName.File file = RangeName.parse(name);
			if (file != null) {
				files.add(file);
			}
		}
		ArchivedChain archived = new ArchivedChain(chain, List.of(files), this.store, this.evidence, this.options,
				this.progress, false);
		try {
			archived.read();
		}
		catch (SQLException ex) {
			throw new IOException("DuckDB cannot read the archive: " + ex.getMessage(), ex);
		}
		return archived.finish();
	}

	private void collect(Map<String, List<RangeFiles>> ranges, Set<String> strange) throws IOException {
		Map<RangeName, RangeFiles> files = new TreeMap<>(RangeFiles.ORDER);
		for (String name : this.store.list()) {
			RangeName.File file = RangeName.parse(name);
			if (file == null) {
				strange.add(name);
			}
			else {
				files.computeIfAbsent(file.range(), RangeFiles::new).add(file);
			}
		}
		files.forEach((range, of) -> ranges.computeIfAbsent(range.chain(), (chain) -> new ArrayList<>()).add(of));
	}

	private static ChainVerification strange(Set<String> names) {
		List<Problem> problems = names.stream()
			.map((name) -> new Problem(Problem.Kind.ARCHIVE, "", null, null,
					"the file '%s' is none of an archive: was it renamed?".formatted(name), null, null))
			.toList();
		return new ChainVerification("", false, 0, List.of(), 0, 0, null, 0, null, problems,
				Map.of(Problem.Kind.ARCHIVE, (long) problems.size()));
	}

}
