/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries out of the two files of a range, as they are found: nothing is taken for
 * granted.
 */
public final class EntryFilesReader {

	/** How many entries are worth reading at once. */
	public static final int SLICE = Columns.ROW_GROUP;

	private static final byte[] NONE = {};

	private final DuckDb duckDb;

	private final String chain;

	private final Path core;

	private final Path payload;

	/**
	 * Creates a reader.
	 * @param duckDb what reads
	 * @param chain the chain's name, which the files do not hold
	 * @param core the file that never changes
	 * @param payload the file that can be erased
	 */
	public EntryFilesReader(DuckDb duckDb, String chain, Path core, Path payload) {
		this.duckDb = duckDb;
		this.chain = chain;
		this.core = core;
		this.payload = payload;
	}

	/**
	 * Checks some entries by themselves.
	 * @param from the first one's place
	 * @param to one more than the last one's place
	 * @param firstPrevHash what the first one follows, or {@code null} if that is the
	 * entry before in the same file
	 * @return what was found of each, in the order of the file
	 * @throws SQLException if the files cannot be read
	 */
	public List<CheckedEntry> check(long from, long to, byte @Nullable [] firstPrevHash) throws SQLException {
		List<CheckedEntry> checked = new ArrayList<>((int) Math.min(to - from, SLICE));
		read(from, to, firstPrevHash, (row) -> checked.add(row.check()));
		return checked;
	}

	/**
	 * Finds entries.
	 * @param condition what they must be like, in SQL of DuckDB
	 * @param sink takes those that there are, which do not know what they follow
	 * @throws SQLException if the files cannot be read
	 */
	public void find(String condition, Consumer<StoredEntry> sink) throws SQLException {
		try (Connection own = this.duckDb.another();
				Statement statement = own.createStatement();
				ResultSet row = statement.executeQuery("""
						select %s
						from (select c.*, p.* exclude (seq) from %s c join %s p using (seq))
						where %s
						""".formatted(columns(), DuckDb.table(this.core), DuckDb.table(this.payload), condition))) {
			while (row.next()) {
				sink.accept(joined(this.chain, row));
			}
		}
	}

	/**
	 * Reads some entries.
	 * @param from the first one's place
	 * @param to one more than the last one's place
	 * @param firstPrevHash what the first one follows, or {@code null} if that is the
	 * entry before in the same file
	 * @param sink takes them in the order of the file
	 * @throws SQLException if the files cannot be read
	 */
	public void read(long from, long to, byte @Nullable [] firstPrevHash, Consumer<ArchivedRow> sink)
			throws SQLException {
		try (Connection own = this.duckDb.another();
				Connection other = this.duckDb.another();
				Statement cores = own.createStatement();
				Statement payloads = other.createStatement();
				ResultSet coreRow = cores
					.executeQuery(select(Columns.CORE, this.core, (firstPrevHash != null) ? from : from - 1, to));
				ResultSet payloadRow = payloads.executeQuery(select(Columns.PAYLOAD, this.payload, from, to))) {
			byte[] prevHash = firstPrevHash;
			if (prevHash == null) {
				prevHash = coreRow.next() ? orNone(coreRow.getBytes(20)) : NONE;
			}
			while (coreRow.next()) {
				boolean paired = payloadRow.next() && payloadRow.getLong(1) == coreRow.getLong(1);
				byte[] hash = orNone(coreRow.getBytes(20));
				sink.accept(row(coreRow, paired ? payloadRow : null, prevHash, hash));
				prevHash = hash;
			}
			if (payloadRow.next()) {
				throw new SQLException(
						"there is a payload of entry %s without a core".formatted(payloadRow.getLong(1)));
			}
		}
	}

	/**
	 * The columns of both files, for {@link #joined(String, ResultSet)}.
	 * @return a select list
	 */
	public static String columns() {
		return Columns.select(Columns.CORE) + ", " + Columns.select(Columns.PAYLOAD);
	}

	/**
	 * The same with null in place of some.
	 * @param unread these columns
	 * @return a select list
	 */
	public static String columns(Collection<String> unread) {
		return unread.isEmpty() ? columns()
				: columns().replaceAll("\\b(%s)\\b".formatted(String.join("|", unread)), "null");
	}

	/**
	 * Reads a row that has the columns of both files.
	 * @param chain the chain's name
	 * @param row the row
	 * @return the entry, which does not know what it follows
	 * @throws SQLException if the row cannot be read
	 */
	public static StoredEntry joined(String chain, ResultSet row) throws SQLException {
		long micros = row.getLong(3);
		StoredEntry.Place place = new StoredEntry.Place(0, row.getLong(1), uuid(row.getString(2)),
				Micros.instant(micros), NONE, orNone(row.getBytes(20)));
		return entry(chain, place, micros, row, row, 20).entry();
	}

