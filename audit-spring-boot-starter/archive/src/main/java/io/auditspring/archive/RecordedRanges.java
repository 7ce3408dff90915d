/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import javax.sql.DataSource;

import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says is in its archive. Several may work on a chain at once, on several
 * machines: a lock of the database makes whoever records a generation, and whoever clears
 * away what nobody recorded, take turns, so that nothing is recorded that is not there.
 */
final class RecordedRanges {

	private final DataSource dataSource;

	private final ArchiveStore store;

	private final String all;

	private final String one;

	private final String later;

	private final String hash;

	private final String lock;

	RecordedRanges(DataSource dataSource, Schema schema, ArchiveStore store) {
		this.dataSource = dataSource;
		this.store = store;
		this.all = """
				select distinct on (chain, first_seq)
					chain, first_seq, last_seq, generation, manifest, last_recorded_at
				from %s
				order by chain, first_seq, generation desc
				""".formatted(schema.table("audit_archived"));
		this.one = """
				select chain, first_seq, last_seq, generation, manifest, last_recorded_at
				from %s
				where chain = ? and first_seq = ?
				order by generation desc
				limit 1
				""".formatted(schema.table("audit_archived"));
		this.later = "select coalesce(min(first_seq), ?) from %s where chain = ? and first_seq > ?"
			.formatted(schema.table("audit_archived"));
		this.hash = "select hash from %s where chain = ? and seq = ?".formatted(schema.table("audit_log"));
		this.lock = "select pg_advisory_xact_lock(hashtextextended('%s ' || ?, 0))"
			.formatted(schema.table("audit_archived"));
	}

	/**
	 * What is recorded of a range.
	 *
	 * @param name the range
	 * @param generation how often it was written
	 * @param manifest the digest of its manifest
	 * @param to when its last entry was recorded
	 */
	record Recorded(RangeName name, int generation, String manifest, Instant to) {

	}

	Map<RangeName, Recorded> all() throws SQLException {
		Map<RangeName, Recorded> ranges = new LinkedHashMap<>();
		OwnTransaction.look(this.dataSource, (connection) -> Sql.list(connection, this.all, RecordedRanges::recorded))
			.forEach((range) -> ranges.put(range.name(), range));
		return ranges;
	}

	/** The range that begins with an entry. */
	@Nullable Recorded at(String chain, long first) throws SQLException {
		return OwnTransaction.<@Nullable Recorded, RuntimeException>look(this.dataSource,
				(connection) -> at(connection, chain, first));
	}

	/** The next range to archive: as it was archived before, or as much as is not. */
	RangeName next(String chain, long first, long last) throws SQLException {
		return OwnTransaction.look(this.dataSource, (connection) -> {
			Recorded recorded = at(connection, chain, first);
			if (recorded != null) {
				return recorded.name();
			}
			long end = Sql.get(connection, this.later, (row) -> row.getLong(1), last + 1, chain, first) - 1;
			return new RangeName(chain, first, Math.min(first + RangeName.MOST - 1, Math.min(last, end)));
		});
	}

	private @Nullable Recorded at(Connection connection, String chain, long first) throws SQLException {
		return Sql.find(connection, this.one, RecordedRanges::recorded, chain, first);
	}

	private static Recorded recorded(ResultSet row) throws SQLException {
		return new Recorded(new RangeName(row.getString(1), row.getLong(2), row.getLong(3)), row.getInt(4),
				row.getString(5), Objects.requireNonNull(row.getObject(6, OffsetDateTime.class)).toInstant());
	}

	/**
	 * The newest manifest that is recorded of a range. What somebody left who died before
	 * it was recorded, or before the generation before was deleted, goes first.
	 */
	Manifest kept(RangeName range) throws IOException, SQLException {
		Recorded recorded = clear(range);
		if (recorded == null) {
			throw new IOException("the ledger does not say that %s are archived".formatted(range));
		}
		Manifest manifest = Manifests.read(this.store, range.manifest(recorded.generation()));
		if (!recorded.name().equals(range) || !recorded.manifest().equals(manifest.digest())) {
			throw new IOException("what is in the archive of %s is not what the ledger says".formatted(range));
		}
		return manifest;
	}

	/**
	 * Deletes what nobody recorded of a range, and what something newer supersedes.
	 * @return what is recorded of it
	 * @throws IOException if it may be all there is: the ledger or the archive is not
	 * what it was
	 */
	@Nullable Recorded clear(RangeName range) throws IOException, SQLException {
		return OwnTransaction.<@Nullable Recorded, IOException>run(this.dataSource, (connection) -> {
			lock(connection, range);
			Recorded recorded = at(connection, range.chain(), range.first());
			int generation = (recorded != null) ? recorded.generation() : 0;
			List<String> names = this.store.list(range.directory());
			requireKept(connection, range, generation, names);
			for (String name : names) {
				RangeName.File file = RangeName.parse(name);
				if (file != null && (file.generation() > generation
						|| (file.kind().equals("payload") && file.generation() < generation))) {
					this.store.delete(name);
				}
			}
			return recorded;
		});
	}

