/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.UUID;

/**
 * What was recorded is not in the ledger as it was recorded, or that is not known.
 *
 * @since 0.1.0
 */
public class AuditNotChainedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final UUID entryId;

	private final Reason reason;

	/**
	 * Creates the exception.
	 * @param entryId the id of the entry
	 * @param reason why it is not
	 */
	public AuditNotChainedException(UUID entryId, Reason reason) {
		super("Audit entry %s %s".formatted(entryId, reason.text));
		this.entryId = entryId;
		this.reason = reason;
	}

	public UUID getEntryId() {
		return this.entryId;
	}

	public Reason getReason() {
		return this.reason;
	}

	/**
	 * Why an entry is not in the ledger.
	 */
	public enum Reason {

		/**
		 * The transaction was rolled back: the ledger has an entry of that id, which says
		 * that what was recorded has failed.
		 */
		ROLLED_BACK("tells of a failure, as its transaction was rolled back"),

		/** It was dropped: the buffer was full, or nothing could keep it. */
		DISCARDED("was discarded, as there was no room for it"),

		/** The ledger refused it, and the quarantine keeps it. */
		QUARANTINED("was refused by the ledger, and is in quarantine"),

		/** The application is stopping. The entry is kept and chained later. */
		STOPPED("was not in the ledger yet when the application stopped"),

		/**
		 * There is no ledger: auditing is switched off, or this is a test without one.
		 */
		NO_LEDGER("has no ledger to be in"),

		/** It was not found within an hour, or too many others are waited for. */
		UNKNOWN("was not found in the ledger");

		private final String text;

		Reason(String text) {
			this.text = text;
		}

	}

}
