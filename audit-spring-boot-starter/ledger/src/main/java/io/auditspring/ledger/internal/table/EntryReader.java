/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Reads entries with COPY: the server sends rows without waiting to be asked for more, in
 * their binary form, and they can be taken apart on another thread.
 */
public final class EntryReader {

	/** The file header of the binary format up to the length of its extension. */
	private static final int SIGNATURE_AND_FLAGS = 15;

	private static final short TRAILER = -1;

	private final PGConnection connection;

	private final EntryColumns columns;

	private final String select;

	public EntryReader(Connection connection, Schema schema) throws SQLException {
		this(connection, schema, EntryColumns.of(connection, schema));
	}

	/**
	 * Creates a reader.
	 * @param connection where the ledger is
	 * @param schema the ledger's schema
	 * @param columns the columns as they are found
	 * @throws SQLException if the connection is not one to PostgreSQL
	 */
	public EntryReader(Connection connection, Schema schema, EntryColumns columns) throws SQLException {
		this.connection = connection.unwrap(PGConnection.class);
		this.columns = columns;
		this.select = """
				select %s
				from %s
				where %%s
				""".formatted(columns.selectList(), schema.table("audit_log"));
	}

	/**
	 * Reads entries of a chain, ordered by {@code seq}.
	 * @param chain the chain
	 * @param condition further conditions, in SQL
	 * @param sink takes the rows
	 * @throws SQLException if they cannot be read
	 */
	public void read(String chain, String condition, Consumer<CopyRow> sink) throws SQLException {
		read("chain = '%s' and %s".formatted(this.connection.escapeLiteral(chain), condition), sink);
	}

	/**
	 * Reads the entries about redactions and retirements in other chains than their own,
	 * in any order.
	 * @param sink takes the rows
	 * @throws SQLException if they cannot be read
	 */
	public void readSaidElsewhere(Consumer<CopyRow> sink) throws SQLException {
		copy(this.select.formatted("action in ('%s', '%s', '%s') and %s <> chain".formatted(ControlEntry.REDACTION,
				ControlEntry.RETIREMENT, ControlEntry.QUARANTINE, this.columns.redactedChain())), sink);
	}

	/**
	 * Reads the entries of a chain about retirements, in any order.
	 * @param chain the chain
	 * @param end where to stop
	 * @param sink takes the rows
	 * @throws SQLException if they cannot be read
	 */
	public void readRetirements(String chain, long end, Consumer<CopyRow> sink) throws SQLException {
		copy(this.select.formatted("action = '%s' and chain = '%s' and seq >= 0 and seq < %s"
			.formatted(ControlEntry.RETIREMENT, this.connection.escapeLiteral(chain), end)), sink);
	}

	/**
	 * Finds an entry.
	 * @param chain its chain
	 * @param seq its place
	 * @return what is not for interpretation of it, or {@code null} unless there is
	 * exactly one
	 * @throws SQLException if it cannot be read
	 */
	public StoredEntry.@Nullable Place place(String chain, long seq) throws SQLException {
		List<StoredEntry.Place> places = new ArrayList<>();
		read(chain, "seq = " + seq, (row) -> places.add(StoredEntry.Place.read(row)));
		return (places.size() == 1) ? places.get(0) : null;
	}

	/**
	 * Finds an entry in whichever chain.
	 * @param id its id
	 * @return the entry, the first one that was recorded, or {@code null} if there is
	 * none
	 * @throws SQLException if it cannot be read
	 */
	public @Nullable StoredEntry entry(UUID id) throws SQLException {
		List<StoredEntry> entries = new ArrayList<>();
		copy(this.select.formatted("id = '%s'".formatted(id)) + "order by recorded_at, chain, seq",
				(row) -> entries.add(StoredEntry.read(row)));
		return entries.isEmpty() ? null : entries.get(0);
	}

