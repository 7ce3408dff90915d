/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.StoredTree;
import io.auditspring.ledger.internal.tree.TreeProofs;
import io.auditspring.ledger.internal.tree.TreeRows;
import io.auditspring.ledger.merkle.InclusionProof;
import io.auditspring.ledger.verify.ExportLine;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.query.internal.past.Past;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Writes selected entries as lines of JSON that can be verified without the database:
 * each with what its hash is made of and, where a checkpoint covers it, the path that
 * leads to the signed root. So each is proved by itself; that none was left out is not,
 * which only a {@linkplain LedgerExport whole chain} can prove.
 */
public final class SelectionExport {

	/**
	 * As many characters may the texts of the entries have that are in memory at once.
	 */
	private static final long MOST_CHARACTERS = 8_000_000;

	private final DataSource dataSource;

	private final Schema schema;

	private final @Nullable EntryArchive archive;

	/**
	 * Creates an export of what is in the database.
	 * @param dataSource connections to PostgreSQL that may read the ledger; none is held
	 * while lines are written
	 * @param schema where the ledger is
	 */
	public SelectionExport(DataSource dataSource, Schema schema) {
		this(dataSource, schema, null);
	}

	/**
	 * Creates an export.
	 * @param dataSource connections to PostgreSQL that may read the ledger; none is held
	 * while lines are written
	 * @param schema where the ledger is
	 * @param archive where entries are that are no longer there, or {@code null}
	 */
	public SelectionExport(DataSource dataSource, Schema schema, @Nullable EntryArchive archive) {
		this.archive = archive;
		this.dataSource = dataSource;
		this.schema = schema;
	}

	/**
	 * Writes entries.
	 * @param selection says which they are; for people
	 * @param pages the entries, of a page of which as many are held in memory as there is
	 * room for
	 * @param out where to
	 * @throws IOException if they cannot be written
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public void write(String selection, Iterator<List<EntryKey>> pages, Appendable out) throws IOException {
		line(out, new CanonicalObject().text("selection", selection).toString());
		Map<String, Optional<Checkpoint>> checkpoints = new HashMap<>();
		long entries = 0;
		long room = Integer.MAX_VALUE;
		List<EntryKey> left = List.of();
		while (!left.isEmpty() || pages.hasNext()) {
			left = left.isEmpty() ? pages.next() : left;
			List<EntryKey> some = left.subList(0, (int) Math.min(room, left.size()));
			Page page = read(some, checkpoints);
			if (page == null) {
				room = some.size() / 2;
				continue;
			}
			for (String line : page.lines()) {
				line(out, line);
			}
			entries += page.entries();
			left = left.subList(some.size(), left.size());
			room = left.isEmpty() ? Math.min(2 * room, Integer.MAX_VALUE) : room;
		}
		line(out, new CanonicalObject().number("end", entries).toString());
	}

	/**
	 * A page as it is written.
	 *
	 * @param entries how many entries it has
	 * @param lines its lines
	 */
	private record Page(int entries, List<String> lines) {

	}