	private static String select(String columns, Path file, long from, long to) {
		return "select %s from %s where seq >= %s and seq < %s".formatted(Columns.select(columns), DuckDb.table(file),
				from, to);
	}

	private ArchivedRow row(ResultSet core, @Nullable ResultSet payload, byte[] prevHash, byte[] hash)
			throws SQLException {
		long micros = core.getLong(3);
		StoredEntry.Place place = new StoredEntry.Place(0, core.getLong(1), uuid(core.getString(2)),
				Micros.instant(micros), prevHash, hash);
		if (payload == null) {
			return new ArchivedRow(place, null,
					new IllegalArgumentException("there is no payload of this entry where it should be"));
		}
		try {
			return new ArchivedRow(place, entry(this.chain, place, micros, core, payload, 0), null);
		}
		catch (IllegalArgumentException ex) {
			return new ArchivedRow(place, null, ex);
		}
	}

	private static ArchivedEntry entry(String chain, StoredEntry.Place place, long micros, ResultSet core,
			ResultSet payload, int before) throws SQLException {
		byte[] actorDigest = orNone(core.getBytes(18));
		byte[] dataDigest = orNone(core.getBytes(19));
		StoredEntry entry = new StoredEntry(place, core(chain, place, micros, core), EntryHash.VERSION,
				orNone(payload.getBytes(before + 4)), actor(payload, before),
				payload.getBoolean(before + 2) ? actorDigest : null, data(payload, before),
				payload.getBoolean(before + 3) ? dataDigest : null);
		return new ArchivedEntry(entry, actorDigest, dataDigest);
	}

	private static CoreObject core(String chain, StoredEntry.Place place, long micros, ResultSet row)
			throws SQLException {
		return new CoreObject(chain, place.seq(), row.getString(2), Micros.format(micros),
				Micros.format(row.getLong(4)), row.getString(5), row.getString(6), row.getString(7), row.getString(8),
				row.getString(9), row.getString(10), row.getString(11), row.getString(12), row.getString(13),
				row.getString(14), number(row, 15), number(row, 16), row.getString(17));
	}

	private static ActorObject actor(ResultSet row, int before) throws SQLException {
		return new ActorObject(row.getString(before + 5), row.getString(before + 6), row.getString(before + 7),
				Addresses.hex(row.getString(before + 8)), row.getString(before + 9), row.getString(before + 10),
				row.getString(before + 11), json(row, before + 12));
	}

	private static Entry.DataGroup data(ResultSet row, int before) throws SQLException {
		return new Entry.DataGroup(row.getString(before + 13), row.getString(before + 14), row.getString(before + 15),
				row.getString(before + 16), json(row, before + 17), json(row, before + 18), json(row, before + 19),
				json(row, before + 20), json(row, before + 21));
	}

	private static @Nullable CanonicalJson json(ResultSet row, int column) throws SQLException {
		String text = row.getString(column);
		return (text != null) ? CanonicalJson.ofHashed(text) : null;
	}

	private static @Nullable Long number(ResultSet row, int column) throws SQLException {
		long number = row.getLong(column);
		return row.wasNull() ? null : (Long) number;
	}

	/** What is none cannot fit the hash. */
	private static @Nullable UUID uuid(@Nullable String text) {
		try {
			return (text != null) ? UUID.fromString(text) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static byte[] orNone(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes : NONE;
	}

	/**
	 * An entry as it was found.
	 *
	 * @param place where it is
	 * @param entry the entry, or {@code null} if it cannot be read
	 * @param fault why not, or {@code null}
	 */
	public record ArchivedRow(StoredEntry.Place place, @Nullable ArchivedEntry entry,
			@Nullable IllegalArgumentException fault) {

		/**
		 * Takes the entry, where nothing may be wrong with it.
		 * @return the entry
		 * @throws IllegalStateException if it cannot be read
		 */
		public ArchivedEntry require() {
			if (this.entry == null) {
				throw new IllegalStateException("Entry %s cannot be read: %s".formatted(this.place.seq(), this.fault));
			}
			return this.entry;
		}

		CheckedEntry check() {
			if (this.entry != null) {
				return this.entry.check();
			}
			return CheckedEntry.unreadable(this.place,
					(this.fault != null) ? this.fault : new IllegalArgumentException("it is missing"));
		}

	}

}
