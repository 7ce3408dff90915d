/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.range;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.ArchiveConflictException;
import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveStore;
import io.auditspring.archive.internal.parquet.ArchivedEntry;
import io.auditspring.archive.internal.parquet.DuckDb;
import io.auditspring.archive.internal.parquet.EntryFilesReader;
import io.auditspring.archive.internal.parquet.EntryFilesWriter;
import io.auditspring.archive.internal.parquet.TemporaryDirectory;
import io.auditspring.ledger.internal.chain.ChainWalk;
import io.auditspring.ledger.internal.chain.PartitionCheck;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.thread.OrderedPipeline;
import io.auditspring.ledger.internal.tree.LeafHashes;
import org.jspecify.annotations.Nullable;

/**
 * Writes a range into the archive for the first time. What was kept of it before, when
 * somebody died meanwhile, is taken for it if it is the same, so that this can be done
 * again at any time.
 */
public final class RangeWriter {

	private static final int BATCH = 256;

	private final ArchiveStore store;

	private final ArchiveOptions options;

	private final @Nullable CheckpointSigner signer;

	/**
	 * Creates a writer.
	 * @param store where to
	 * @param options what DuckDB may take
	 * @param signer signs manifests, or {@code null} if nobody does
	 */
	public RangeWriter(ArchiveStore store, ArchiveOptions options, @Nullable CheckpointSigner signer) {
		this.store = store;
		this.options = options;
		this.signer = signer;
	}

	/**
	 * Gives the entries of the range in their order.
	 *
	 * @param <T> what they come as
	 */
	@FunctionalInterface
	public interface Entries<T> {

		void read(Consumer<T> sink) throws SQLException;

	}

	/**
	 * Writes a range.
	 * @param <T> what entries come as
	 * @param sealed the range
	 * @param entries its entries
	 * @param reader reads one; runs on other threads
	 * @return the manifest as it is kept
	 * @throws IOException if the archive cannot be written
	 * @throws SQLException if the entries cannot be read
	 * @throws IllegalStateException if an entry is not as it was written or signed
	 * @throws ArchiveConflictException if there is something else in the archive already
	 */
	public <T> Manifest write(SealedRange sealed, Entries<T> entries, Function<T, StoredEntry> reader)
			throws IOException, SQLException {
		try (DuckDb duckDb = DuckDb.open(this.options, List.of());
				Walk walk = new Walk(duckDb, sealed);
				OrderedPipeline<T, Checked> pipeline = new OrderedPipeline<>("audit-archive", BATCH,
						(entry) -> Checked.of(reader.apply(entry)), walk::accept)) {
			entries.read(pipeline::accept);
			pipeline.drain();
			return put(walk.finish(), sealed);
		}
	}

	/**
	 * Writes what can be erased of a range anew, as its next generation.
	 * @param kept the newest manifest
	 * @param actors the places of entries whose actor group is erased
	 * @param data the places of entries whose data group is erased
	 * @param proof that the range is signed
	 * @return the manifest as it is kept
	 * @throws IOException if the archive cannot be read or written, or has other files
	 * than the manifest names
	 * @throws SQLException if DuckDB fails
	 * @throws IllegalStateException if more or less was erased before than the manifest
	 * says
	 */
	public Manifest rewrite(Manifest kept, Set<Long> actors, Set<Long> data, Manifest.Proof proof)
			throws IOException, SQLException {
		RangeName name = kept.range();
		return within(kept, (duckDb, files) -> {
			try (EntryFilesWriter tables = EntryFilesWriter.begin(duckDb, false)) {
				Erased before = new Erased();
				Erased after = new Erased();
				files.read(name.first(), name.last() + 1, kept.prevHash(), (row) -> {
					ArchivedEntry entry = row.require();
					long seq = Objects.requireNonNull(entry.entry().place().seq());
					before.count(entry.entry());
					ArchivedEntry left = entry.without(actors.contains(seq), data.contains(seq));
					after.count(left.entry());
					append(tables, left);
				});
				if (before.actors != kept.erasedActors() || before.data != kept.erasedData()) {
					throw new IllegalStateException(
							"In %s %s actor groups and %s data groups are erased, but the manifest says %s and %s"
								.formatted(name, before.actors, before.data, kept.erasedActors(), kept.erasedData()));
				}
				Manifest.File file = putTable(name.payload(kept.generation() + 1), tables.finish().payload());
				return put(kept.next(file, after.actors, after.data, proof));
			}
		});
	}

