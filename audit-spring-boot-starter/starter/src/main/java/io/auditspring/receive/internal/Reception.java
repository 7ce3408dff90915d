/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import org.jspecify.annotations.Nullable;

/**
 * What became of a bundle.
 *
 * @param kind what
 * @param size how many entries the chain has here, or -1 if nobody was asked
 * @param appended how many of them are new
 * @param reason why it was not taken, or {@code null} if it was
 */
public record Reception(Kind kind, long size, long appended, @Nullable String reason) {

	static Reception of(Kind kind, long size, String reason) {
		return new Reception(kind, size, 0, reason);
	}

	/** What can become of it. */
	public enum Kind {

		/** Its entries are here now. */
		APPENDED,

		/** All of it was here before. */
		SEEN,

		/** Entries before it are missing here, and are asked for. */
		GAP,

		/**
		 * It is of an erasure that the chain tells of later on: more must come with it.
		 */
		INCOMPLETE,

		/** It is ahead of the clock here, or a legal hold keeps what it erases. */
		DELAYED,

		/** The database here cannot hold it: this application is upgraded first. */
		PAUSED,

		/** Nobody whose signature counts vouches for it. */
		REFUSED,

		/** Its source signed two histories; the chain is parked now. */
		FORK,

		/** The chain is parked: people are to find out why. */
		PARKED

	}

}
