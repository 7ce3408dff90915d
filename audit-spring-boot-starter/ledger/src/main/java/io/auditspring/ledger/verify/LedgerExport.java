/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.verify;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.CopyRow;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.KnownSettings;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.StoredTree;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Writes chains as lines of JSON that can be verified without the database: of each where
 * it begins and ends, its checkpoints, then its entries. All end where they ended when
 * the export began; what is appended meanwhile is left out. Where all chains are written,
 * a line before them names these.
 *
 * @since 0.1.0
 */
public final class LedgerExport {

	/** As many entries, or checkpoints, are read at once. */
	private static final int PAGE = 500;

	/** As many characters may their lines have that are in memory, but for one entry. */
	private static final int MOST_CHARACTERS = 8_000_000;

	private final Source source;

	/**
	 * Creates an export that reads all at one moment.
	 * @param connection a connection to PostgreSQL that may read the ledger, in a
	 * transaction of isolation level {@code REPEATABLE READ}
	 * @param schema where the ledger is
	 * @throws SQLException if the database fails
	 */
	public LedgerExport(Connection connection, Schema schema) throws SQLException {
		KnownSettings.apply(connection);
		Ledger ledger = Ledger.of(connection, schema);
		this.source = new Source() {

			@Override
			public <T extends @Nullable Object> T read(Reading<T> reading) throws SQLException {
				return reading.read(ledger);
			}

		};
	}

	/**
	 * Creates an export that holds no connection while lines are written, however slowly
	 * they are taken.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 */
	public LedgerExport(DataSource dataSource, Schema schema) {
		this.source = new Source() {

			@Override
			public <T extends @Nullable Object> T read(Reading<T> reading) throws SQLException {
				return OwnTransaction.look(dataSource, (connection) -> reading.read(Ledger.of(connection, schema)));
			}

		};
	}

	/**
	 * Where the parts of an export come from.
	 */
	private interface Source {

		<T extends @Nullable Object> T read(Reading<T> reading) throws SQLException;

	}

	/**
	 * What is read at one moment.
	 *
	 * @param <T> what it gives
	 */
	@FunctionalInterface
	private interface Reading<T extends @Nullable Object> {

		T read(Ledger ledger) throws SQLException;

	}

	/**
	 * The ledger at one moment.
	 *
	 * @param tables its heads
	 * @param entries its entries
	 * @param tree its checkpoints
	 */
	private record Ledger(LedgerTables tables, EntryReader entries, StoredTree tree) {

		static Ledger of(Connection connection, Schema schema) throws SQLException {
			EntryColumns columns = EntryColumns.of(connection, schema);
			return new Ledger(new LedgerTables(connection, schema, columns),
					new EntryReader(connection, schema, columns), new StoredTree(connection, schema));
		}

	}

	/**
	 * What is written, as it is at the beginning.
	 *
	 * @param parts one for each chain
	 * @param last the places of the last entries of all chains, also of those that are
	 * not written
	 */
	private record Whole(List<Part> parts, Map<String, Long> last) {

		/** Whether an entry was recorded since the beginning. */
		boolean isNew(LedgerTables.Said said) {
			return said.seq() > this.last.getOrDefault(said.by(), -1L);
		}

	}

	/**
	 * A chain that is written.
	 *
	 * @param chain its name
	 * @param header where it begins and ends
	 * @param size how many entries it has
	 * @param signed the size of its newest checkpoint
	 * @param end before which entry to stop; behind the head only if there is something
	 * that must not be there, which is for the verifier to find
	 */
	private record Part(String chain, String header, long size, long signed, long end) {

	}

	/**
	 * What stands before the entries.
	 *
	 * @param first behind which size its checkpoints are compared
	 * @param lines what comes after the checkpoints
	 */
	private record Beginning(long first, List<String> lines) {

	}

	/**
	 * Lines as they are written.
	 *
	 * @param lines the lines
	 * @param next where the next ones begin, or -1 if there are none
	 * @param room how many entries are to be read next
	 */
	private record Page(List<String> lines, long next, int room) {

	}

	/**
	 * Writes a chain, and after it those without which it cannot be verified: which say
	 * what was erased or retired of it, or of one of them.
	 * @param chain the chain's name
	 * @param out where to
	 * @throws SQLException if the ledger cannot be read
	 * @throws IOException if it cannot be written
	 * @throws IllegalArgumentException if there is no such chain
	 * @throws ConcurrentModificationException if entries were erased or retired
	 * meanwhile, so that what was written would seem to be tampered with; it can be tried
	 * again
	 */
	public void write(String chain, Appendable out) throws SQLException, IOException {
		write(List.of(chain), out);
	}

