/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongPredicate;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Problems;
import org.jspecify.annotations.Nullable;

/**
 * Whether each erased group of a chain has exactly one redaction entry that names it, and
 * each redaction entry an erased group. Remembers 24 bytes for each erased group and
 * nothing for any other entry.
 */
public final class RedactionCheck {

	private static final int GROUPS = EntryGroup.values().length;

	private final Problems problems;

	/** Place and group as one number, in the order in which they are found. */
	private long[] erased = new long[16];

	private long[] ids = new long[32];

	private final BitSet explained = new BitSet();

	/** Which of them other chains have explained, by their names. */
	private final Map<String, BitSet> explainedBy = new HashMap<>();

	private int count;

	public RedactionCheck(Problems problems) {
		this.problems = problems;
	}

	/**
	 * Takes an erased group. Groups come in the order of the chain.
	 * @param seq the entry's place
	 * @param id the entry's id
	 * @param group the group
	 */
	public void erased(long seq, @Nullable UUID id, EntryGroup group) {
		if (this.count == this.erased.length) {
			this.erased = Arrays.copyOf(this.erased, this.count * 2);
			this.ids = Arrays.copyOf(this.ids, this.count * 4);
		}
		this.erased[this.count] = key(seq, group);
		this.ids[this.count * 2] = (id != null) ? id.getMostSignificantBits() : 0;
		this.ids[this.count * 2 + 1] = (id != null) ? id.getLeastSignificantBits() : 0;
		this.count++;
	}

	/**
	 * Takes a redaction entry, after the entry that it names.
	 * @param seq the redaction entry's place, or {@code null} if it is in another chain
	 * @param id the redaction entry's id
	 * @param redaction what it says
	 */
	public void entry(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {
		int index = index(redaction);
		if (index < 0) {
			addNotErased(seq, id, redaction);
			return;
		}
		if (this.explained.get(index)) {
			addRepeated(seq, id, redaction);
		}
		this.explained.set(index);
	}

	/**
	 * Takes a redaction entry of another chain that may be of a source which was
	 * restored: that erases what is not here, and once more what was erased already.
	 * @param by the chain
	 * @param id the redaction entry's id
	 * @param redaction what it says
	 * @return whether what it names is erased here
	 */
	public boolean entryOfSource(String by, @Nullable UUID id, ControlEntry.Redaction redaction) {
		int index = index(redaction);
		if (index < 0) {
			return false;
		}
		BitSet own = this.explainedBy.computeIfAbsent(by, (chain) -> new BitSet());
		if (own.get(index)) {
			addRepeated(null, id, redaction);
		}
		own.set(index);
		this.explained.set(index);
		return true;
	}

	private int index(ControlEntry.Redaction redaction) {
		int index = Arrays.binarySearch(this.erased, 0, this.count, key(redaction.seq(), redaction.group()));
		return (index >= 0 && id(index).toString().equals(redaction.id())) ? index : -1;
	}

	private void addRepeated(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {
		this.problems.add(Problem.Kind.REDACTION_ENTRY, seq, id,
				"it is not the first to say that the %s group of entry %s is redacted"
					.formatted(CoreObject.stored(redaction.group()), redaction.seq()));
	}

	/**
	 * Takes an entry which says that a group could not be stored, after all that say of
	 * the chain what is redacted: its source may have redacted it later.
	 * @param id the entry's id
	 * @param quarantine what it says
	 */
	public void quarantined(@Nullable UUID id, ControlEntry.Quarantine quarantine) {
		int index = Arrays.binarySearch(this.erased, 0, this.count, key(quarantine.seq(), quarantine.group()));
		if (index < 0 || !id(index).toString().equals(quarantine.id())) {
			this.problems.add(Problem.Kind.REDACTION_ENTRY, null, id,
					"it says that the %s group of entry %s (%s) is in quarantine, but that is there"
						.formatted(CoreObject.stored(quarantine.group()), quarantine.seq(), quarantine.id()));
			return;
		}
		this.explained.set(index);
	}

	public void addNotErased(@Nullable Long seq, @Nullable UUID id, ControlEntry.Redaction redaction) {
		this.problems.add(Problem.Kind.REDACTION_ENTRY, seq, id,
				"it says that the %s group of entry %s (%s) is redacted, but no such redaction is before it"
					.formatted(CoreObject.stored(redaction.group()), redaction.seq(), redaction.id()));
	}

	public void finish() {
		finish((seq) -> false);
	}

	/**
	 * Says what is erased without an entry that says so.
	 * @param vouched whether somebody trusted says so of the entry of a place
	 */
	public void finish(LongPredicate vouched) {
		for (int i = this.explained.nextClearBit(0); i < this.count; i = this.explained.nextClearBit(i + 1)) {
			if (vouched.test(this.erased[i] / GROUPS)) {
				continue;
			}
			this.problems.add(Problem.Kind.REDACTION, this.erased[i] / GROUPS, id(i),
					"the %s group is redacted without a redaction entry"
						.formatted(CoreObject.stored(EntryGroup.values()[(int) (this.erased[i] % GROUPS)])));
		}
	}

	private static long key(long seq, EntryGroup group) {
		return seq * GROUPS + group.ordinal();
	}

	private UUID id(int index) {
		return new UUID(this.ids[index * 2], this.ids[index * 2 + 1]);
	}

}
