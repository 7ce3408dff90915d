/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Walks along a chain: each entry must be sound by itself, have the next place, follow
 * the entry before it, not be recorded before that, and lie in the partition of its
 * month. One change is one fault: each entry is compared with what is stored of the one
 * before, so that those after a changed one are not blamed for it.
 */
public final class ChainWalk {

	private static final HexFormat HEX = HexFormat.of();

	private final PartitionCheck partitions;

	private final Faults faults;

	/** The hash that the next entry's {@code prev_hash} must have, unless unknown. */
	private byte @Nullable [] previousHash;

	private @Nullable Instant previousTime;

	private StoredEntry.@Nullable Place first;

	private StoredEntry.@Nullable Place last;

	private long from = -1;

	private long next;

	/**
	 * Begins with the first entry that comes.
	 * @param genesis what entry 0 follows, or {@code null} if that is unknown
	 * @param partitions where entries may lie
	 * @param faults takes what is wrong
	 */
	public ChainWalk(byte @Nullable [] genesis, PartitionCheck partitions, Faults faults) {
		this.previousHash = genesis;
		this.partitions = partitions;
		this.faults = faults;
	}

	/**
	 * Takes what is wrong. May throw, where there is no use in going on.
	 */
	public interface Faults {

		/**
		 * Takes a fault.
		 * @param kind what sort of thing is wrong
		 * @param seq the place in the chain, or {@code null} if there is none
		 * @param id the entry found there, or {@code null} if there is none
		 * @param what what is wrong, in a sentence
		 * @param expected what should be there, or {@code null}
		 * @param found what is there, or {@code null}
		 */
		void add(Problem.Kind kind, @Nullable Long seq, @Nullable UUID id, String what, @Nullable String expected,
				@Nullable String found);

	}

	/**
	 * Begins behind entries that were verified before.
	 * @param next the place of the next entry
	 * @param hash the hash of the entry before that
	 * @param time when the entry before that was recorded, or {@code null} if unknown
	 */
	public void goOn(long next, byte[] hash, @Nullable Instant time) {
		this.from = next;
		this.next = next;
		this.previousHash = hash;
		this.previousTime = time;
	}

	/**
	 * Takes the next entry.
	 * @param entry the entry
	 * @return whether it has a place of its own in the chain
	 */
	public boolean accept(CheckedEntry entry) {
		StoredEntry.Place place = entry.place();
		boolean inPlace = isInPlace(place);
		String misplaced = this.partitions.fault(place);
		if (misplaced != null) {
			add(Problem.Kind.PARTITION, place, misplaced);
		}
		for (CheckedEntry.Finding finding : entry.findings()) {
			this.faults.add(finding.kind(), place.seq(), place.id(), finding.what(), finding.expected(),
					finding.found());
		}
		if (inPlace) {
			checkTime(place);
			this.previousHash = place.hash();
			this.last = place;
		}
		checkClear(entry);
		return inPlace;
	}

	private boolean isInPlace(StoredEntry.Place place) {
		Long seq = place.seq();
		if (seq == null || seq < 0) {
			add(Problem.Kind.POSITION, place, "seq is missing or negative");
			return false;
		}
		if (this.from < 0) {
			begin(seq, place);
		}
		if (seq < this.next) {
			add(Problem.Kind.DUPLICATE, place, "there is more than one entry " + seq);
			return false;
		}
		if (seq > this.next) {
			endsBefore(seq);
		}
		else {
			checkLink(place);
		}
		this.next = seq + 1;
		return true;
	}

	private void begin(long seq, StoredEntry.Place place) {
		this.from = seq;
		this.first = place;
		if (seq > 0) {
			this.next = seq;
			this.previousHash = null;
		}
	}

	private void checkLink(StoredEntry.Place place) {
		if (this.previousHash != null && !Arrays.equals(this.previousHash, place.prevHash())) {
			this.faults.add(Problem.Kind.LINK, place.seq(), place.id(),
					(this.next == 0) ? "prev_hash is not the hash that the chain begins with"
							: "prev_hash does not match the hash of entry " + (this.next - 1),
					HEX.formatHex(this.previousHash), HEX.formatHex(place.prevHash()));
		}
	}

	private void checkTime(StoredEntry.Place place) {
		Instant time = place.recordedAt();
		if (time == null) {
			add(Problem.Kind.TIME, place, "recorded_at is missing");
			return;
		}
		if (this.previousTime != null && time.isBefore(this.previousTime)) {
			this.faults.add(Problem.Kind.TIME, place.seq(), place.id(),
					"recorded_at is before that of the entry before it", this.previousTime.toString(), time.toString());
		}
		this.previousTime = time;
	}

	/**
	 * Checks that what an entry says of others can be understood.
	 * @param entry the entry
	 */
	public void checkClear(CheckedEntry entry) {
		if (entry.controlEntry() instanceof ControlEntry.Unclear unclear) {
			add(kind(unclear.action()), entry.place(),
					"a %s entry cannot be understood: %s".formatted(unclear.action(), unclear.why()));
		}
	}

	private static Problem.Kind kind(String action) {
		return switch (action) {
			case ControlEntry.REDACTION, ControlEntry.QUARANTINE -> Problem.Kind.REDACTION_ENTRY;
			case ControlEntry.ARCHIVE -> Problem.Kind.ARCHIVE;
			default -> Problem.Kind.RETIREMENT;
		};
	}

	/**
	 * Ends the walk, or a part of it.
	 * @param end one more than the place of the entry that should have been the last
	 */
	public void endsBefore(long end) {
		if (this.next < end) {
			this.faults.add(Problem.Kind.MISSING, this.next, null, missing(this.next, end), null, null);
		}
	}

	static String missing(long from, long end) {
		long last = end - 1;
		return (from == last) ? "entry %s is missing".formatted(last)
				: "entries %s to %s are missing".formatted(from, last);
	}

	/**
	 * The first entry that came.
	 * @return its place, or {@code null} if none came, or the walk went on from others
	 */
	public StoredEntry.@Nullable Place first() {
		return this.first;
	}

	/**
	 * The last entry that came and has a place of its own.
	 * @return its place, or {@code null} if none came
	 */
	public StoredEntry.@Nullable Place last() {
		return this.last;
	}

	/**
	 * Where the walk began.
	 * @return the first entry's place in the chain, or -1 if there is none
	 */
	public long from() {
		return this.from;
	}

	/**
	 * How far the walk came.
	 * @return one more than the last entry's place in the chain
	 */
	public long next() {
		return this.next;
	}

	/**
	 * What the next entry must follow.
	 * @return the last entry's hash, or {@code null} if it is unknown
	 */
	public byte @Nullable [] previousHash() {
		return this.previousHash;
	}

	private void add(Problem.Kind kind, StoredEntry.Place place, String what) {
		this.faults.add(kind, place.seq(), place.id(), what, null, null);
	}

}