	/**
	 * Finds entries of a range.
	 * @param kept its newest manifest
	 * @param conditions what they must be like, in SQL of DuckDB; one of these
	 * @param sink takes those that there are, which do not know what they follow
	 * @throws IOException if the archive cannot be read, or has other files than the
	 * manifest names
	 * @throws SQLException if DuckDB fails
	 */
	public void read(Manifest kept, List<String> conditions, Consumer<StoredEntry> sink)
			throws IOException, SQLException {
		if (!conditions.isEmpty()) {
			within(kept, (duckDb, files) -> {
				for (String condition : conditions) {
					files.find(condition, sink);
				}
				return true;
			});
		}
	}

	private <T> T within(Manifest kept, Reading<T> work) throws IOException, SQLException {
		RangeName name = kept.range();
		try (TemporaryDirectory directory = TemporaryDirectory.create(this.options)) {
			Path core = file(name.core(), kept.core(), directory.path());
			Path payload = file(name.payload(kept.generation()), kept.payload(), directory.path());
			try (DuckDb duckDb = DuckDb.open(this.options, List.of(core, payload))) {
				return work.run(duckDb, new EntryFilesReader(duckDb, name.chain(), core, payload));
			}
		}
	}

	/**
	 * What somebody forged must neither be found nor signed with what is written anew.
	 */
	private Path file(String name, Manifest.File expected, Path directory) throws IOException {
		Path file = LocalFiles.of(this.store, name, directory);
		LocalFiles.require(file, name, expected);
		return file;
	}

	/**
	 * What is done with the files of a range.
	 *
	 * @param <T> what comes of it
	 */
	private interface Reading<T> {

		T run(DuckDb duckDb, EntryFilesReader files) throws IOException, SQLException;

	}

	private static void append(EntryFilesWriter tables, ArchivedEntry entry) {
		try {
			tables.append(entry);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("DuckDB does not take an entry: " + ex.getMessage(), ex);
		}
	}

	private Manifest put(Local files, SealedRange sealed) throws IOException, SQLException {
		RangeName name = sealed.name();
		Walk walk = files.walk();
		Manifest manifest = new Manifest(sealed.ledger(), name, sealed.received(), sealed.begins(), 1,
				walk.first().recordedAt(), walk.last().recordedAt(), sealed.prevHash(), walk.last().hash(),
				files.root(), walk.erased.actors, walk.erased.data,
				putTable(name.core(), Objects.requireNonNull(files.written().core())),
				putTable(name.payload(1), files.written().payload()), putBytes(name.tiles(), files.tiles()),
				sealed.proof(), null, null);
		return put(manifest);
	}

	/**
	 * Keeps a manifest, as the last of a generation's files.
	 * @param manifest the manifest, which is signed first
	 * @return the one that is kept: one of before, if it says the same
	 * @throws IOException if it cannot be kept
	 * @throws ArchiveConflictException if another one is there
	 */
	Manifest put(Manifest manifest) throws IOException {
		Manifest signed = (this.signer != null) ? manifest.sign(this.signer) : manifest;
		String name = manifest.range().manifest(manifest.generation());
		try (TemporaryDirectory directory = TemporaryDirectory.create(this.options)) {
			Path file = Files.writeString(directory.path().resolve("manifest.json"), signed.toString());
			if (this.store.putIfAbsent(name, file)) {
				return signed;
			}
		}
		Manifest kept = Manifests.read(this.store, name);
		if (!kept.saysTheSameAs(signed)) {
			throw ArchiveConflictException.of(name, null);
		}
		return kept;
	}

	/**
	 * Keeps a table. One with other bytes may say the same, as the version of DuckDB is
	 * among them.
	 * @param name the file's name
	 * @param table a local file with its content
	 * @return the file as it is kept
	 * @throws IOException if it cannot be kept
	 * @throws SQLException if DuckDB fails
	 * @throws ArchiveConflictException if another one is there
	 */
	Manifest.File putTable(String name, Path table) throws IOException, SQLException {
		Manifest.File file = LocalFiles.measure(table);
		if (this.store.putIfAbsent(name, table)) {
			return file;
		}
		try (TemporaryDirectory directory = TemporaryDirectory.create(this.options)) {
			Path kept = LocalFiles.of(this.store, name, directory.path());
			Manifest.File found = LocalFiles.measure(kept);
			if (!found.equals(file) && !haveTheSameRows(name, table, kept)) {
				throw ArchiveConflictException.of(name, null);
			}
			return found;
		}
	}

