/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import io.auditspring.AuditSetupException;
import io.auditspring.ledger.checkpoint.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * The origin of all chains in checkpoints. Only who has checkpoints needs one that they
 * can hold.
 *
 * @param name the first part of their first line; empty if nothing gives one
 * @param chain the chain that follows it
 */
record CheckpointOrigin(String name, String chain) {

	static CheckpointOrigin of(@Nullable String configured, @Nullable String service, String chain) {
		String name = (configured != null) ? configured : service;
		return new CheckpointOrigin((name != null) ? name : "", chain);
	}

	String usable() {
		try {
			Checkpoint.origin(this.name, this.chain);
			return this.name;
		}
		catch (IllegalArgumentException ex) {
			throw new AuditSetupException(
					"Checkpoints cannot be of origin '%s' and chain '%s': %s".formatted(this.name, this.chain,
							ex.getMessage()),
					"Set 'audit.checkpoint.origin' and 'audit.chain' to names without them; an origin looks like "
							+ "example.com/audit and is the same for all applications that share a chain.",
					ex);
		}
	}

}
