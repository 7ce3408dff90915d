package io.auditspring.ledger;

import java.util.List;

import io.auditspring.CheckpointAnchor;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import org.jspecify.annotations.Nullable;

/**
 * What a verification has at hand that whoever can change the database cannot change.
 *
 * @param keys whose signatures of checkpoints count; {@code null} if none are known, so
 * that signatures are not checked
 * @param anchors where checkpoints were kept
 * @param origin what checkpoints name before the chain; {@code null} if any will do
 */
public record Evidence(@Nullable TrustedKeys keys, List<CheckpointAnchor> anchors, @Nullable String origin) {

	/** None at all: then only what contradicts itself is found. */
	public static final Evidence NONE = new Evidence(null, List.of(), null);

	public Evidence {
		anchors = List.copyOf(anchors);
	}

	boolean isOf(String checkpointOrigin, String chain) {
		return (this.origin != null) ? checkpointOrigin.equals(this.origin + "/" + chain)
				: checkpointOrigin.endsWith("/" + chain);
	}

}
