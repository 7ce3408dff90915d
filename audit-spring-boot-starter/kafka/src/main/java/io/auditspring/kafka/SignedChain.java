/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.SignerMemory;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.entry.EntryHash;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.StoredTree;
import io.auditspring.ledger.verify.ExportLine;
import org.jspecify.annotations.Nullable;

/**
 * Reads a chain from a place on, verifies each entry, and signs what the chain is with
 * the last one of each bundle. Nothing that was signed before is contradicted: neither
 * what was sent, nor a checkpoint. For one thread.
 */
final class SignedChain {

	/** Of a bundle. */
	static final int MOST_ENTRIES = 256;

	/** Of a bundle, unless one entry alone has more. */
	private static final int MOST_BYTES = 512 * 1024;

	/** Of what is read at once, and the entry that has more. */
	private static final int READ_BYTES = 8 * 1024 * 1024;

	private static final int READ_ENTRIES = 2_048;

	private final DataSource dataSource;

	private final Schema schema;

	private final String chain;

	private final String origin;

	private final String log;

	private final CheckpointSigning signing;

	private final SignerMemory sent;

	private final TrustedKeys keys;

	private final String head;

	private final String before;

	private final String first;

	private final String predecessors;

	private final String checkpoint;

	private CompactRange tree = new CompactRange();

	private byte[] last = new byte[0];

	private @Nullable Instant lastTime;

	/** Of how many entries the largest note is that was sent. */
	private long known;

	/**
	 * Where the part of it ends that can be sent, if other entries were signed behind it.
	 */
	private @Nullable Checkpoint end;

	private int page = READ_ENTRIES;

