package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Verifies chains over one connection, in one snapshot, segment by segment: so that the
 * tiles and checkpoints of a segment can be read before its entries, and memory stays
 * flat.
 */
public final class LedgerCheck {

	/** What one tile of level 1 covers. */
	private static final long SEGMENT = TiledTree.TILE * TiledTree.TILE;

	private final LedgerTables tables;

	private final EntryColumns columns;

	private final EntryReader entries;

	private final Months months;

	private final VerificationProgress progress;

	private LedgerCheck(Connection connection, Schema schema, VerificationProgress progress) throws SQLException {
		this.columns = EntryColumns.of(connection, schema);
		this.tables = new LedgerTables(connection, schema, this.columns);
		this.entries = new EntryReader(connection, schema, this.columns);
		this.months = Months.of(connection, schema);
		this.progress = progress;
	}

	/**
	 * Begins a verification.
	 * @param connection a connection to PostgreSQL that may read the ledger, with
	 * auto-commit off and no transaction begun; the caller ends the transaction
	 * @param schema where the ledger is
	 * @param progress learns how far it is
	 * @return what verifies, as long as the transaction lasts
	 * @throws SQLException if the database fails
	 */
	public static LedgerCheck begin(Connection connection, Schema schema, VerificationProgress progress)
			throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("set transaction isolation level repeatable read, read only");
			// The index has the order already; sorting all entries would fill the disk.
			statement.execute("set local enable_sort = off");
		}
		return new LedgerCheck(connection, schema, progress);
	}

	/**
	 * Verifies all chains.
	 * @return the result
	 * @throws SQLException if the ledger cannot be read
	 */
	public Verification verify() throws SQLException {
		List<ChainVerification> results = new ArrayList<>();
		for (String chain : this.tables.chains()) {
			results.add(verify(chain));
		}
		return Verification.of(results);
	}

	/**
	 * Verifies one chain.
	 * @param chain the chain's name
	 * @return the result; one without entries for a chain that was never begun
	 * @throws SQLException if the ledger cannot be read
	 */
	public ChainVerification verify(String chain) throws SQLException {
		StoredHead head = this.tables.head(chain);
		Problems problems = new Problems(chain);
		this.columns.check(problems);
		LeafHashes leaves = new LeafHashes(problems, (size, root) -> {
		});
		ChainCheck check = new ChainCheck(problems, (head != null) ? EntryHash.genesis(head.ledgerId(), chain) : null,
				leaves, this.months);
		read(chain, head, check, leaves);
		this.entries.readElsewhere(chain, (row) -> acceptFromElsewhere(CheckedEntry.of(row), check));
		check.finish(head);
		byte[] root = leaves.root();
		return new ChainVerification(chain, check.from(), check.size(), check.entries(),
				(root != null) ? HexFormat.of().formatHex(root) : null, 0, null, problems.first(), problems.counts());
	}

	private void read(String chain, @Nullable StoredHead head, ChainCheck check, LeafHashes leaves)
			throws SQLException {
		long end = (head != null) ? head.size() : 0;
		try (EntryPipeline<CopyRow> pipeline = new EntryPipeline<>(CheckedEntry::of, check::accept)) {
			this.entries.read(chain, "seq < 0", pipeline::accept);
			for (long start = 0; start >= 0; start = nextSegment(chain, start, end)) {
				leaves.expect(Map.of());
				// The last entry of the segment, as what follows it may be no number.
				this.entries.read(chain, "seq between %d and %d".formatted(start, start + SEGMENT - 1),
						pipeline::accept);
				pipeline.drain();
				this.progress.reached(chain, check.size(), end);
			}
			this.entries.read(chain, "seq is null", pipeline::accept);
			pipeline.drain();
		}
	}

	/**
	 * Finds where to go on: behind the segment as long as the chain should have entries,
	 * then wherever there are any.
	 */
	private long nextSegment(String chain, long start, long end) throws SQLException {
		if (start > Long.MAX_VALUE - SEGMENT) {
			return -1;
		}
		long next = start + SEGMENT;
		if (next >= end) {
			next = this.tables.next(chain, next);
		}
		return (next < 0) ? -1 : next - next % SEGMENT;
	}

	private static void acceptFromElsewhere(CheckedEntry entry, ChainCheck check) {
		boolean sound = entry.findings().isEmpty();
		if (sound && entry.declaration() instanceof Declaration.Redaction redaction) {
			check.acceptFromElsewhere(entry.place().id(), redaction);
		}
	}

}
