/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterators;
import java.util.stream.StreamSupport;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.verify.TrustPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What an anchor had before a snapshot of the ledger was taken. What comes to it while
 * the snapshot is read may be of entries that are not in it, and is no sign that it was
 * cut.
 */
final class EarlierCheckpoints implements CheckpointAnchor {

	private final CheckpointAnchor anchor;

	private final Set<String> chains;

	/** How many entries the newest one of a chain has. */
	private final Map<String, Long> newest;

	private EarlierCheckpoints(CheckpointAnchor anchor, Set<String> chains, Map<String, Long> newest) {
		this.anchor = anchor;
		this.chains = chains;
		this.newest = newest;
	}

	/**
	 * What speaks for the ledger now.
	 * @param evidence what speaks for it
	 * @param chains the chains that there are
	 * @return the same without what comes to the anchors later
	 */
	static TrustPolicy of(TrustPolicy evidence, Collection<String> chains) {
		List<CheckpointAnchor> anchors = new ArrayList<>();
		evidence.anchors().forEach((anchor) -> anchors.add(of(anchor, chains)));
		return new TrustPolicy(evidence.keys(), anchors, evidence.origin(), evidence.witnesses(),
				evidence.timeStamps());
	}

	// One that cannot be read says so when it is asked for the chain itself.
	private static CheckpointAnchor of(CheckpointAnchor anchor, Collection<String> chains) {
		Map<String, Long> newest = new HashMap<>();
		try {
			for (String chain : chains) {
				newest.put(chain, anchor.latest(chain).map((note) -> Checkpoint.parse(note).size()).orElse(0L));
			}
			return new EarlierCheckpoints(anchor, Set.copyOf(anchor.chains()), newest);
		}
		catch (IOException | RuntimeException ex) {
			return anchor;
		}
	}

	private boolean isEarlier(String chain, @Nullable String note) {
		Long size = this.newest.get(chain);
		try {
			return size == null || note == null || Checkpoint.parse(note).size() <= size;
		}
		catch (IllegalArgumentException ex) {
			// Whoever reads it says what is wrong with it.
			return true;
		}
	}

	@Override
	public void publish(String chain, long size, String note) throws IOException {
		this.anchor.publish(chain, size, note);
	}

	@Override
	public List<String> notes(String chain) throws IOException {
		return this.anchor.notes(chain).stream().filter((note) -> isEarlier(chain, note)).toList();
	}

	@Override
	public Iterator<Kept> kept(String chain) throws IOException {
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this.anchor.kept(chain), 0), false)
			.filter((kept) -> isEarlier(chain, kept.note()))
			.iterator();
	}

	@Override
	public Set<String> chains() {
		return this.chains;
	}

	@Override
	public String toString() {
		return this.anchor.toString();
	}

}
