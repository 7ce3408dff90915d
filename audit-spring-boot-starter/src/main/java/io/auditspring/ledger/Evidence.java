package io.auditspring.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

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

	/**
	 * The chains that anchors know besides those of the database: of one that is gone
	 * altogether nothing else may be left.
	 * @param known the chains of the database
	 * @return the others
	 * @throws UncheckedIOException if an anchor cannot be read
	 */
	Set<String> chainsBeside(Set<String> known) {
		Set<String> others = new TreeSet<>();
		try {
			for (CheckpointAnchor anchor : this.anchors) {
				others.addAll(anchor.chains());
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("An anchor of checkpoints cannot be read", ex);
		}
		// Where the origin is unknown, only the end of a name with slashes may be told.
		others
			.removeIf((other) -> this.origin == null && known.stream().anyMatch((name) -> name.endsWith("/" + other)));
		return others;
	}

	boolean isOf(String checkpointOrigin, String chain) {
		return (this.origin != null) ? checkpointOrigin.equals(this.origin + "/" + chain)
				: checkpointOrigin.endsWith("/" + chain);
	}

}
