package io.auditspring.retention;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.LedgerRow;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.verify.NewControlEntries;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the oldest month before it is retired, as nobody can afterwards: each entry's
 * hash, what is erased of it and what it says of others, the links between them, and
 * those to what was retired before and to what stays.
 */
final class MonthCheck {

	static final String NO_KEY = "chain '%s' has signed checkpoints, but the key to sign what is retired is not here: "
			+ "let the application that has it retire months";

	private static final int FETCH_SIZE = 1000;

	/** Bounds the memory for what entries say of others, and is erased. */
	private static final int MOST_DECLARATIONS = 10_000;

	private final Schema schema;

	private final Connection connection;

	private final YearMonth month;

	private final List<Retirement> retirements = new ArrayList<>();

	private @Nullable LedgerRow last;

	private long entries;

	private @Nullable LedgerRow first;

	private @Nullable NewControlEntries declarations;

	/** Where those begin that are not checked yet. */
	private long undeclared;

	MonthCheck(Schema schema, Connection connection, YearMonth month) {
		this.schema = schema;
		this.connection = connection;
		this.month = month;
	}

	/**
	 * The entries of a chain that are about to be retired.
	 *
	 * @param chain the chain
	 * @param first the first one
	 * @param last the last one
	 * @param entries how many
	 */
	record Retirement(String chain, LedgerRow first, LedgerRow last, long entries) {

		String metadata(YearMonth month, RetentionAction action, @Nullable String root, @Nullable String signature) {
			HexFormat hex = HexFormat.of();
			return new CanonicalObject().text("action", CoreObject.stored(action))
				.text("chain", this.chain)
				.number("entries", this.entries)
				.text("firstPrevHash", hex.formatHex(this.first.prevHash()))
				.number("firstSeq", this.first.seq())
				.text("lastHash", hex.formatHex(this.last.hash()))
				.number("lastSeq", this.last.seq())
				.text("partition", "audit_log_" + month.toString().replace('-', '_'))
				.text("root", root)
				.text(ControlEntry.SIGNATURE, signature)
				.toString();
		}

	}

	/**
	 * Verifies the month.
	 * @return what is in it, one for each chain
	 * @throws SQLException if the database fails
	 * @throws UnverifiedException if it does not verify
	 */
	List<Retirement> run() throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement("""
				select %s
				from %s
				where recorded_at >= ? and recorded_at < ?
				order by chain, seq
				""".formatted(LedgerRow.COLUMNS, this.schema.table("audit_log")))) {
			statement.setFetchSize(FETCH_SIZE);
			statement.setObject(1, this.month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
			statement.setObject(2, this.month.plusMonths(1).atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					accept(LedgerRow.read(rows));
				}
			}
		}
		endChain();
		for (Retirement retirement : this.retirements) {
			checkEnds(retirement);
		}
		return this.retirements;
	}

	private void accept(LedgerRow row) throws SQLException {
		LedgerRow before = this.last;
		if (before == null || !before.chain().equals(row.chain())) {
			endChain();
			this.first = row;
		}
		else {
			require(row.seq() == before.seq() + 1 && Arrays.equals(row.prevHash(), before.hash())
					&& !row.recordedAt().isBefore(before.recordedAt()), row, "does not follow the entry before it");
		}
		CheckedEntry entry = CheckedEntry.of(row.entry());
		for (CheckedEntry.Finding finding : entry.findings()) {
			require(false, row, "does not verify: " + finding.what());
		}
		require(!(entry.controlEntry() instanceof ControlEntry.Unclear), row,
				"does not verify: it cannot be understood what it says is redacted or retired");
		declare(row, entry);
		this.last = row;
		this.entries++;
	}

	/**
	 * What was erased without an entry, or is not although an entry says so, must stay
	 * for a verification to find.
	 */
	private void declare(LedgerRow row, CheckedEntry entry) throws SQLException {
		NewControlEntries open = this.declarations;
		if (open == null) {
			open = new NewControlEntries(this.connection, this.schema, row.chain());
			this.declarations = open;
			this.undeclared = row.seq();
		}
		open.accept(entry);
		if (open.size() >= MOST_DECLARATIONS) {
			checkDeclarations();
		}
	}

	private void checkDeclarations() throws SQLException {
		NewControlEntries open = this.declarations;
		this.declarations = null;
		if (open == null || open.size() == 0) {
			return;
		}
		try {
			EntryColumns columns = EntryColumns.of(this.connection, this.schema);
			open.check(new LedgerTables(this.connection, this.schema, columns), this.undeclared);
		}
		catch (CheckpointRefusedException ex) {
			throw new UnverifiedException(String.valueOf(ex.getMessage()));
		}
	}

	private void endChain() throws SQLException {
		checkDeclarations();
		if (this.first != null && this.last != null) {
			this.retirements.add(new Retirement(this.first.chain(), this.first, this.last, this.entries));
		}
		this.entries = 0;
	}

	private void checkEnds(Retirement retirement) throws SQLException {
		require(Arrays.equals(before(retirement), retirement.first().prevHash()), retirement.first(),
				"does not follow what was retired before it");
		require(isNullOrEqual(after(retirement), retirement.last().hash()), retirement.last(),
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
						) as said
						where said.seq between %1$s and %2$s
						and not exists (
							select
							from %%1$s as entry
							where entry.chain = said.chain and entry.seq = said.seq
							and case said.erased when 'actor' then actor_digest else data_digest end is not null
						)
						"""
					.formatted(retirement.first().seq(), retirement.last().seq()),
				"audit_log", retirement.chain());
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
	 * must stay to be seen.
	 */
	private byte[] before(Retirement retirement) throws SQLException {
		if (retirement.first().seq() == 0) {
			String id = text("select ledger_id from %s where name = ?", "audit_chain", retirement.chain());
			return (id != null) ? EntryHash.genesis(UUID.fromString(id), retirement.chain()) : new byte[0];
		}
		String hash = text("""
				select metadata ->> 'lastHash'
				from %s
				where action = 'audit.retirement' and metadata ->> 'chain' = ?
				order by recorded_at desc, seq desc
				limit 1
				""", "audit_log", retirement.chain());
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
				""".formatted(retirement.last().seq() + 1, retirement.last().seq()), "audit_log", retirement.chain());
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
		require(size == null || Long.parseLong(size) > retirement.last().seq(), retirement.last(),
				"is not covered by a signed checkpoint yet");
		if (size != null) {
			throw new UnverifiedException(NO_KEY.formatted(retirement.chain()));
		}
	}

	private @Nullable String text(String sql, String table, String parameter) throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement(sql.formatted(this.schema.table(table)))) {
			statement.setString(1, parameter);
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? row.getString(1) : null;
			}
		}
	}

	static void require(boolean condition, LedgerRow row, String fault) {
		if (!condition) {
			throw new UnverifiedException(
					"entry %d of chain '%s' (%s) %s".formatted(row.seq(), row.chain(), row.id(), fault));
		}
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
