/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

	private final String lastPlaces;

	private final String retiring;

	private final String erasing;

	private final String speaking;

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
		this.lastPlaces = """
				select chain, (select max(seq) from %s as entry where entry.chain = logged.chain)
				from (%s) as logged
				""".formatted(schema.table("audit_log"), Sql.chainsOf(schema.table("audit_log")));
		this.retiring = """
				select chain, seq
				from %s
				where action = '%s' and %s = ?
				""".formatted(schema.table("audit_log"), ControlEntry.RETIREMENT, columns.redactedChain());
		this.erasing = """
				select chain, seq
				from %s
				where action = '%s' and %s = ? and target_type = 'AuditEntry' and target_id = any (?)
				""".formatted(schema.table("audit_log"), ControlEntry.REDACTION, columns.redactedChain());
		this.speaking = """
				select distinct chain
				from %s
				where action in ('%s', '%s', '%s') and %s = ?
				order by 1
				""".formatted(schema.table("audit_log"), ControlEntry.REDACTION, ControlEntry.RETIREMENT,
				ControlEntry.QUARANTINE, columns.redactedChain());
	}

	/**
	 * An entry that says something of others.
	 *
	 * @param by its chain
	 * @param seq its place there
	 */
	public record Said(String by, long seq) {

		static Said read(ResultSet row) throws SQLException {
			return new Said(row.getString(1), row.getLong(2));
		}

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
	 * Where the chains end that have entries.
	 * @return the last entry's place by the chain's name
	 * @throws SQLException if the database fails
	 */
	public Map<String, Long> lastPlaces() throws SQLException {
		Map<String, Long> last = new HashMap<>();
		Sql.each(this.connection, this.lastPlaces, (row) -> last.put(row.getString(1), row.getLong(2)));
		return last;
	}

	/**
	 * Finds what says that entries of a chain were retired.
	 * @param chain the chain
	 * @return entries of whichever chains
	 * @throws SQLException if the database fails
	 */
	public List<Said> retiring(String chain) throws SQLException {
		return Sql.list(this.connection, this.retiring, Said::read, chain);
	}

	/**
	 * Finds what says that some entries of a chain were erased.
	 * @param chain the chain
	 * @param ids which entries
	 * @return entries of whichever chains
	 * @throws SQLException if the database fails
	 */
	public List<Said> erasing(String chain, List<String> ids) throws SQLException {
		return Sql.list(this.connection, this.erasing, Said::read, chain, Sql.array("text", ids));
	}

	/**
	 * Finds the other chains that say what was erased or retired of a chain.
	 * @param chain the chain
	 * @return the names of those that speak for it
	 * @throws SQLException if the database fails
	 */
	public List<String> speakingOf(String chain) throws SQLException {
		return Sql.list(this.connection, this.speaking, (row) -> row.getString(1), chain)
			.stream()
			.filter((by) -> !by.equals(chain) && ChainNames.speaksFor(by, chain))
			.toList();
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
