/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.NewControlEntries;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the oldest month before it is retired, as nobody can afterwards: each entry's
 * hash, what is erased of it and what it says of others, the links between them, and
 * those to what was retired before and to what stays.
 */
final class MonthCheck {

	static final String NO_KEY = "chain '%s' has signed checkpoints, but the key to sign what is retired is not here: "
			+ "let the application that has it retire months";

	/** How many are read at once: bounds the memory for what they say of others. */
	private static final int SEGMENT = 10_000;

	private final Schema schema;

	private final Connection connection;

	private final OffsetDateTime start;

	private final OffsetDateTime end;

	private final EntryReader entries;

	private final LedgerTables tables;

	private final PartitionCheck partitions;

	MonthCheck(Schema schema, Connection connection, YearMonth month) throws SQLException {
		this.schema = schema;
		this.connection = connection;
		this.start = month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC);
		this.end = month.plusMonths(1).atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC);
		EntryColumns columns = EntryColumns.of(connection, schema);
		this.entries = new EntryReader(connection, schema, columns);
		this.tables = new LedgerTables(connection, schema, columns);
		this.partitions = PartitionCheck.of(connection, schema);
	}

	/**
	 * The entries of a chain that are about to be retired, without a gap.
	 *
	 * @param chain the chain
	 * @param firstSeq the first one's place in the chain
	 * @param lastSeq the last one's place in the chain
	 * @param first the first one
	 * @param last the last one
	 */
	record Retirement(String chain, long firstSeq, long lastSeq, StoredEntry.Place first, StoredEntry.Place last) {

		String metadata(YearMonth month, RetentionAction action, @Nullable String root, @Nullable String signature) {
			HexFormat hex = HexFormat.of();
			return new CanonicalObject().text("action", CoreObject.stored(action))
				.text("chain", this.chain)
				.number("entries", this.lastSeq - this.firstSeq + 1)
				.text("firstPrevHash", hex.formatHex(this.first.prevHash()))
				.number("firstSeq", this.firstSeq)
				.text("lastHash", hex.formatHex(this.last.hash()))
				.number("lastSeq", this.lastSeq)
				.text("partition", "audit_log_" + month.toString().replace('-', '_'))
				.text("root", root)
				.text(ControlEntry.SIGNATURE, signature)
				.toString();
		}

		void require(boolean condition, StoredEntry.Place place, String fault) {
			if (!condition) {
				throw unverified(this.chain, place.seq(), place.id(), fault);
			}
		}

	}

	/**
	 * Verifies the month.
	 * @return what is in it, one for each chain
	 * @throws SQLException if the database fails
	 * @throws UnverifiedException if it does not verify
	 */
	List<Retirement> run() throws SQLException {
		List<Retirement> retirements = Sql.list(this.connection, """
				select chain, min(seq), max(seq)
				from %s
				where recorded_at >= ? and recorded_at < ?
				group by chain
				order by chain
				""".formatted(this.schema.table("audit_log")),
				(row) -> walk(row.getString(1), row.getLong(2), row.getLong(3)), this.start, this.end);
		for (Retirement retirement : retirements) {
			checkEnds(retirement);
		}
		return retirements;
	}

	private Retirement walk(@Nullable String chain, long first, long last) throws SQLException {
		if (chain == null) {
			throw new UnverifiedException("there are entries of no chain, which nothing protects");
		}
		ChainWalk walk = new ChainWalk(null, this.partitions, (kind, seq, id, what, expected, found) -> {
			throw unverified(chain, seq, id, "does not verify: " + what);
		});
		for (long from = first; from <= last; from = walk.next()) {
			NewControlEntries said = new NewControlEntries(this.connection, this.schema, chain);
			long to = (last - from < SEGMENT) ? last : from + SEGMENT - 1;
			this.entries.read(chain, "seq between %s and %s and recorded_at >= '%s' and recorded_at < '%s'"
				.formatted(from, to, this.start, this.end), (row) -> {
					CheckedEntry entry = CheckedEntry.of(row);
					walk.accept(entry);
					said.accept(entry);
				});
			walk.endsBefore(to + 1);
			check(said, from);
		}
		return new Retirement(chain, first, last, Objects.requireNonNull(walk.first()),
				Objects.requireNonNull(walk.last()));
	}

	/**
	 * What was erased without an entry, or is not although an entry says so, must stay
	 * for a verification to find.
	 */
	private void check(NewControlEntries said, long from) throws SQLException {
		try {
			said.check(this.tables, from);
		}
		catch (CheckpointRefusedException ex) {
			throw new UnverifiedException(String.valueOf(ex.getMessage()));
		}
	}

	private void checkEnds(Retirement retirement) throws SQLException {
		retirement.require(Arrays.equals(before(retirement), retirement.first().prevHash()), retirement.first(),
				"does not follow what was retired before it");
		retirement.require(isNullOrEqual(after(retirement), retirement.last().hash()), retirement.last(),
				"is not what the entry after it follows");
		checkErased(retirement);
	}

	/** What was said to be erased, wherever that was said, must be. */
	private void checkErased(Retirement retirement) throws SQLException {
		String seq = text(
				"""
						select min(said.seq)
						from (
							select metadata ->> 'chain' as chain, (metadata ->> 'seq')::bigint as seq,
								metadata ->> 'group' as erased
							from %%1$s
							where action = 'audit.redaction' and metadata ->> 'chain' = ? and metadata ->> 'seq' ~ '^[0-9]{1,18}$'
							and chain <> all (?)
						) as said
						where said.seq between %1$s and %2$s
						and not exists (
							select
							from %%1$s as entry
							where entry.chain = said.chain and entry.seq = said.seq
							and case said.erased when 'actor' then actor_digest else data_digest end is not null
						)
						"""
					.formatted(retirement.firstSeq(), retirement.lastSeq()),
				"audit_log", retirement.chain(), this.tables.strangersTo(retirement.chain()));
		if (seq != null) {
			throw new UnverifiedException("entry %s of chain '%s' is not erased, although an entry says so"
				.formatted(seq, retirement.chain()));
		}
	}

	private static boolean isNullOrEqual(byte @Nullable [] expected, byte[] found) {
		return expected == null || Arrays.equals(expected, found);
	}

	/**
	 * What is said of those retired last is in the chain itself, and so not older than
	 * what is retired now. If it is not there, entries are gone that nobody retired: that
	 * must stay to be seen. What the source of a received chain has retired is not of
	 * here.
	 */
	private byte[] before(Retirement retirement) throws SQLException {
		if (retirement.firstSeq() == 0) {
			String id = text("select ledger_id from %s where name = ?", "audit_chain", retirement.chain());
			return (id != null) ? EntryHash.genesis(UUID.fromString(id), retirement.chain()) : new byte[0];
		}
		String chain = retirement.chain();
		String own = this.tables.isReceived(chain) ? "and chain = 'local'" : "";
		String hash = text("""
				select metadata ->> 'lastHash'
				from %%s
				where action = 'audit.retirement' and metadata ->> 'chain' = ? and chain <> all (?) %s
				order by recorded_at desc, seq desc
				limit 1
				""".formatted(own), "audit_log", chain, this.tables.strangersTo(chain));
		return (hash != null) ? HexFormat.of().parseHex(hash) : new byte[0];
	}

	private byte @Nullable [] after(Retirement retirement) throws SQLException {
		String hash = text("""
				select case
					when seq = %s then encode(prev_hash, 'hex')
					else ''
				end
				from %%s
				where chain = ? and seq > %s
				order by seq
				limit 1
				""".formatted(retirement.lastSeq() + 1, retirement.lastSeq()), "audit_log", retirement.chain());
		return (hash != null) ? HexFormat.of().parseHex(hash) : null;
	}

	/**
	 * Checks that there are no checkpoints of the entries' chain, where nobody can verify
	 * them: what is retired of a signed chain must be signed, too.
	 * @param retirement the entries
	 * @throws SQLException if the database fails
	 * @throws UnverifiedException if there are
	 */
	void checkCheckpoint(Retirement retirement) throws SQLException {
		String size = text("select max(size) from %s where chain = ?", "audit_checkpoint", retirement.chain());
		retirement.require(size == null || Long.parseLong(size) > retirement.lastSeq(), retirement.last(),
				"is not covered by a signed checkpoint yet");
		if (size != null) {
			throw new UnverifiedException(NO_KEY.formatted(retirement.chain()));
		}
	}

	private @Nullable String text(String sql, String table, @Nullable Object... parameters) throws SQLException {
		return Sql.find(this.connection, sql.formatted(this.schema.table(table)), (row) -> row.getString(1),
				parameters);
	}

	private static UnverifiedException unverified(String chain, @Nullable Long seq, @Nullable UUID id, String fault) {
		return new UnverifiedException("entry %s of chain '%s' (%s) %s".formatted(seq, chain, id, fault));
	}

	/**
	 * Says that a month does not verify, and so is not retired.
	 */
	static final class UnverifiedException extends RuntimeException {

		UnverifiedException(String message) {
			super(message);
		}

	}

}
