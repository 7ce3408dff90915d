/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.util.List;
import java.util.function.BiConsumer;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chain that is signed: what became of its checkpoints.
 */
final class SignedChain {

	private static final Logger logger = LoggerFactory.getLogger(CheckpointWorker.class);

	private final String name;

	private final List<Publication> publications;

	private volatile @Nullable Checkpoint latest;

	private volatile @Nullable Checkpoint witnessed;

	/** What is missing of the quorum of witnesses. */
	private volatile @Nullable String missing;

	/** How often in a row somebody else was at it, and nothing came of it. */
	private int passedOver;

	SignedChain(String name, List<CheckpointAnchor> anchors) {
		this.name = name;
		this.publications = anchors.stream().map(Publication::new).toList();
	}

	String name() {
		return this.name;
	}

	@Nullable Checkpoint latest() {
		return this.latest;
	}

	@Nullable Checkpoint witnessed() {
		return this.witnessed;
	}

	@Nullable String missing() {
		return this.missing;
	}

	void passOver(CheckpointStep.Result result) {
		Checkpoint checkpoint = result.checkpoint();
		Checkpoint known = this.latest;
		boolean passedOver = result.busy() && checkpoint != null && known != null && checkpoint.saysTheSameAs(known);
		this.passedOver = passedOver ? this.passedOver + 1 : 0;
	}

	/** Who locks the tree and signs nothing would keep everybody from it unnoticed. */
	void requireOthersEnd() {
		if (this.passedOver >= CheckpointWorker.MOST_PASSED_OVER) {
			throw new IllegalStateException(
					"Somebody has kept the chain's row in audit_tree locked for %s times, and signed nothing"
						.formatted(this.passedOver));
		}
	}

	void tell(Checkpoint checkpoint, @Nullable String lacking) {
		if (lacking == null) {
			if (this.missing != null) {
				logger.info("Enough witnesses cosign the checkpoints of audit chain '{}' again", this.name);
			}
			this.witnessed = checkpoint;
		}
		else if (this.missing == null) {
			logger.error("Of checkpoint {} of audit chain '{}' {}; they are asked again", checkpoint.size(), this.name,
					lacking);
		}
		this.missing = lacking;
	}

	void publish(Checkpoint checkpoint, BiConsumer<String, Throwable> failed) {
		this.latest = checkpoint;
		for (Publication publication : this.publications) {
			try {
				publication.publish(this.name, checkpoint);
			}
			catch (Exception ex) {
				failed.accept("The anchor %s did not take the newest checkpoint of audit chain '%s'; it is tried again"
					.formatted(publication.anchor, this.name), ex);
			}
		}
	}

	/** What an anchor has taken already. */
	private static final class Publication {

		private final CheckpointAnchor anchor;

		private @Nullable Checkpoint published;

		private Publication(CheckpointAnchor anchor) {
			this.anchor = anchor;
		}

		private void publish(String chain, Checkpoint checkpoint) throws Exception {
			if (!checkpoint.equals(this.published)) {
				this.anchor.publish(chain, checkpoint.size(), checkpoint.note());
				this.published = checkpoint;
			}
		}

	}

}
