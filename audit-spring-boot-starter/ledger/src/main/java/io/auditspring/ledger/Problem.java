/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Something in a chain that is not as it was written.
 *
 * @param kind what sort of thing is wrong; stable, for programs
 * @param chain the chain's name
 * @param seq the place in the chain, or {@code null} if the problem is not at one
 * @param id the entry found there, or {@code null} if there is none
 * @param what what is wrong, in a sentence for an auditor
 * @param expected what should be there, or {@code null} if that is unknown or said
 * already
 * @param found what is there, or {@code null} if that is nothing or said already
 * @since 0.1.0
 */
public record Problem(Kind kind, String chain, @Nullable Long seq, @Nullable UUID id, String what,
		@Nullable String expected, @Nullable String found) {

	/**
	 * What sort of thing is wrong. Constants are only ever added.
	 */
	public enum Kind {

		/** The hash is not the one of the columns. */
		HASH,

		/** The entry does not continue the one before it. */
		LINK,

		/** Entries are not there, and no retirement says why. */
		MISSING,

		/** More than one entry has the same place, or the same id. */
		DUPLICATE,

		/** The entry has no place in the chain. */
		POSITION,

		/** {@code recorded_at} is missing, or before that of the entry before it. */
		TIME,

		/** The entry lies in a partition that is not the one of its month. */
		PARTITION,

		/** {@code hash_version} is none that there is: the rules were changed. */
		VERSION,

		/** The salt does not have its 32 bytes. */
		SALT,

		/** A column cannot hold what was written, or holds what cannot be read. */
		UNREADABLE,

		/**
		 * What guards the tables, or lets them be seen, is not as the migrations made it.
		 */
		GUARD,

		/** A column of {@code audit_log} is missing or of another type. */
		COLUMN,

		/** A group is erased without an entry that says so, or only in part. */
		REDACTION,

		/** An entry says that a group is erased, and it is not. */
		REDACTION_ENTRY,

		/**
		 * An entry says that others are retired, or whose chain it is, which contradicts
		 * what is there.
		 */
		RETIREMENT,

		/** The row in {@code audit_chain} is missing, or the chain does not end there. */
		HEAD,

		/** A stored tile of the Merkle tree is not the one over the entries. */
		TILE,

		/** A checkpoint cannot be read, or is of something else. */
		CHECKPOINT,

		/** A checkpoint is not signed by a trusted key. */
		SIGNATURE,

		/**
		 * A signed checkpoint has another root than the entries, or an export says that
		 * its tree begins elsewhere than its entries.
		 */
		ROOT,

		/** A signed checkpoint is of more entries than there are. */
		CUT,

		/** Two signed checkpoints contradict each other. */
		SPLIT_VIEW,

		/**
		 * The root log contradicts itself, or another chain: one that is gone, shorter or
		 * other than was recorded, or that was left out.
		 */
		ROOT_LOG,

		/**
		 * A file of the archive is missing, replaced, renamed or cut off, should be gone,
		 * or is not what its manifest says.
		 */
		ARCHIVE,

		/**
		 * Something that was kept elsewhere cannot be read or was damaged, or an index of
		 * the ledger is; or an export does not have what it should have, or what nobody
		 * signed yet. It says nothing against the ledger, and does not speak for it any
		 * more.
		 */
		EVIDENCE,

		/**
		 * What is signed was cosigned by fewer witnesses than the policy asks for. It
		 * says nothing against the ledger, but there may be another one for others.
		 */
		QUORUM,

		/**
		 * What is signed has no time stamp by a trusted authority, or one that is earlier
		 * than its entries. It says nothing against the ledger.
		 */
		TIME_STAMP;

		/**
		 * Whether such a problem speaks against the ledger.
		 * @return whether it does, and not only against what speaks for it
		 */
		public boolean accuses() {
			return this != EVIDENCE && this != QUORUM && this != TIME_STAMP;
		}

	}

}
