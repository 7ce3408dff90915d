/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.internal.entry.ControlActions;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What remains to be known of an entry once its own content was checked: what it takes to
 * check its place in the chain.
 *
 * @param place where it is
 * @param redactedGroups the groups that are erased
 * @param controlEntry what the entry says about others, or {@code null} for all but
 * redaction and retirement entries
 * @param findings what is wrong with its content
 */
public record CheckedEntry(StoredEntry.Place place, List<EntryGroup> redactedGroups,
		@Nullable ControlEntry controlEntry, List<Finding> findings) {

	/**
	 * Something wrong with one entry.
	 *
	 * @param kind what sort
	 * @param what a sentence
	 * @param expected what should be there, if known
	 * @param found what is there, if any
	 */
	public record Finding(Problem.Kind kind, String what, @Nullable String expected, @Nullable String found) {

		public Finding(Problem.Kind kind, String what) {
			this(kind, what, null, null);
		}

	}

	/**
	 * Checks a row by itself. Needs nothing else, so that many can be checked at once.
	 * @param row the row
	 * @return what was found
	 */
	public static CheckedEntry of(CopyRow row) {
		StoredEntry.Place place = StoredEntry.Place.read(row);
		try {
			return of(StoredEntry.read(place, row));
		}
		catch (JacksonException | IllegalArgumentException ex) {
			return unreadable(place, ex);
		}
	}

	public static CheckedEntry unreadable(StoredEntry.Place place, RuntimeException ex) {
		Finding finding = new Finding(Problem.Kind.UNREADABLE, "an entry cannot be read: " + ex.getMessage());
		return new CheckedEntry(place, List.of(), null, List.of(finding));
	}

	public static CheckedEntry of(StoredEntry entry) {
		CheckedEntry unclear = unclear(entry);
		return (unclear != null) ? unclear : of(entry, entry.digestOfActor(), entry.digestOfData());
	}

	/**
	 * Checks an entry whose groups were checked already.
	 * @param entry the entry
	 * @param actorDigest what is hashed of its actor group
	 * @param dataDigest what is hashed of its data group
	 * @return what was found
	 */
	public static CheckedEntry of(StoredEntry entry, byte[] actorDigest, byte[] dataDigest) {
		List<EntryGroup> redacted = new ArrayList<>(0);
		List<Finding> findings = new ArrayList<>(0);
		if (entry.actorDigest() != null) {
			checkErased(EntryGroup.ACTOR, entry.actorIsErased(), redacted, findings);
		}
		if (entry.dataDigest() != null) {
			checkErased(EntryGroup.DATA, entry.dataIsErased(), redacted, findings);
			if (ControlActions.include(entry.core().action())) {
				findings.add(new Finding(Problem.Kind.REDACTION,
						"it is a control entry, of which only the actor group is ever redacted"));
			}
		}
		checkHash(entry, actorDigest, dataDigest, findings);
		if (findings.isEmpty() && !isWithinLimits(entry)) {
			findings.add(new Finding(Problem.Kind.UNREADABLE,
					"it has a value that is nested more deeply, or a number that is longer, than any that is written"));
		}
		return new CheckedEntry(entry.place(), redacted, controlEntry(entry), findings);
	}

	/**
	 * Says why an entry's hash cannot be computed.
	 * @param entry the entry
	 * @return what is wrong, or {@code null} if it can
	 */
	public static @Nullable CheckedEntry unclear(StoredEntry entry) {
		if (entry.version() != EntryHash.VERSION) {
			return of(entry, new Finding(Problem.Kind.VERSION, "hash_version %s is unknown".formatted(entry.version()),
					String.valueOf(EntryHash.VERSION), String.valueOf(entry.version())));
		}
		if (entry.salt().length != EntryHash.SALT_LENGTH) {
			return of(entry, new Finding(Problem.Kind.SALT,
					"salt has %s bytes instead of %s".formatted(entry.salt().length, EntryHash.SALT_LENGTH)));
		}
		return null;
	}

	private static CheckedEntry of(StoredEntry entry, Finding finding) {
		return new CheckedEntry(entry.place(), List.of(), controlEntry(entry), List.of(finding));
	}

	private static void checkErased(EntryGroup group, boolean erased, List<EntryGroup> redacted,
			List<Finding> findings) {
		redacted.add(group);
		if (!erased) {
			findings.add(new Finding(Problem.Kind.REDACTION,
					"the %s group has a digest of what was erased, but columns or salt are there"
						.formatted(CoreObject.stored(group))));
		}
	}

	private static boolean isWithinLimits(StoredEntry entry) {
		Entry.DataGroup data = entry.data();
		return Stream
			.of(data.before(), data.after(), data.changes(), data.metadata(), data.related(), entry.actor().geo())
			.allMatch((value) -> value == null || value.isWithinLimits());
	}

	private static void checkHash(StoredEntry entry, byte[] actorDigest, byte[] dataDigest, List<Finding> findings) {
		byte[] computed = EntryHash.leaf(entry.core(), actorDigest, dataDigest, entry.prevHash());
		if (!Arrays.equals(computed, entry.place().hash())) {
			HexFormat hex = HexFormat.of();
			findings.add(new Finding(Problem.Kind.HASH, "hash differs from the one computed from the columns",
					hex.formatHex(computed), hex.formatHex(entry.place().hash())));
		}
	}

	private static @Nullable ControlEntry controlEntry(StoredEntry entry) {
		return ControlEntry.of(entry.core().action(), entry.data().metadata());
	}

}
