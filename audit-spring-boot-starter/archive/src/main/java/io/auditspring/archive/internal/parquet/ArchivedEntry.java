/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.util.Arrays;
import java.util.HexFormat;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * An entry with the digests of its groups, which the archive keeps also of those that are
 * not erased.
 *
 * @param entry the entry
 * @param actorDigest the actor group's digest
 * @param dataDigest the data group's digest
 */
public record ArchivedEntry(StoredEntry entry, byte[] actorDigest, byte[] dataDigest) {

	private static final int HALF = EntryHash.SALT_LENGTH / 2;

	private static final ActorObject NO_ACTOR = new ActorObject(null, null, null, null, null, null, null, null);

	private static final Entry.DataGroup NO_DATA = new Entry.DataGroup(null, null, null, null, null, null, null, null,
			null);

	/**
	 * Takes an entry of the ledger.
	 * @param entry the entry
	 * @return the entry with its digests
	 */
	public static ArchivedEntry of(StoredEntry entry) {
		boolean clear = entry.salt().length == EntryHash.SALT_LENGTH;
		return new ArchivedEntry(entry, clear ? entry.digestOfActor() : new byte[0],
				clear ? entry.digestOfData() : new byte[0]);
	}

	/**
	 * Erases groups; those that are erased already stay so.
	 * @param actor whether to erase the actor group
	 * @param data whether to erase the data group
	 * @return the entry without them
	 */
	public ArchivedEntry without(boolean actor, boolean data) {
		boolean noActor = actor || this.entry.actorDigest() != null;
		boolean noData = data || this.entry.dataDigest() != null;
		byte[] salt = this.entry.salt().clone();
		Arrays.fill(salt, noActor ? 0 : HALF, noData ? salt.length : HALF, (byte) 0);
		return new ArchivedEntry(
				new StoredEntry(this.entry.place(), this.entry.core(), this.entry.version(), salt,
						noActor ? NO_ACTOR : this.entry.actor(), noActor ? this.actorDigest : null,
						noData ? NO_DATA : this.entry.data(), noData ? this.dataDigest : null),
				this.actorDigest, this.dataDigest);
	}

	/**
	 * Checks an entry that was just given its digests.
	 * @return what was found
	 */
	public CheckedEntry checkHash() {
		CheckedEntry unclear = CheckedEntry.unclear(this.entry);
		return (unclear != null) ? unclear : CheckedEntry.of(this.entry, this.actorDigest, this.dataDigest);
	}

	/**
	 * Checks an entry whose digests were read.
	 * @return what was found
	 */
	CheckedEntry check() {
		CheckedEntry unclear = CheckedEntry.unclear(this.entry);
		if (unclear != null) {
			return unclear;
		}
		CheckedEntry checked = CheckedEntry.of(this.entry, this.actorDigest, this.dataDigest);
		checkGroup("actor", this.actorDigest, this.entry.digestOfActor(), checked);
		checkGroup("data", this.dataDigest, this.entry.digestOfData(), checked);
		return checked;
	}

	private static void checkGroup(String group, byte[] digest, byte[] computed, CheckedEntry checked) {
		if (!Arrays.equals(digest, computed)) {
			checked.findings()
				.add(new CheckedEntry.Finding(Problem.Kind.HASH,
						"the %s group is not the one whose digest is hashed".formatted(group),
						HexFormat.of().formatHex(digest), HexFormat.of().formatHex(computed)));
		}
	}

}