	/**
	 * A generation goes only after the next one was recorded. If it is gone and the
	 * ledger does not know that, the ledger is a restored or copied one.
	 */
	private void requireKept(Connection connection, RangeName range, int generation, List<String> names)
			throws IOException, SQLException {
		if (generation == 0) {
			requireHere(connection, names);
			return;
		}
		for (String kept : List.of(range.payload(generation), range.manifest(generation))) {
			if (!names.contains(kept)) {
				throw new IOException(
						("the archive lacks '%s', which the ledger names%s. Nothing is deleted; "
								+ "see 'When a backup was restored' in docs/ARCHIVE.md")
							.formatted(kept,
									hasNewer(names, generation)
											? ", and has a newer generation, which the ledger does not know: "
													+ "this is a restored database, or a copy of another one"
											: ""));
			}
		}
	}

	private static boolean hasNewer(List<String> names, int generation) {
		return names.stream().anyMatch((name) -> {
			RangeName.File file = RangeName.parse(name);
			return file != null && file.kind().equals("payload") && file.generation() > generation;
		});
	}

	/**
	 * Deletes what nobody recorded of other ranges that have some of the same entries,
	 * and of this one what was erased there since the ledger's backup, as the ledger has
	 * all of it. Nobody would ever look at it again, whatever is erased.
	 * @throws IOException if it is of entries that are not here: it may be all there is
	 */
	void clearOthers(RangeName range) throws IOException, SQLException {
		OwnTransaction.<Boolean, IOException>run(this.dataSource, (connection) -> {
			lock(connection, range);
			List<String> others = new ArrayList<>();
			for (String name : this.store.list(range.chainDirectory())) {
				RangeName.File file = RangeName.parse(name);
				if (file != null && file.range().overlaps(range)
						&& (!file.range().equals(range) || file.generation() > 1)
						&& !isRecorded(connection, file.range())) {
					others.add(name);
				}
			}
			requireHere(connection, others);
			for (String other : others) {
				this.store.delete(other);
			}
			return true;
		});
	}

	// Each hash holds all before it, and of which ledger they are.
	private void requireHere(Connection connection, List<String> names) throws IOException, SQLException {
		for (String name : names) {
			RangeName.File file = RangeName.parse(name);
			Manifest manifest = (file != null && file.kind().equals("manifest")) ? readable(name) : null;
			if (file != null && manifest != null && !Arrays.equals(manifest.lastHash(), Sql.find(connection, this.hash,
					(row) -> row.getBytes(1), file.range().chain(), file.range().last()))) {
				throw new IOException(
						("the archive has %s that are not those of this ledger: they are another ledger's, or "
								+ "what a restored database lacks. Give each ledger an archive of its own, or move these files away")
							.formatted(file.range()));
			}
		}
	}

	/** What is none was not finished. */
	private @Nullable Manifest readable(String name) {
		try {
			return Manifests.read(this.store, name);
		}
		catch (IOException ex) {
			return null;
		}
	}

	private boolean isRecorded(Connection connection, RangeName range) throws SQLException {
		Recorded recorded = at(connection, range.chain(), range.first());
		return recorded != null && recorded.name().equals(range);
	}

	/** Deletes all files of a range that nobody recorded. */
	void clearAll(RangeName range) throws IOException, SQLException {
		OwnTransaction.<Boolean, IOException>run(this.dataSource, (connection) -> {
			lock(connection, range);
			if (at(connection, range.chain(), range.first()) == null) {
				List<String> names = this.store.list(range.directory());
				requireHere(connection, names);
				for (String name : names) {
					this.store.delete(name);
				}
			}
			return true;
		});
	}

	/** Records a generation, if all of it is still there. */
	void record(Manifest manifest, Recording recording) throws IOException, SQLException {
		OwnTransaction.<Boolean, IOException>run(this.dataSource, (connection) -> {
			lock(connection, manifest.range());
			requireThere(manifest);
			recording.record(connection);
			return true;
		});
	}

	/**
	 * What records a generation.
	 */
	interface Recording {

		void record(Connection connection) throws SQLException;

	}

	private void lock(Connection connection, RangeName range) throws SQLException {
		Sql.is(connection, this.lock + "::text = ''", range.chain());
	}

	private void requireThere(Manifest manifest) throws IOException {
		RangeName range = manifest.range();
		try {
			this.store.read(range.payload(manifest.generation())).close();
			if (Manifests.read(this.store, range.manifest(manifest.generation())).digest().equals(manifest.digest())) {
				return;
			}
		}
		catch (NoSuchFileException ex) {
			// Told below.
		}
		throw new IOException("somebody else works on %s; try again".formatted(range));
	}

}
