/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.WitnessPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What a verification has at hand that whoever can change the database cannot change.
 *
 * @param keys whose signatures of checkpoints count; {@code null} if none are known, so
 * that signatures are not checked
 * @param anchors where checkpoints were kept
 * @param origin what checkpoints name before the chain; {@code null} if any will do
 * @param witnesses who must have cosigned what is signed; {@code null} if nobody need
 * @param timeStamps whose time stamps the newest checkpoint must have; {@code null} if
 * none is asked for
 * @since 0.1.0
 */
public record TrustPolicy(@Nullable TrustedKeys keys, List<CheckpointAnchor> anchors, @Nullable String origin,
		@Nullable WitnessPolicy witnesses, @Nullable TimeStampAuthority timeStamps) {

	/** None at all: then only what contradicts itself is found. */
	public static final TrustPolicy NONE = new TrustPolicy(null, List.of(), null);

	public TrustPolicy {
		anchors = List.copyOf(anchors);
	}

	/**
	 * What is at hand where no witnesses are asked for.
	 * @param keys whose signatures of checkpoints count, or {@code null}
	 * @param anchors where checkpoints were kept
	 * @param origin what checkpoints name before the chain, or {@code null}
	 */
	public TrustPolicy(@Nullable TrustedKeys keys, List<CheckpointAnchor> anchors, @Nullable String origin) {
		this(keys, anchors, origin, null, null);
	}

	/**
	 * The chains that anchors know besides those of the database, or of a file: of one
	 * that is gone altogether nothing else may be left.
	 * @param known the chains that are there
	 * @param faults takes what is wrong with anchors that cannot be read
	 * @return the others
	 */
	public Set<String> chainsBeside(Set<String> known, Consumer<String> faults) {
		Set<String> others = new TreeSet<>();
		for (CheckpointAnchor anchor : this.anchors) {
			try {
				others.addAll(anchor.chains());
			}
			catch (IOException | RuntimeException ex) {
				faults.accept("the anchor %s does not tell of which chains it has something: %s".formatted(anchor, ex));
			}
		}
		others.removeAll(known);
		if (this.origin == null) {
			others.removeIf((other) -> isEndOfAnother(other, known, faults));
		}
		return others;
	}

	/** Where the origin is unknown, only the end of a name with slashes may be told. */
	private static boolean isEndOfAnother(String other, Set<String> known, Consumer<String> faults) {
		Optional<String> longer = known.stream().filter((name) -> name.endsWith("/" + other)).findFirst();
		longer.ifPresent((name) -> faults.accept(
				("checkpoints that were kept elsewhere are of the chain '%s', which is not there, or of '%s': say the "
						+ "origin of the checkpoints (--origin), which tells these apart")
					.formatted(other, name)));
		return longer.isPresent();
	}

	/**
	 * Says whether too few witnesses cosigned a checkpoint.
	 * @param checkpoint the checkpoint, with its cosignatures
	 * @return what is missing, or {@code null} if nothing is
	 */
	@Nullable String missingOf(Checkpoint checkpoint) {
		return (this.witnesses != null) ? this.witnesses.missing(checkpoint) : null;
	}

	/**
	 * Whether a checkpoint is of a chain.
	 * @param checkpointOrigin what the checkpoint names
	 * @param chain the chain
	 * @return whether it names the chain, as one of this ledger where its origin is known
	 */
	public boolean isOf(String checkpointOrigin, String chain) {
		return (this.origin != null) ? checkpointOrigin.equals(this.origin + "/" + chain)
				: checkpointOrigin.endsWith("/" + chain);
	}

}