	/**
	 * Writes chains, and after them those without which they cannot be verified.
	 * @param chains the names of the chains
	 * @param out where to
	 * @throws SQLException if the ledger cannot be read
	 * @throws IOException if it cannot be written
	 * @throws IllegalArgumentException if one of the chains is not there
	 * @throws ConcurrentModificationException if entries were erased or retired
	 * meanwhile, so that what was written would seem to be tampered with; it can be tried
	 * again
	 */
	public void write(Collection<String> chains, Appendable out) throws SQLException, IOException {
		writeWhole(this.source.read((ledger) -> whole(ledger, withSpeakers(ledger.tables(), chains))), out);
	}

	/**
	 * Writes all chains, and before them a line with their names.
	 * @param out where to
	 * @throws SQLException if the ledger cannot be read
	 * @throws IOException if it cannot be written
	 * @throws ConcurrentModificationException if entries were erased or retired
	 * meanwhile, so that what was written would seem to be tampered with; it can be tried
	 * again
	 */
	public void writeAll(Appendable out) throws SQLException, IOException {
		Whole whole = this.source.read((ledger) -> whole(ledger, begun(ledger.tables())));
		ArrayNode names = JsonNodeFactory.instance.arrayNode();
		whole.parts().forEach((part) -> names.add(part.chain()));
		write(out, List.of(new CanonicalObject().raw("chains", CanonicalJson.of(names).toString()).toString()));
		writeWhole(whole, out);
	}

	private static Collection<String> withSpeakers(LedgerTables tables, Collection<String> chains) throws SQLException {
		Set<String> found = new LinkedHashSet<>(chains);
		for (Deque<String> next = new ArrayDeque<>(found); !next.isEmpty();) {
			for (String speaker : tables.speakingOf(next.remove())) {
				if (found.add(speaker)) {
					next.add(speaker);
				}
			}
		}
		return found;
	}

	/** Others are only spoken of: whoever signs a received chain may name any. */
	private static Collection<String> begun(LedgerTables tables) throws SQLException {
		Set<String> withEntries = tables.lastPlaces().keySet();
		List<String> begun = new ArrayList<>();
		for (String chain : tables.chains()) {
			if (withEntries.contains(chain) || tables.head(chain) != null) {
				begun.add(chain);
			}
		}
		return begun;
	}

	private static Whole whole(Ledger ledger, Collection<String> chains) throws SQLException {
		List<Part> parts = new ArrayList<>();
		for (String chain : chains) {
			parts.add(part(ledger, chain));
		}
		return new Whole(parts, ledger.tables().lastPlaces());
	}

	private static Part part(Ledger ledger, String chain) throws SQLException {
		ChainHead head = ledger.tables().head(chain);
		if (head == null) {
			throw new IllegalArgumentException(
					(ledger.tables().next(chain, Long.MIN_VALUE) < 0) ? "There is no chain '%s'".formatted(chain)
							: "Nothing says where chain '%s' ends: its row in audit_chain is missing".formatted(chain));
		}
		long behind = ledger.tables().next(chain, head.size());
		return new Part(chain, header(chain, head, ledger.tables().isReceived(chain)), head.size(),
				ledger.tree().newestCheckpoint(chain), (behind < 0) ? head.size() : Long.MAX_VALUE);
	}

	private void writeWhole(Whole whole, Appendable out) throws SQLException, IOException {
		for (Part part : whole.parts()) {
			write(whole, part, out);
		}
	}

	private void write(Whole whole, Part part, Appendable out) throws SQLException, IOException {
		Beginning beginning = this.source.read((ledger) -> beginning(ledger, part));
		write(out, List.of(part.header()));
		for (long size = beginning.first(); size >= 0;) {
			long after = size;
			Page page = this.source.read((ledger) -> checkpoints(ledger, part.chain(), after, part.signed()));
			write(out, page.lines());
			size = page.next();
		}
		write(out, beginning.lines());
		Page page = new Page(List.of(), 0, PAGE);
		while (page.next() >= 0) {
			Page before = page;
			page = this.source.read((ledger) -> page(ledger, whole, part, before.next(), before.room()));
			write(out, page.lines());
		}
	}

