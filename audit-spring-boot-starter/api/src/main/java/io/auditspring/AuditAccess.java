/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * How much of the audit trail somebody may read.
 *
 * @param extent which entries
 * @param acrossTenants whether those of every tenant; otherwise only those of the
 * reader's own, where the application serves several
 * @since 0.1.0
 */
public record AuditAccess(Extent extent, boolean acrossTenants) {

	/**
	 * Every entry, of the reader's tenant only where a {@link TenantResolver} is there.
	 * @return the access
	 */
	public static AuditAccess all() {
		return new AuditAccess(Extent.ALL, false);
	}

	/**
	 * Only what the reader did.
	 * @return the access
	 */
	public static AuditAccess own() {
		return new AuditAccess(Extent.OWN, false);
	}

	/**
	 * No entry, but the signed checkpoints and the hashes of the tree: what a monitor
	 * needs that watches whether a chain only grows.
	 * @return the access
	 */
	public static AuditAccess hashes() {
		return new AuditAccess(Extent.HASHES, false);
	}

	/**
	 * Nothing.
	 * @return the access
	 */
	public static AuditAccess none() {
		return new AuditAccess(Extent.NONE, false);
	}

	/**
	 * The same, whichever tenant an entry is of.
	 * @return the wider access
	 */
	public AuditAccess withAllTenants() {
		return new AuditAccess(this.extent, true);
	}

	/**
	 * Which entries may be read.
	 */
	public enum Extent {

		/** Every entry. */
		ALL,

		/** Those whose actor is the reader. */
		OWN,

		/** None. */
		NONE,

		/** None, but the signed checkpoints and the hashes of the tree. */
		HASHES

	}

}
