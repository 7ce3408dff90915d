/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.entry.Timestamps;
import org.jspecify.annotations.Nullable;

/**
 * An entry as it is found, in a row of {@code audit_log} or in an export, with nothing
 * taken for granted: whoever tampered with it may have dropped the constraints before.
 *
 * @param place where it is
 * @param core what is hashed besides the groups
 * @param version the version of the format
 * @param salt the salt of both groups
 * @param actor the actor group
 * @param actorDigest the redacted actor group's digest
 * @param data the data group
 * @param dataDigest the redacted data group's digest
 */
public record StoredEntry(Place place, CoreObject core, int version, byte[] salt, ActorObject actor,
		byte @Nullable [] actorDigest, Entry.DataGroup data, byte @Nullable [] dataDigest) {

	private static final byte[] NONE = {};

	private static final ActorObject NO_ACTOR = new ActorObject(null, null, null, null, null, null, null, null);

	private static final Entry.DataGroup NO_DATA = new Entry.DataGroup(null, null, null, null, null, null, null, null,
			null);

	/**
	 * Where an entry is in its chain, and what is not for interpretation.
	 *
	 * @param partition the table that holds it, 0 in an export
	 * @param seq the position, or {@code null} if it has none
	 * @param id the entry's id, or {@code null} if it has none
	 * @param recordedAt when the ledger took it, or {@code null} if that is missing
	 * @param prevHash the hash of the entry before
	 * @param hash the entry's hash
	 */
	public record Place(int partition, @Nullable Long seq, @Nullable UUID id, @Nullable Instant recordedAt,
			byte[] prevHash, byte[] hash) {

		public static Place read(CopyRow row) {
			Integer partition = row.oid();
			return new Place((partition != null) ? partition : 0, row.bigint(), row.uuid(), row.time(),
					orNone(row.binary()), orNone(row.binary()));
		}

	}

	/**
	 * Reads a row.
	 * @param row the row, with the columns of {@link EntryColumns}
	 * @return the entry
	 */
	public static StoredEntry read(CopyRow row) {
		return read(Place.read(row), row);
	}

	/**
	 * Reads the rest of a row.
	 * @param place what was read of it
	 * @param row the row
	 * @return the entry
	 */
	static StoredEntry read(Place place, CopyRow row) {
		CoreObject core = core(place, row);
		ActorObject actor = new ActorObject(row.text(), row.text(), row.text(), row.inet(), row.text(), row.text(),
				row.text(), json(row));
		Entry.DataGroup data = new Entry.DataGroup(row.text(), row.text(), row.text(), row.text(), json(row), json(row),
				json(row), json(row), json(row));
		Integer version = row.smallint();
		return new StoredEntry(place, core, (version != null) ? version : 0, orNone(row.binary()), actor, row.binary(),
				data, row.binary());
	}

	private static CoreObject core(Place place, CopyRow row) {
		return new CoreObject(row.text(), place.seq(), text(place.id()), format(place.recordedAt()), format(row.time()),
				row.text(), row.text(), text(row.uuid()), row.text(), row.text(), row.text(), row.text(), row.text(),
				row.text(), row.text(), row.bigint(), row.bigint(), row.text());
	}

	/**
	 * How long the texts of its data group are together.
	 * @return characters
	 */
	public long length() {
		return Stream
			.of(this.data.related(), this.data.message(), this.data.justification(), this.data.error(),
					this.data.before(), this.data.after(), this.data.changes(), this.data.metadata())
			.filter(Objects::nonNull)
			.mapToLong((text) -> text.toString().length())
			.sum();
	}

	public byte[] prevHash() {
		return this.place.prevHash();
	}

	public byte[] hash() {
		return this.place.hash();
	}

	public byte[] computeHash() {
		return EntryHash.leaf(this.core, digestOfActor(), digestOfData(), this.place.prevHash());
	}

	/**
	 * What is hashed of the entry.
	 * @return the core object in canonical form
	 */
	public String canonicalCore() {
		return EntryHash.canonical(this.core, digestOfActor(), digestOfData(), this.place.prevHash());
	}

	public byte[] digestOfActor() {
		return (this.actorDigest != null) ? this.actorDigest : EntryHash.actorDigest(this.salt, this.actor);
	}

	public byte[] digestOfData() {
		return (this.dataDigest != null) ? this.dataDigest : EntryHash.dataDigest(this.salt, this.data);
	}

	/**
	 * The entry as it is without a group: with that group's digest.
	 * @param group the group
	 * @return the entry, with the same hash
	 */
	public StoredEntry without(EntryGroup group) {
		byte[] rest = this.salt.clone();
		if (group == EntryGroup.ACTOR) {
			Arrays.fill(rest, 0, EntryHash.SALT_LENGTH / 2, (byte) 0);
			return new StoredEntry(this.place, this.core, this.version, rest, NO_ACTOR, digestOfActor(), this.data,
					this.dataDigest);
		}
		Arrays.fill(rest, EntryHash.SALT_LENGTH / 2, EntryHash.SALT_LENGTH, (byte) 0);
		return new StoredEntry(this.place, this.core, this.version, rest, this.actor, this.actorDigest, NO_DATA,
				digestOfData());
	}

	/**
	 * What the digest of a group is made of.
	 * @param group the group
	 * @return its half of the salt, and its canonical form in UTF-8
	 */
	public byte[] digested(EntryGroup group) {
		int from = (group == EntryGroup.ACTOR) ? 0 : EntryHash.SALT_LENGTH / 2;
		byte[] content = ((group == EntryGroup.ACTOR) ? this.actor.canonical() : EntryHash.canonical(this.data))
			.getBytes(StandardCharsets.UTF_8);
		byte[] digested = Arrays.copyOfRange(this.salt, from, from + EntryHash.SALT_LENGTH / 2 + content.length);
		System.arraycopy(content, 0, digested, EntryHash.SALT_LENGTH / 2, content.length);
		return digested;
	}

	/**
	 * Whether a group is erased.
	 * @param group the group
	 * @return whether its digest stands in its place
	 */
	public boolean isErased(EntryGroup group) {
		return ((group == EntryGroup.ACTOR) ? this.actorDigest : this.dataDigest) != null;
	}

	/**
	 * Whether nothing of an erased actor group is left: what stands beside its digest is
	 * not hashed, and so could be anything.
	 * @return whether its columns and its half of the salt are gone
	 */
	public boolean actorIsErased() {
		return this.actor.equals(NO_ACTOR) && isZero(0, EntryHash.SALT_LENGTH / 2);
	}

	public boolean dataIsErased() {
		return this.data.equals(NO_DATA) && isZero(EntryHash.SALT_LENGTH / 2, EntryHash.SALT_LENGTH);
	}

	private boolean isZero(int from, int to) {
		return Arrays.equals(this.salt, from, to, new byte[to - from], 0, to - from);
	}

	private static @Nullable CanonicalJson json(CopyRow row) {
		String text = row.json();
		return (text != null) ? CanonicalJson.parseStored(text) : null;
	}

	private static @Nullable String text(@Nullable UUID id) {
		return (id != null) ? id.toString() : null;
	}

	private static byte[] orNone(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes : NONE;
	}

	private static @Nullable String format(@Nullable Instant instant) {
		return (instant != null) ? Timestamps.format(instant) : null;
	}

}
