/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What the database knows of received chains, and the functions by which it takes them.
 */
final class ReceivedTables {

	/** So many of a chain are looked at in one go. */
	static final int REQUESTS = 100;

	private final String chains;

	private final String lock;

	private final String keys;

	private final String chainsWithKeys;

	private final String months;

	private final String redactions;

	private final String retirement;

	private final String speaksFor;

	private final String note;

	private final String park;

	private final String successor;

	private final String quarantine;

	private final String hashes;

	private final String undeclared;

	private final String later;

	private final String size;

	private final String requests;

	private final String asked;

	private final String holds;

	ReceivedTables(Schema schema) {
		this.chains = """
				select chain.name, chain.ledger_id, chain.size, received.note, received.parked_for, received.received_at,
					chain.origin
				from %s as received join %s as chain on chain.name = received.chain
				where received.gone_at is null
				order by chain.name
				"""
			.formatted(schema.table("audit_received"), schema.table("audit_chain"));
		this.lock = "select * from %s(?)".formatted(schema.table("audit_receive_lock"));
		// A newer one counts for smaller sizes, too: with it a source signs anew what it
		// sends again.
		this.chainsWithKeys = """
				select distinct chain
				from %s
				where to_size is null
				and chain in (select received.chain from %s as received where received.gone_at is null)
				""".formatted(schema.table("audit_received_key"), schema.table("audit_received"));
		this.keys = """
				select key
				from %s
				where chain = ? and (to_size is null or to_size >= ?)
				and chain in (select received.chain from %s as received where received.gone_at is null)
				""".formatted(schema.table("audit_received_key"), schema.table("audit_received"));
		this.months = "select %s(?, ?::date[])".formatted(schema.table("audit_receive_months"));
		this.redactions = "select %s(?, ?::jsonb)".formatted(schema.table("audit_receive_redactions"));
		this.note = "select %s(?, ?)".formatted(schema.table("audit_receive_note"));
		this.park = "select %s(?, ?, ?, ?, ?, ?, ?::jsonb -> 0)".formatted(schema.table("audit_park"));
		this.successor = "select %s(?, ?, ?, ?::jsonb -> 0)".formatted(schema.table("audit_receive_successor"));
		this.quarantine = "select %s(?, ?::jsonb, ?::jsonb -> 0)".formatted(schema.table("audit_receive_quarantine"));
		this.hashes = """
				select seq, hash
				from %s
				where chain = ? and seq >= ? and seq < ?
				""".formatted(schema.table("audit_log"));
		// What is in the archive only is asked for until the source says that it is
		// erased. What that cannot erase any more is erased here, by its upkeep.
		String open = """
				from %1$s as asked join %4$s as received
				on received.chain = asked.chain and received.gone_at is null and received.erases_from <= asked.seq
				left join %2$s as entry
				on entry.chain = asked.chain and entry.seq = asked.seq and entry.id = asked.id
				where case
					when entry.seq is null then not exists (
						select
						from %2$s as said
						where said.target_type = 'AuditEntry' and said.target_id = asked.id::text
						and said.action = 'audit.redaction'
						and said.metadata @> jsonb_build_object('chain', asked.chain, 'seq', asked.seq, 'group', asked.redacted)
						and %5$s(said.chain, asked.chain)
					)
					when case asked.redacted when 'actor' then entry.actor_digest else entry.data_digest end is null then true
					else exists (
						select
						from %3$s as refused
						where refused.chain = asked.chain and refused.seq = asked.seq and refused.redacted = asked.redacted
					)
				end
				"""
			.formatted(schema.table("audit_request"), schema.table("audit_log"),
					schema.table("audit_received_quarantine"), schema.table("audit_received"),
					schema.table("audit_speaks_for"));
		this.speaksFor = "select %s(?, ?)".formatted(schema.table("audit_speaks_for"));
		this.retirement = "select %s(?, ?, ?)".formatted(schema.table("audit_receive_retirement"));
		this.requests = """
				select asked.seq, asked.id, asked.redacted, asked.reason
				%s
				and asked.chain = ? and (asked.seq, asked.redacted) > (?, ?)
				order by asked.seq, asked.redacted
				limit %s
				""".formatted(open, REQUESTS);
		this.asked = "select distinct asked.chain " + open;
		this.holds = """
				select coalesce(jsonb_agg(jsonb_build_object('id', id, 'actor', actor_id, 'type', target_type,
					'target', target_id, 'reason', reason) order by id), '[]')::text
				from %s
				where centre_hold is null
				""".formatted(schema.table("audit_legal_hold"));
		// By the index of targets: there may be as many declarations as entries.
		this.undeclared = """
				select entry.seq
				from %1$s as entry cross join (values ('actor'), ('data')) as erased (redacted)
				where entry.chain = ? and entry.seq >= ?
				and case erased.redacted when 'actor' then entry.actor_digest else entry.data_digest end is not null
				and not exists (
					select
					from (
						select said.chain, said.action, said.metadata
						from %1$s as said
						where said.target_type = 'AuditEntry' and said.target_id = entry.id::text
						offset 0
					) as said
					where said.chain = any (?) and said.action = 'audit.redaction'
					and said.metadata @> jsonb_build_object('chain', entry.chain, 'seq', entry.seq, 'id', entry.id, 'group',
						erased.redacted)
				)
				and not exists (
					select
					from %2$s as refused
					where refused.chain = entry.chain and refused.seq = entry.seq and refused.redacted = erased.redacted
				)
				order by entry.seq
				limit 1
				"""
			.formatted(schema.table("audit_log"), schema.table("audit_received_quarantine"));
		this.size = """
				select coalesce(max(size), 0) from %s where name = ? and origin is not null
				""".formatted(schema.table("audit_chain"));
		this.later = """
				with recursive line (name) as (
					select successor from %1$s where name = ?
					union
					select chain.successor from line join %1$s as chain on chain.name = line.name
				)
				select name from line where name is not null
				""".formatted(schema.table("audit_chain"));
	}