	private boolean haveTheSameRows(String name, Path table, Path kept) throws IOException, SQLException {
		try (DuckDb duckDb = DuckDb.open(this.options, List.of(table, kept));
				Connection connection = duckDb.connection();
				Statement statement = connection.createStatement();
				ResultSet differences = statement.executeQuery("""
						select count(*)
						from (
							(select * from %1$s except all select * from %2$s)
							union all (select * from %2$s except all select * from %1$s)
						) as differences
						""".formatted(DuckDb.table(table), DuckDb.table(kept)))) {
			return differences.next() && differences.getLong(1) == 0;
		}
		catch (SQLException ex) {
			// What is there is no table, or one of other columns.
			throw ArchiveConflictException.of(name, ex);
		}
	}

	private Manifest.File putBytes(String name, Path content) throws IOException {
		Manifest.File file = LocalFiles.measure(content);
		if (!this.store.putIfAbsent(name, content)) {
			try (TemporaryDirectory directory = TemporaryDirectory.create(this.options)) {
				if (!LocalFiles.measure(LocalFiles.of(this.store, name, directory.path())).equals(file)) {
					throw ArchiveConflictException.of(name, null);
				}
			}
		}
		return file;
	}

	/**
	 * An entry on its way.
	 *
	 * @param archived the entry
	 * @param check what was found of it
	 */
	private record Checked(ArchivedEntry archived, CheckedEntry check) {

		static Checked of(StoredEntry entry) {
			ArchivedEntry archived = ArchivedEntry.of(entry);
			return new Checked(archived, archived.checkHash());
		}

	}

	/**
	 * The files before they are kept.
	 *
	 * @param walk what was learned of the entries
	 * @param written the tables
	 * @param tiles the hashes
	 * @param root the root up to the last entry
	 */
	private record Local(Walk walk, EntryFilesWriter.Written written, Path tiles, byte[] root) {

	}

	/**
	 * How many groups of entries are erased.
	 */
	private static final class Erased {

		private long actors;

		private long data;

		void count(StoredEntry entry) {
			this.actors += (entry.actorDigest() != null) ? 1 : 0;
			this.data += (entry.dataDigest() != null) ? 1 : 0;
		}

	}

	/**
	 * Writes the entries that are as they should be, and stops at the first that is not.
	 */
	private static final class Walk implements AutoCloseable {

		private final SealedRange sealed;

		private final ChainWalk chain;

		private final EntryFilesWriter tables;

		private final Path tilesFile;

		private final Tiles.Writer tiles;

		private StoredEntry.@Nullable Place first;

		private final Erased erased = new Erased();

		Walk(DuckDb duckDb, SealedRange sealed) throws IOException, SQLException {
			this.sealed = sealed;
			this.chain = new ChainWalk(null, PartitionCheck.NONE, (kind, seq, id, what, expected, found) -> {
				throw new IllegalStateException("Entry %s of chain '%s' is not as it was written: %s".formatted(seq,
						sealed.name().chain(), what));
			});
			this.chain.goOn(sealed.name().first(), sealed.prevHash(), null);
			this.tilesFile = duckDb.directory().resolve("tiles.bin");
			this.tiles = new Tiles.Writer(this.tilesFile, sealed.before());
			this.tables = EntryFilesWriter.begin(duckDb, true);
		}

		void accept(Checked entry) {
			StoredEntry stored = entry.archived().entry();
			this.chain.accept(entry.check());
			this.first = (this.first != null) ? this.first : stored.place();
			this.erased.count(stored);
			this.tiles.append(stored.hash());
			RangeWriter.append(this.tables, entry.archived());
		}

		Local finish() throws IOException, SQLException {
			long end = this.sealed.name().last() + 1;
			this.chain.endsBefore(end);
			CompactRange tree = this.tiles.finish();
			byte[] root = LeafHashes.root(tree);
			if (tree.size() != end || !this.sealed.proof().covers(end, root)) {
				throw new IllegalStateException(
						"What is there of %s is not what was signed".formatted(this.sealed.name()));
			}
			return new Local(this, this.tables.finish(), this.tilesFile, root);
		}

		Stamp first() {
			return Stamp.of(this.first);
		}

		Stamp last() {
			return Stamp.of(this.chain.last());
		}

		@Override
		public void close() throws IOException, SQLException {
			this.tiles.close();
			this.tables.close();
		}

	}

	/**
	 * Where an entry is in time.
	 *
	 * @param recordedAt when the ledger took it
	 * @param hash its hash
	 */
	private record Stamp(Instant recordedAt, byte[] hash) {

		static Stamp of(StoredEntry.@Nullable Place place) {
			StoredEntry.Place there = Objects.requireNonNull(place);
			return new Stamp(Objects.requireNonNull(there.recordedAt()), there.hash());
		}

	}

}
