/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.RootHead;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What {@code audit_root_head} has of the root log, as it is found.
 */
public final class RootRows {

	/** The chain of the root log. */
	public static final String CHAIN = "root";

	/** The action of its entries. */
	public static final String ACTION = "audit.root";

	private static final String COLUMNS = "chain, size, root, closed";

	private final Connection connection;

	private final String newest;

	private final String newestOf;

	private final String claims;

	private final String next;

	private final String known;

	private final String moves;

	private final String withoutHeads;

	private final String lastEntry;

	private final String lastBefore;

	private final boolean present;

	/**
	 * What an entry of the root log says of a chain.
	 *
	 * @param rootSeq the entry's place
	 * @param head what it says
	 */
	public record Row(long rootSeq, RootHead head) {

	}

	/**
	 * An entry of the root log as it is found.
	 *
	 * @param seq its place
	 * @param id its id, or {@code null} if there is no such entry
	 * @param map the root of the map in hex
	 * @param metadata the rest of what it says, as JSON
	 */
	public record Entry(long seq, @Nullable UUID id, @Nullable String map, @Nullable String metadata) {

	}

	/** Takes what moved. */
	public interface Moves {

		void accept(Entry entry, RootHead head);

	}

	public RootRows(Connection connection, Schema schema) throws SQLException {
		this.connection = connection;
		String table = schema.table("audit_root_head");
		this.known = Sql.chainsOf(table);
		this.newest = """
				select newest.*
				from (%1$s) as known cross join lateral (
					select root_seq, %2$s
					from %3$s as head
					where head.chain = known.chain and head.root_seq < ?
					order by head.root_seq desc
					limit 1
				) as newest
				""".formatted(this.known, COLUMNS, table);
		this.newestOf = """
				select root_seq, %s
				from %s
				where chain = ?
				order by root_seq desc
				limit 1
				""".formatted(COLUMNS, table);
		this.claims = """
				select root_seq, %s
				from %s
				where chain = ? and size > ? and size <= ?
				order by root_seq
				""".formatted(COLUMNS, table);
		this.next = "select coalesce(min(size) - 1, -1) from %s where chain = ? and size > ?".formatted(table);
		String log = schema.table("audit_log");
		this.moves = """
				select root_seq, head.chain, size, root, closed, seq, id, target_id, metadata
				from %s as head left join %s as entry
				on entry.chain = '%s' and entry.seq = root_seq and entry.action = '%s'
				where root_seq >= ?
				order by root_seq
				""".formatted(table, log, CHAIN, ACTION);
		this.withoutHeads = """
				select seq, id, target_id, metadata
				from %s
				where chain = '%s' and action = '%s' and seq >= ? and not exists (select from %s where root_seq = seq)
				order by seq
				""".formatted(log, CHAIN, ACTION, table);
		this.lastBefore = """
				select root_seq
				from %s
				where root_seq < ?
				order by root_seq desc
				limit 1
				""".formatted(table);
		this.lastEntry = """
				select recorded_at
				from %s
				where chain = '%s' and action = '%s'
				order by seq desc
				limit 1
				""".formatted(log, CHAIN, ACTION);
		this.present = Sql.is(connection, "select to_regclass(?) is not null", table);
	}

	/**
	 * The heads of all chains before an entry of the root log.
	 * @param rootSeq the entry's place
	 * @return the map
	 * @throws SQLException if the database fails
	 */
	public RootMap before(long rootSeq) throws SQLException {
		RootMap map = new RootMap();
		if (this.present) {
			Sql.each(this.connection, this.newest, (row) -> map.put(read(row).head()), rootSeq);
		}
		return map;
	}

	/**
	 * Which chains the root log names.
	 * @return their names
	 * @throws SQLException if the database fails
	 */
	public List<String> chains() throws SQLException {
		return this.present ? Sql.list(this.connection, this.known, (row) -> row.getString(1)) : List.of();
	}

	/**
	 * What the root log said of a chain last.
	 * @param chain the chain's name
	 * @return the row, or {@code null} if it does not know it
	 * @throws SQLException if the database fails
	 */
	public @Nullable Row newest(String chain) throws SQLException {
		return this.present ? Sql.find(this.connection, this.newestOf, RootRows::read, chain) : null;
	}

	/**
	 * What the root log says of a chain.
	 * @param chain the chain's name
	 * @param after the size of the last one to leave out
	 * @param upTo the size of the last one
	 * @return in the order of the root log
	 * @throws SQLException if the database fails
	 */
	public List<Row> claims(String chain, long after, long upTo) throws SQLException {
		return this.present ? Sql.list(this.connection, this.claims, RootRows::read, chain, after, upTo) : List.of();
	}

	/**
	 * Finds the next entry of a chain that the root log says was the last one.
	 * @param chain the chain's name
	 * @param seq where to search from
	 * @return its place, or -1 if there is none
	 * @throws SQLException if the database fails
	 */
	public long next(String chain, long seq) throws SQLException {
		return this.present ? Sql.get(this.connection, this.next, (row) -> row.getLong(1), chain, seq) : -1;
	}

	/**
	 * Goes through all heads that moved.
	 * @param from the first entry's place
	 * @param moves takes each of them, in the order of the entries
	 * @throws SQLException if the database fails
	 */
	public void moves(long from, Moves moves) throws SQLException {
		Sql.each(this.connection, this.moves, (row) -> moves.accept(entry(row, "root_seq"), read(row).head()), from);
	}

	/**
	 * Finds entries of which no head is stored.
	 * @param from the first entry's place
	 * @param entries takes each of them
	 * @throws SQLException if the database fails
	 */
	public void entriesWithoutHeads(long from, Consumer<Entry> entries) throws SQLException {
		Sql.each(this.connection, this.withoutHeads, (row) -> entries.accept(entry(row, "seq")), from);
	}

	private static Entry entry(ResultSet row, String seq) throws SQLException {
		return new Entry(row.getLong(seq), row.getObject("id", UUID.class), row.getString("target_id"),
				row.getString("metadata"));
	}

	/**
	 * Finds the last entry of the root log before a place in its chain, in which others
	 * may say that entries were retired.
	 * @param seq the place
	 * @return the entry's place, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	public @Nullable Long lastEntryBefore(long seq) throws SQLException {
		return this.present ? Sql.find(this.connection, this.lastBefore, (row) -> row.getLong(1), seq) : null;
	}

	/**
	 * When the last entry of the root log was made.
	 * @return the time, or {@code null} if there is none
	 * @throws SQLException if the database fails
	 */
	public @Nullable Instant lastEntry() throws SQLException {
		return Sql.find(this.connection, this.lastEntry, (row) -> row.getTimestamp(1).toInstant());
	}

	/**
	 * Whether there is a root log: a ledger that was not migrated has none.
	 * @return whether its table is there
	 */
	public boolean present() {
		return this.present;
	}

	public static Row read(ResultSet row) throws SQLException {
		return new Row(row.getLong("root_seq"), new RootHead(row.getString("chain"), row.getLong("size"),
				row.getBytes("root"), row.getBoolean("closed")));
	}

}