	/**
	 * Reads entries in whichever chains, one at a time: some may be large.
	 * @param keys which
	 * @param sink takes those that there are, in any order; two that have one key, too
	 * @throws SQLException if they cannot be read
	 */
	public void entries(Collection<EntryKey> keys, Consumer<StoredEntry> sink) throws SQLException {
		rows(keys, (row) -> sink.accept(StoredEntry.read(row)));
	}

	/**
	 * Finds entries in whichever chains, if there is room for them.
	 * @param keys which; what is there again under another name, with the same id, has
	 * another key
	 * @param characters how many their texts may have together
	 * @return those that there are, in the order of their keys, or {@code null} if they
	 * have more
	 * @throws SQLException if they cannot be read
	 */
	public @Nullable List<StoredEntry> entries(Collection<EntryKey> keys, long characters) throws SQLException {
		Map<EntryKey, List<StoredEntry>> found = new LinkedHashMap<>();
		keys.forEach((key) -> found.put(key, new ArrayList<>()));
		long[] left = { characters };
		rows(keys, (row) -> {
			if (left[0] >= 0) {
				StoredEntry entry = StoredEntry.read(row);
				List<StoredEntry> same = found.get(key(entry));
				if (same != null) {
					same.add(entry);
					left[0] -= entry.length();
				}
			}
		});
		return (left[0] >= 0) ? found.values().stream().flatMap(List::stream).toList() : null;
	}

	private static EntryKey key(StoredEntry entry) {
		return new EntryKey(Objects.requireNonNull(entry.place().id()),
				Objects.requireNonNull(entry.place().recordedAt()));
	}

	private void rows(Collection<EntryKey> keys, Consumer<CopyRow> sink) throws SQLException {
		if (keys.isEmpty()) {
			return;
		}
		// The times spare the server the months that have none of them.
		read("id in (%s) and recorded_at between '%s' and '%s'".formatted(
				keys.stream().map((key) -> "'" + key.id() + "'").collect(Collectors.joining(", ")),
				keys.stream().map(EntryKey::recordedAt).min(Comparator.naturalOrder()).orElseThrow(),
				keys.stream().map(EntryKey::recordedAt).max(Comparator.naturalOrder()).orElseThrow()), sink);
	}

	private void read(String condition, Consumer<CopyRow> sink) throws SQLException {
		copy(this.select.formatted(condition) + "order by seq, recorded_at", sink);
	}

	private void copy(String select, Consumer<CopyRow> sink) throws SQLException {
		CopyOut rows = this.connection.getCopyAPI().copyOut("copy (%s) to stdout (format binary)".formatted(select));
		try {
			byte[] message = rows.readFromCopy();
			int start = (message != null) ? headerLength(message) : 0;
			while (message != null) {
				give(ByteBuffer.wrap(message).position(start), sink);
				start = 0;
				message = rows.readFromCopy();
			}
		}
		catch (RuntimeException | Error ex) {
			breakOff(rows, ex);
			throw ex;
		}
	}

	/**
	 * Leaves the connection as it can be gone on with: the driver's own cancelling loses
	 * its place where the server had sent all already.
	 */
	private void breakOff(CopyOut rows, Throwable why) {
		try {
			this.connection.cancelQuery();
			while (rows.isActive()) {
				rows.readFromCopy();
			}
		}
		catch (SQLException ex) {
			// What was cancelled ends so.
			why.addSuppressed(ex);
		}
	}

	private static int headerLength(byte[] message) {
		return SIGNATURE_AND_FLAGS + Integer.BYTES + ByteBuffer.wrap(message).getInt(SIGNATURE_AND_FLAGS);
	}

	/**
	 * Each message holds one row; the first one the header before it, the last one none.
	 */
	private static void give(ByteBuffer message, Consumer<CopyRow> sink) {
		if (message.hasRemaining() && message.getShort() != TRAILER) {
			sink.accept(new CopyRow(message));
		}
	}

}