	/**
	 * A chain that is received.
	 *
	 * @param name its name
	 * @param ledgerId which ledger began it
	 * @param size how many entries of it are here
	 * @param note what its source signed of these, or {@code null} if there are none
	 * @param parkedFor why it is parked, or {@code null} if it is not
	 * @param receivedAt when something of it was received last, or {@code null}
	 * @param origin the origin of the checkpoints of its source
	 */
	record Chain(String name, UUID ledgerId, long size, @Nullable String note, @Nullable String parkedFor,
			@Nullable Instant receivedAt, String origin) {

	}

	List<Chain> chains(Connection connection) throws SQLException {
		return Sql.list(connection, this.chains,
				(row) -> new Chain(row.getString(1), row.getObject(2, UUID.class), row.getLong(3), row.getString(4),
						row.getString(5), instant(row.getObject(6, OffsetDateTime.class)), row.getString(7)));
	}

	List<String> chainsWithKeys(Connection connection) throws SQLException {
		return Sql.list(connection, this.chainsWithKeys, (row) -> row.getString(1));
	}

	ReceivedHead lock(Connection connection, String chain) throws SQLException {
		return Sql.get(connection, this.lock,
				(row) -> new ReceivedHead(chain, row.getObject("ledger_id", UUID.class), row.getLong("size"),
						row.getBytes("head"), instant(row.getObject("recorded_at", OffsetDateTime.class)),
						row.getString("origin"), row.getString("successor"), row.getString("parked_for"),
						row.getObject("now", OffsetDateTime.class).toInstant()),
				chain);
	}