	/**
	 * Creates it; {@link #begin} says from where on it reads.
	 * @param dataSource where the ledger is
	 * @param schema its schema
	 * @param chain the chain's name
	 * @param origin what its checkpoints name before the chain
	 * @param signing what signs
	 * @param keys whose signatures count in its memory
	 */
	SignedChain(DataSource dataSource, Schema schema, String chain, String origin, CheckpointSigning signing,
			TrustedKeys keys) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.chain = chain;
		this.origin = origin;
		this.log = Checkpoint.origin(origin, chain);
		this.signing = signing;
		this.sent = signing.memory().ofSent();
		this.keys = keys;
		this.head = "select ledger_id, size, successor from %s where name = ? and origin is null"
			.formatted(schema.table("audit_chain"));
		this.first = "select min(seq) from %s where chain = ?".formatted(schema.table("audit_log"));
		this.before = "select recorded_at from %s where chain = ? and seq = ?".formatted(schema.table("audit_log"));
		this.predecessors = """
				with recursive line (name) as (
					select name from %1$s where successor = ? and origin is null
					union
					select before.name
					from line join %1$s as before on before.successor = line.name and before.origin is null
				)
				select name from line order by name
				""".formatted(schema.table("audit_chain"));
		this.checkpoint = "select note from %s where chain = ? and size <= ? order by size desc limit 1"
			.formatted(schema.table("audit_checkpoint"));
	}

	/**
	 * Where a chain is.
	 *
	 * @param ledgerId which ledger began it
	 * @param size how many entries it has
	 * @param successor the name under which it goes on, or {@code null}
	 */
	record Head(UUID ledgerId, long size, @Nullable String successor) {

	}

	/**
	 * What is known of a chain by a signature.
	 *
	 * @param note what was signed, or {@code null}
	 * @param where what tells of it
	 */
	private record Signed(@Nullable Checkpoint note, String where) {

	}

	/**
	 * All of that.
	 *
	 * @param sent what was sent
	 * @param signed the last checkpoint
	 * @param stored what the ledger that receives it has
	 */
	private record Known(Signed sent, Signed signed, Signed stored) {

		List<Signed> all() {
			return List.of(this.sent, this.signed, this.stored);
		}

	}

	String chain() {
		return this.chain;
	}

	String log() {
		return this.log;
	}

	/** How many entries it was read up to. */
	long position() {
		return this.tree.size();
	}

	/**
	 * Where the chain is.
	 * @return that, or {@code null} if it has not begun
	 * @throws SQLException if the database fails
	 */
	@Nullable Head head() throws SQLException {
		return OwnTransaction.look(this.dataSource, this::head);
	}

	/**
	 * Where the chain begins here: what was before is retired.
	 * @return the place of its first entry; that of the next one if it has none
	 * @throws SQLException if the database fails
	 */
	long first() throws SQLException {
		// Of one moment: an entry may come meanwhile.
		return OwnTransaction.<Long, RuntimeException>look(this.dataSource, (connection) -> {
			Long first = Sql.find(connection, this.first, (row) -> row.getObject(1, Long.class), this.chain);
			Head head = (first == null) ? head(connection) : null;
			return (first != null) ? first : (head != null) ? (Long) head.size() : (Long) 0L;
		});
	}

	/**
	 * The chain in which this one goes on.
	 * @param name its name
	 * @return it
	 */
	SignedChain under(String name) {
		return new SignedChain(this.dataSource, this.schema, name, this.origin, this.signing, this.keys);
	}

	/**
	 * The chains in whose place this one goes on.
	 * @return them, by name
	 * @throws SQLException if the database fails
	 */
	List<SignedChain> predecessors() throws SQLException {
		return OwnTransaction
			.look(this.dataSource,
					(connection) -> Sql.list(connection, this.predecessors, (row) -> row.getString(1), this.chain))
			.stream()
			.map(this::under)
			.toList();
	}

	private @Nullable Head head(Connection connection) throws SQLException {
		return Sql.find(connection, this.head, (row) -> new Head(Objects.requireNonNull(row.getObject(1, UUID.class)),
				row.getLong(2), row.getString(3)), this.chain);
	}

	/**
	 * Reads from a place on.
	 * @param position the place
	 * @param stored what the ledger that receives it has of it, or {@code null}
	 * @throws SQLException if the database fails
	 * @throws IOException if what was signed last cannot be looked up
	 * @throws CheckpointRefusedException if the chain is not what was signed before
	 */
	void begin(long position, @Nullable Checkpoint stored) throws SQLException, IOException {
		Known known = known(stored);
		OwnTransaction.look(this.dataSource, (connection) -> {
			Head found = Objects.requireNonNull(head(connection));
			for (Signed signed : known.all()) {
				requireNotContradicted(connection, signed, found.size());
			}
			this.end = null;
			begin(connection, Math.min(position, found.size()), found, known);
			return true;
		});
	}

	/**
	 * Reads from a place on, if the chain goes on under another name. As after its
	 * database was restored, other entries may have been signed behind those that are
	 * here: then it can be sent up to the last checkpoint in the database, for which a
	 * signature vouches.
	 * @param position the place
	 * @param stored what the ledger that receives it has of it, or {@code null}
	 * @return how many entries of it can be sent
	 * @throws SQLException if the database fails
	 * @throws IOException if what was signed last cannot be looked up
	 * @throws CheckpointRefusedException if its tree cannot be put together
	 */
	long beginClosed(long position, @Nullable Checkpoint stored) throws SQLException, IOException {
		Known known = known(stored);
		return OwnTransaction.look(this.dataSource, (connection) -> {
			Head found = Objects.requireNonNull(head(connection));
			long most = found.size();
			boolean lacks = false;
			for (Signed signed : known.all()) {
				Checkpoint note = signed.note();
				boolean other = note != null && note.size() <= found.size()
						&& !isSame(note, edge(connection, note.size()));
				lacks = lacks || other || (note != null && note.size() > found.size());
				most = other ? Math.min(most, note.size() - 1) : most;
			}
			this.end = lacks ? checkpoint(connection, most) : null;
			long size = lacks ? ((this.end != null) ? this.end.size() : 0) : found.size();
			begin(connection, Math.min(position, size), found, known);
			return size;
		});
	}

	/** The last one of the entries here, if its signature counts. */
	private @Nullable Checkpoint checkpoint(Connection connection, long most) throws SQLException {
		String note = Sql.find(connection, this.checkpoint, (row) -> row.getString(1), this.chain, most);
		Checkpoint found;
		try {
			found = (note != null) ? Checkpoint.open(note, this.keys) : null;
		}
		catch (InvalidCheckpointException ex) {
			return null;
		}
		return (found != null && found.size() <= most && found.origin().equals(this.log)
				&& isSame(found, edge(connection, found.size()))) ? found : null;
	}

	private Known known(@Nullable Checkpoint stored) throws IOException {
		return new Known(new Signed(this.sent.last(this.log, this.keys).orElse(null), "was sent"),
				new Signed(this.signing.memory().last(this.log, this.keys).orElse(null), "a checkpoint says"),
				new Signed(stored, "was received"));
	}

	private void begin(Connection connection, long position, Head found, Known known) throws SQLException {
		Checkpoint sent = known.sent().note();
		this.known = (sent != null) ? sent.size() : 0;
		this.tree = edge(connection, position);
		this.last = last(connection, found);
		this.lastTime = (this.tree.size() > 0) ? Sql.find(connection, this.before,
				(row) -> Objects.requireNonNull(row.getTimestamp(1)).toInstant(), this.chain, this.tree.size() - 1)
				: null;
	}

	private CompactRange edge(Connection connection, long size) throws SQLException {
		CompactRange tree = new StoredTree(connection, this.schema).grown(this.chain, size);
		if (tree.size() != size) {
			throw new CheckpointRefusedException(
					"The tree over the first %s entries of chain '%s' cannot be put together: some are gone"
						.formatted(size, this.chain));
		}
		return tree;
	}

	private byte[] last(Connection connection, Head found) throws SQLException {
		long size = this.tree.size();
		if (size == 0) {
			return EntryHash.genesis(found.ledgerId(), this.chain);
		}
		int kept = this.tree.levels().get(0).length;
		byte[] leaf = (kept > 0) ? Arrays.copyOfRange(this.tree.levels().get(0), kept - EntryHash.LENGTH, kept)
				: new StoredTree(connection, this.schema).leaf(this.chain, size - 1);
		if (leaf == null) {
			throw new CheckpointRefusedException("Entry %s of chain '%s' is gone".formatted(size - 1, this.chain));
		}
		return leaf;
	}

	private static void append(CompactRange tree, byte[] hash) {
		tree.append(hash, (full) -> {
		});
	}

	private void requireNotContradicted(Connection connection, Signed signed, long size) throws SQLException {
		Checkpoint known = signed.note();
		if (known != null) {
			requireNotBack(known, size, signed.where());
			requireSame(known, edge(connection, known.size()), signed.where());
		}
	}

	private void requireNotBack(Checkpoint known, long size, String where) {
		if (known.size() > size) {
			throw new CheckpointRefusedException("Chain '%s' went back: it has %s entries, and there are %s in what %s"
				.formatted(this.chain, size, known.size(), where));
		}
	}

	private void requireSame(Checkpoint known, CompactRange tree, String where) {
		if (!isSame(known, tree)) {
			throw new CheckpointRefusedException(
					"Chain '%s' went another way than what %s (%s entries)".formatted(this.chain, where, known.size()));
		}
	}

	private static boolean isSame(Checkpoint known, CompactRange tree) {
		return Arrays.equals(LeafHashes.root(tree), known.root());
	}

	/**
	 * Reads what comes next, in bundles that follow each other.
	 * @param size how many entries the chain has
	 * @return the bundles, each signed
	 * @throws SQLException if the database fails
	 * @throws IOException if it cannot be remembered what was signed
	 * @throws CheckpointRefusedException if an entry is not as it was written, or the
	 * chain not what was signed before
	 */
	List<EntriesRecord> next(long size) throws SQLException, IOException {
		long from = position();
		long to = Math.min(size, from + this.page);
		Checkpoint signed = (this.end != null) ? this.end
				: this.signing.memory().last(this.log, this.keys).orElse(null);
		if (signed != null && signed.size() > size) {
			// It may be newer than the size.
			requireNotBack(signed, Objects.requireNonNull(head()).size(), "a checkpoint says");
		}
		// A bundle ends where a checkpoint does, so that both can be compared.
		long cut = (signed != null && signed.size() > from) ? signed.size() : Long.MAX_VALUE;
		Collected collected = new Collected(size, cut);
		OwnTransaction.look(this.dataSource, (connection) -> {
			ChainWalk walk = new ChainWalk(null, PartitionCheck.of(connection, this.schema),
					(kind, seq, id, what, expected, found) -> {
						throw new CheckpointRefusedException(
								"Entry %s of chain '%s' is not as it was written: %s".formatted(seq, this.chain, what));
					});
			walk.goOn(from, this.last, this.lastTime);
			try {
				new EntryReader(connection, this.schema).read(this.chain, "seq >= %s and seq < %s".formatted(from, to),
						(row) -> {
							StoredEntry entry = StoredEntry.read(row);
							walk.accept(CheckedEntry.of(entry));
							collected.add(entry);
							if (collected.bytes > READ_BYTES) {
								throw new Enough();
							}
						});
				walk.endsBefore(to);
			}
			catch (Enough ex) {
				// The others are read next time.
				walk.endsBefore(from + collected.count);
			}
			return true;
		});
		return sign(collected, signed);
	}

	private List<EntriesRecord> sign(Collected collected, @Nullable Checkpoint signed) throws IOException {
		List<EntriesRecord> records = new ArrayList<>();
		Checkpoint note = null;
		for (Lines lines : collected.bundles) {
			lines.hashes.forEach((hash) -> append(this.tree, hash));
			if (signed != null && signed.size() == this.tree.size()) {
				requireSame(signed, this.tree, "a checkpoint says");
			}
			note = Checkpoint.sign(this.log, this.tree.size(), LeafHashes.root(this.tree), this.signing.signer());
			records.add(new EntriesRecord(this.chain, lines.first, lines.hashes.size(), collected.known, note.note(),
					lines.out.toByteArray()));
		}
		if (note != null) {
			// Before anybody is given one: all of them are on the way to this. What is
			// sent
			// once more takes nothing back.
			if (note.size() > this.known) {
				this.sent.remember(note);
				this.known = note.size();
			}
			this.last = collected.lastHash;
			this.lastTime = collected.lastTime;
			this.page = Math.max(MOST_ENTRIES / 8,
					Math.min(READ_ENTRIES, (int) ((long) collected.count * READ_BYTES / Math.max(1, collected.bytes))));
		}
		return records;
	}

	/** Says that there is nothing new. */
	EntriesRecord nothingNew() {
		Checkpoint note = Checkpoint.sign(this.log, position(), LeafHashes.root(this.tree), this.signing.signer());
		return new EntriesRecord(this.chain, position(), 0, position(), note.note(), new byte[0]);
	}

	/** The lines of a bundle. */
	private static final class Lines {

		private final long first;

		private final ByteArrayOutputStream out = new ByteArrayOutputStream();

		private final List<byte[]> hashes = new ArrayList<>();

		private Lines(long first) {
			this.first = first;
		}

	}

	/** Entries as they are read, in bundles. */
	private static final class Collected {

		private final long known;

		private final long cut;

		private final List<Lines> bundles = new ArrayList<>();

		private byte[] lastHash = new byte[0];

		private @Nullable Instant lastTime;

		private int count;

		private long bytes;

		private Collected(long known, long cut) {
			this.known = known;
			this.cut = cut;
		}

		private void add(StoredEntry entry) {
			byte[] line = EntriesRecord.bytes(ExportLine.write(entry) + "\n");
			long seq = Objects.requireNonNull(entry.place().seq());
			Lines lines = this.bundles.isEmpty() ? null : this.bundles.get(this.bundles.size() - 1);
			if (lines == null || seq == this.cut || lines.hashes.size() == MOST_ENTRIES
					|| lines.out.size() + line.length > MOST_BYTES) {
				lines = new Lines(seq);
				this.bundles.add(lines);
			}
			lines.out.writeBytes(line);
			lines.hashes.add(entry.hash());
			this.lastHash = entry.hash();
			this.lastTime = entry.place().recordedAt();
			this.count++;
			this.bytes += line.length;
		}

	}

	/** Ends the reading of entries. */
	private static final class Enough extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Enough() {
			super(null, null, false, false);
		}

	}

}
