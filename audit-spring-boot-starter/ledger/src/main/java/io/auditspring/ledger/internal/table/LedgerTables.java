/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the verifier asks the database about chains besides their entries.
 */
public final class LedgerTables {

	/** Chains that exist only in what redaction entries say are checked, too. */
	private static final String CHAINS = """
			select chain from (%4$s) as logged
			union
			select name from %2$s
			union
			select metadata::jsonb->>'chain'
			from %1$s
			where action = '%3$s' and metadata::jsonb->>'chain' is not null
			order by 1
			""";

	private final Connection connection;

	private final String chains;

	private final String head;

	private final String next;

	private final String entry;

	private final String received;

	private final String registered;

	private final String retiredSince;

	private final String erasedSince;

	public LedgerTables(Connection connection, Schema schema, EntryColumns columns) {
		this.connection = connection;
		this.chains = CHAINS.formatted(schema.table("audit_log"), schema.table("audit_chain"), ControlEntry.REDACTION,
				Sql.chainsOf(schema.table("audit_log")));
		this.head = """
				select %s
				from %s
				where name = ?
				""".formatted(ChainHead.COLUMNS, schema.table("audit_chain"));
		this.next = """
				select coalesce(min(seq), -1)
				from %s
				where chain = ? and seq >= ?
				""".formatted(schema.table("audit_log"));
		this.entry = """
				select id, actor_digest, data_digest
				from %s
				where chain = ? and seq = ?
				""".formatted(schema.table("audit_log"));
		// A ledger that was not migrated since then has no such column.
		this.received = """
				select name
				from %s as chain
				where to_jsonb(chain) ->> 'origin' is not null
				""".formatted(schema.table("audit_chain"));
		this.registered = """
				select recorded_at
				from %s
				where chain = 'local' and action = 'audit.chain.received' and target_id = ?
				order by recorded_at desc
				limit 1
				""".formatted(schema.table("audit_log"));
		this.retiredSince = """
				select exists (select from %s where chain = ? and seq >= ? and action = '%s')
				""".formatted(schema.table("audit_log"), ControlEntry.RETIREMENT);
		this.erasedSince = """
				select exists (
					select from %s
					where chain = ? and seq >= ? and action = '%s' and target_type = 'AuditEntry' and target_id = any (?)
				)
				"""
			.formatted(schema.table("audit_log"), ControlEntry.REDACTION);
	}

	public List<String> chains() throws SQLException {
		return Sql.list(this.connection, this.chains, (row) -> row.getString(1));
	}

	public @Nullable ChainHead head(String chain) throws SQLException {
		return Sql.find(this.connection, this.head, (row) -> ChainHead.read(chain, row), chain);
	}

	/**
	 * When a chain that is received was registered here: its entries are older.
	 * @param chain the chain
	 * @return the time, or {@code null} if the entry that says so is retired
	 * @throws SQLException if the database fails
	 */
	public @Nullable Instant registered(String chain) throws SQLException {
		return Sql.find(this.connection, this.registered, (row) -> row.getObject(1, OffsetDateTime.class).toInstant(),
				chain);
	}

	/**
	 * Whether a chain is received from another ledger, whose retirements are not of the
	 * entries here.
	 * @param chain the chain
	 * @return whether it is registered so
	 * @throws SQLException if the database fails
	 */
	public boolean isReceived(String chain) throws SQLException {
		return Sql.find(this.connection, this.received + " and name = ?", (row) -> row.getString(1), chain) != null;
	}

	/**
	 * Which chains are received from other ledgers.
	 * @return their names
	 * @throws SQLException if the database fails
	 */
	public Set<String> received() throws SQLException {
		return Set.copyOf(Sql.list(this.connection, this.received, (row) -> row.getString(1)));
	}

	/**
	 * Which received chains do not count for what is said of another one, whatever their
	 * sources sign.
	 * @param named the other one
	 * @return all but itself and those that go on in its place, as a parameter
	 * @throws SQLException if the database fails
	 */
	public Object strangersTo(String named) throws SQLException {
		return Sql.array("text",
				received().stream()
					.filter((chain) -> !chain.equals(named) && !ChainNames.goesOn(chain, named))
					.toList());
	}

	/**
	 * Finds the next entry.
	 * @param chain its chain
	 * @param seq where to search from
	 * @return its place, or -1 if there is none
	 * @throws SQLException if the database fails
	 */
	public long next(String chain, long seq) throws SQLException {
		return Sql.get(this.connection, this.next, (row) -> row.getLong(1), chain, seq);
	}

	/**
	 * Whether entries of a chain were retired since it had a size.
	 * @param chain the chain
	 * @param size the size
	 * @return whether the chain says so
	 * @throws SQLException if the database fails
	 */
	public boolean retiredSince(String chain, long size) throws SQLException {
		return Sql.is(this.connection, this.retiredSince, chain, size);
	}

	/**
	 * Whether one of some entries of a chain was erased since it had a size.
	 * @param chain the chain
	 * @param size the size
	 * @param ids which entries
	 * @return whether the chain says so
	 * @throws SQLException if the database fails
	 */
	public boolean erasedSince(String chain, long size, List<String> ids) throws SQLException {
		return Sql.is(this.connection, this.erasedSince, chain, size, Sql.array("text", ids));
	}

	/**
	 * Whether an entry is there whose group is not erased, although it is said to be.
	 * @param chain the entry's chain
	 * @param redaction what is said of it
	 * @return whether it is; not if the entry is retired
	 * @throws SQLException if the database fails
	 */
	public boolean contradicts(String chain, ControlEntry.Redaction redaction) throws SQLException {
		String digest = (redaction.group() == EntryGroup.ACTOR) ? "actor_digest" : "data_digest";
		return Boolean.TRUE.equals(Sql.<Boolean>find(this.connection, this.entry,
				(row) -> row.getBytes(digest) == null || !redaction.id().equals(row.getString("id")), chain,
				redaction.seq()));
	}

	/**
	 * Whether the entry itself that is said to be redacted is here, and that group of it
	 * is not erased.
	 * @param redaction what is said of it
	 * @return whether it is; not if another entry has its place
	 * @throws SQLException if the database fails
	 */
	public boolean keeps(ControlEntry.Redaction redaction) throws SQLException {
		String digest = (redaction.group() == EntryGroup.ACTOR) ? "actor_digest" : "data_digest";
		return Boolean.TRUE.equals(Sql.<Boolean>find(this.connection, this.entry,
				(row) -> row.getBytes(digest) == null && redaction.id().equals(row.getString("id")), redaction.chain(),
				redaction.seq()));
	}

}