	/** Reads some, or nothing where there is no room for so many. */
	private @Nullable Page read(List<EntryKey> keys, Map<String, Optional<Checkpoint>> checkpoints) {
		try {
			return OwnTransaction.look(this.dataSource, (connection) -> read(connection, keys, checkpoints));
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

	private @Nullable Page read(Connection connection, List<EntryKey> keys,
			Map<String, Optional<Checkpoint>> checkpoints) throws SQLException {
		List<StoredEntry> entries = entries(connection, keys, (keys.size() > 1) ? MOST_CHARACTERS : Long.MAX_VALUE);
		if (entries == null) {
			return null;
		}
		List<String> lines = new ArrayList<>();
		for (String chain : entries.stream().map(SelectionExport::chain).distinct().toList()) {
			if (!checkpoints.containsKey(chain)) {
				Optional<Checkpoint> newest = newest(connection, chain);
				newest.ifPresent((checkpoint) -> lines.add(checkpoint(chain, checkpoint)));
				checkpoints.put(chain, newest);
			}
		}
		Map<StoredEntry, InclusionProof> proofs = proofs(connection, entries, checkpoints);
		for (StoredEntry entry : entries) {
			lines.add(ExportLine.write(entry));
			InclusionProof proof = proofs.get(entry);
			if (proof != null) {
				lines.add(path(entry, proof));
			}
		}
		return new Page(entries.size(), lines);
	}

	/** Wherever they are; the tree that proves them stays in the database. */
	private @Nullable List<StoredEntry> entries(Connection connection, List<EntryKey> keys, long characters)
			throws SQLException {
		List<StoredEntry> live = new EntryReader(connection, this.schema).entries(keys, characters);
		if (this.archive == null || live == null) {
			return live;
		}
		Map<EntryKey, List<StoredEntry>> found = live.stream().collect(Collectors.groupingBy(SelectionExport::key));
		List<UUID> missing = keys.stream().filter((key) -> !found.containsKey(key)).map(EntryKey::id).toList();
		Past past = missing.isEmpty() ? null : this.archive.past(connection).orElse(null);
		if (past == null) {
			return live;
		}
		// One id may be there several times, under other names.
		Past.Found archived = past.find(Condition.in("id", missing), Past.Reading.newest(Integer.MAX_VALUE,
				characters - live.stream().mapToLong(StoredEntry::length).sum()));
		if (archived.more()) {
			return null;
		}
		archived.entries().forEach((entry) -> found.putIfAbsent(key(entry), List.of(entry)));
		return keys.stream().distinct().flatMap((key) -> found.getOrDefault(key, List.of()).stream()).toList();
	}

	private static EntryKey key(StoredEntry entry) {
		return new EntryKey(Objects.requireNonNull(entry.place().id()),
				Objects.requireNonNull(entry.place().recordedAt()));
	}

	private static String chain(StoredEntry entry) {
		String chain = entry.core().chain();
		return (chain != null) ? chain : "";
	}

	/** Who signed it is for those to judge who verify. */
	private Optional<Checkpoint> newest(Connection connection, String chain) throws SQLException {
		StoredTree tree = new StoredTree(connection, this.schema);
		long size = tree.newestCheckpoint(chain);
		try {
			return tree.checkpoints(chain, size - 1, size)
				.stream()
				.map((row) -> Checkpoint.parse(row.note()).with(row.cosignatures()))
				.findAny();
		}
		catch (InvalidCheckpointException ex) {
			return Optional.empty();
		}
	}

	private Map<StoredEntry, InclusionProof> proofs(Connection connection, List<StoredEntry> entries,
			Map<String, Optional<Checkpoint>> checkpoints) throws SQLException {
		TreeProofs proofs = new TreeProofs(this.schema, new TreeRows(this.schema));
		Map<StoredEntry, InclusionProof> found = new IdentityHashMap<>();
		for (Map.Entry<String, Optional<Checkpoint>> chain : checkpoints.entrySet()) {
			if (chain.getValue().isPresent()) {
				long size = chain.getValue().get().size();
				List<StoredEntry> covered = entries.stream()
					.filter((entry) -> chain(entry).equals(chain.getKey()))
					.filter((entry) -> entry.core().seq() != null && entry.core().seq() < size)
					.toList();
				found.putAll(proofs.paths(connection, chain.getKey(), covered, size));
			}
		}
		return found;
	}

	private static String checkpoint(String chain, Checkpoint checkpoint) {
		return new CanonicalObject().text("checkpoint", checkpoint.note()).text("chain", chain).toString();
	}

	private static String path(StoredEntry entry, InclusionProof proof) {
		String hashes = String.join(",", proof.path().stream().map(HexFormat.of()::formatHex).toList());
		return new CanonicalObject().text("path", hashes)
			.text("chain", chain(entry))
			.number("seq", proof.leafIndex())
			.toString();
	}

	private static void line(Appendable out, String line) throws IOException {
		out.append(line).append('\n');
	}

}