	private static Beginning beginning(Ledger ledger, Part part) throws SQLException {
		String chain = part.chain();
		List<String> lines = new ArrayList<>();
		long next = ledger.tables().next(chain, 0);
		long first = (next < 0) ? part.size() : next;
		CompactRange retired = (first > 0) ? ledger.tree().edgeAt(chain, first) : null;
		if (retired != null) {
			lines.add(retired(chain, retired));
		}
		ledger.entries().read(chain, "seq is null", (row) -> lines.add(line(row)));
		// Checkpoints of fewer entries than are retired cannot be compared with what
		// follows.
		return new Beginning(Math.max(first - 1, 0), lines);
	}

	/** Those that were there at the beginning: of what comes after it nothing is said. */
	private static Page checkpoints(Ledger ledger, String chain, long after, long upTo) throws SQLException {
		List<StoredTree.Row> checkpoints = ledger.tree().checkpoints(chain, after, upTo, PAGE);
		return new Page(checkpoints.stream()
			.map((checkpoint) -> new CanonicalObject().text("checkpoint", checkpoint.cosigned())
				.text("chain", chain)
				.toString())
			.toList(), (checkpoints.size() < PAGE) ? -1 : checkpoints.get(PAGE - 1).size(), PAGE);
	}

	/**
	 * Reads some to their end, since a COPY that is broken off can leave the answer to
	 * its cancellation to whoever uses the connection next. What there is no room for is
	 * not kept, and read again; then fewer are asked for.
	 */
	private static Page page(Ledger ledger, Whole whole, Part part, long from, int room) throws SQLException {
		String chain = part.chain();
		long first = ledger.tables().next(chain, from);
		if (first < 0 || first >= part.end()) {
			requireNoneRetired(ledger, whole, chain);
			return new Page(List.of(), -1, room);
		}
		Kept kept = new Kept();
		long next = Math.min(first + room, part.end());
		ledger.entries().read(chain, "seq >= %s and seq < %s".formatted(first, next), kept::add);
		if (!kept.erased.isEmpty() && ledger.tables().erasing(chain, kept.erased).stream().anyMatch(whole::isNew)) {
			throw new ConcurrentModificationException(
					"Entries of chain '%s' were erased while it was exported; export it again".formatted(chain));
		}
		return (kept.end != null) ? new Page(kept.lines, kept.end, Math.max(1, kept.lines.size()))
				: new Page(kept.lines, next, (int) Math.min(PAGE, 2L * room));
	}

	/**
	 * The first entries of some, as many as there is room for.
	 */
	private static final class Kept {

		private final List<String> lines = new ArrayList<>();

		private final List<String> erased = new ArrayList<>();

		private long characters;

		/** The first one that there was no room for, or {@code null} for none. */
		private @Nullable Long end;

		private @Nullable Long last;

		void add(CopyRow row) {
			if (this.end != null) {
				return;
			}
			StoredEntry entry = StoredEntry.read(row);
			Long seq = entry.place().seq();
			// Where two have one place, both are written.
			if (this.characters > MOST_CHARACTERS && !Objects.equals(seq, this.last)) {
				this.end = seq;
				return;
			}
			String line = ExportLine.write(entry);
			this.lines.add(line);
			this.characters += line.length();
			this.last = seq;
			if (entry.actorDigest() != null || entry.dataDigest() != null) {
				this.erased.add(String.valueOf(entry.place().id()));
			}
		}

	}

	/** What was retired meanwhile is missing from the pages after. */
	private static void requireNoneRetired(Ledger ledger, Whole whole, String chain) throws SQLException {
		if (ledger.tables().retiring(chain).stream().anyMatch(whole::isNew)) {
			throw new ConcurrentModificationException(
					"Entries of chain '%s' were retired while it was exported; export it again".formatted(chain));
		}
	}

	private static String line(CopyRow row) {
		return ExportLine.write(StoredEntry.read(row));
	}

	private static String header(String chain, ChainHead head, boolean received) {
		CanonicalObject header = new CanonicalObject().text("ledger", head.ledgerId().toString())
			.text("chain", chain)
			.number("size", head.size())
			.text("head", HexFormat.of().formatHex(head.hash()));
		return (received ? header.raw("received", "true") : header).toString();
	}

	private static String retired(String chain, CompactRange tree) {
		return new CanonicalObject()
			.text("retired", tree.levels().stream().map(HexFormat.of()::formatHex).collect(Collectors.joining(",")))
			.text("chain", chain)
			.number("size", tree.size())
			.toString();
	}

	private static void write(Appendable out, List<String> lines) throws IOException {
		for (String line : lines) {
			out.append(line).append('\n');
		}
	}

}