	private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
		return (time != null) ? time.toInstant() : null;
	}

	/** The keys whose signatures count for a size of a chain. */
	TrustedKeys keys(Connection connection, String chain, long size) throws SQLException {
		return new TrustedKeys(
				Sql.list(connection, this.keys, (row) -> VerifierKey.parse(row.getString(1)), chain, size), List.of());
	}

	void ensureMonths(Connection connection, String chain, Collection<YearMonth> months) throws SQLException {
		Sql.execute(connection, this.months, chain,
				Sql.array("text", months.stream().map((month) -> month.atDay(1).toString()).toList()));
	}

	void applyRedactions(Connection connection, String chain, String entries) throws SQLException {
		Sql.execute(connection, this.redactions, chain, entries);
	}

	void keepNote(Connection connection, String chain, String note) throws SQLException {
		Sql.execute(connection, this.note, chain, note);
	}

	boolean park(Connection connection, String chain, Fork fork, Entry recordedBy) throws SQLException {
		return Sql.is(connection, this.park, chain, fork.seq(), fork.ours(), fork.theirs(), fork.note(), fork.reason(),
				EntryCodec.write(List.of(recordedBy)));
	}

	void registerSuccessor(Connection connection, String chain, String successor, UUID ledgerId, Entry recordedBy)
			throws SQLException {
		Sql.is(connection, this.successor, chain, successor, ledgerId, EntryCodec.write(List.of(recordedBy)));
	}

	void quarantine(Connection connection, String chain, String groups, Entry recordedBy) throws SQLException {
		Sql.execute(connection, this.quarantine, chain, groups, EntryCodec.write(List.of(recordedBy)));
	}

	/** The hashes of entries that are here, by their places. */
	Map<Long, byte[]> hashes(Connection connection, String chain, long from, long to) throws SQLException {
		Map<Long, byte[]> hashes = new HashMap<>();
		Sql.each(connection, this.hashes, (row) -> hashes.put(row.getLong(1), row.getBytes(2)), chain, from, to);
		return hashes;
	}

	/** Whether what a received chain says is done about another one counts. */
	boolean speaksFor(Connection connection, String speaker, String chain) throws SQLException {
		return speaker.equals(chain) || Sql.is(connection, this.speaksFor, speaker, chain);
	}

	/** Of what its source has retired, nobody else erases anything any more. */
	void retired(Connection connection, String speaker, ControlEntry.Retirement retirement) throws SQLException {
		Sql.execute(connection, this.retirement, speaker, retirement.chain(), retirement.lastSeq());
	}

	/**
	 * What is to be erased of a chain and is not yet, at most {@link #REQUESTS}.
	 * @param after the last one that was looked at, or {@code null}
	 */
	List<RedactionRequest> requests(Connection connection, String chain, String log, @Nullable RedactionRequest after)
			throws SQLException {
		return Sql.list(connection, this.requests,
				(row) -> new RedactionRequest(log, row.getLong(1), row.getObject(2, UUID.class), row.getString(3),
						row.getString(4)),
				chain, (after != null) ? after.seq() : -1, (after != null) ? after.group() : "");
	}

	/** The chains of which something is to be erased and is not yet. */
	Set<String> asked(Connection connection) throws SQLException {
		return Set.copyOf(Sql.list(connection, this.asked, (row) -> row.getString(1)));
	}

	/** The legal holds that were placed here, as sources take them. */
	String holds(Connection connection) throws SQLException {
		return Sql.get(connection, this.holds, (row) -> row.getString(1));
	}

	/**
	 * Finds an entry of which something is erased without an entry that says so.
	 * @param connection where they are
	 * @param head where their chain ended before they came
	 * @param later the chains that go on in its place, and may say so, too
	 * @return the first one's place, or {@code null} if all are declared
	 * @throws SQLException if the database fails
	 */
	@Nullable Long undeclared(Connection connection, ReceivedHead head, List<String> later) throws SQLException {
		List<String> speakers = new ArrayList<>(later);
		speakers.add(head.chain());
		return Sql.<@Nullable Long>find(connection, this.undeclared, (row) -> row.getLong(1), head.chain(), head.size(),
				Sql.array("text", speakers));
	}

	/** How many entries of a chain are here, or 0 if it is not received. */
	long size(Connection connection, String chain) throws SQLException {
		return Sql.get(connection, this.size, (row) -> row.getLong(1), chain);
	}

	/** The chains that go on in the place of one, as far as they are registered. */
	List<String> later(Connection connection, ReceivedHead head) throws SQLException {
		return (head.successor() == null) ? List.of()
				: Sql.list(connection, this.later, (row) -> row.getString(1), head.chain());
	}

}
