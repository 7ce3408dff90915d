/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

import io.auditspring.archive.internal.parquet.DuckDb;
import io.auditspring.archive.internal.parquet.EntryFilesReader;
import io.auditspring.archive.internal.parquet.TemporaryDirectory;
import io.auditspring.archive.internal.range.LocalFiles;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.Manifests;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeProofs;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.internal.table.StoredEntry;

/**
 * Proves archived entries one by one, without a database, to people who have nothing but
 * public keys.
 *
 * @since 0.1.0
 */
public final class ArchiveProofs {

	private final ArchiveStore store;

	private final ArchiveOptions options;

	/**
	 * Creates what makes proofs.
	 * @param store the archive
	 * @param options what it may take
	 */
	public ArchiveProofs(ArchiveStore store, ArchiveOptions options) {
		this.store = store;
		this.options = options;
	}

	/**
	 * Proves that an entry is under the checkpoint that its range is signed by, in the
	 * form of C2SP tlog-proof, with the entry's core object as its extra data. Whose the
	 * checkpoint's signatures are is for those to find out who verify it.
	 * @param id the entry's id
	 * @return the proof, or empty if there is no such entry in the archive
	 * @throws IOException if the archive cannot be read, or is not what was signed
	 */
	public Optional<String> tlogProof(UUID id) throws IOException {
		for (Map.Entry<String, RangeName.File> newest : newestManifests().entrySet()) {
			RangeName range = newest.getValue().range();
			try {
				Optional<String> proof = find(range, newest.getValue().generation(), id);
				if (proof.isPresent()) {
					return proof;
				}
			}
			catch (SQLException | IllegalArgumentException | IllegalStateException ex) {
				throw new IOException(
						"There is no proof out of %s; verify the archive: %s".formatted(range, ex.getMessage()), ex);
			}
		}
		return Optional.empty();
	}

	/** The newest manifest of each range, by the directory that it is in. */
	private Map<String, RangeName.File> newestManifests() throws IOException {
		Map<String, RangeName.File> newest = new TreeMap<>();
		for (String name : this.store.list()) {
			RangeName.File file = RangeName.parse(name);
			if (file != null && file.kind().equals("manifest")) {
				newest.merge(file.range().directory(), file,
						(one, other) -> (one.generation() > other.generation()) ? one : other);
			}
		}
		return newest;
	}

	private Optional<String> find(RangeName range, int generation, UUID id) throws IOException, SQLException {
		try (TemporaryDirectory copies = TemporaryDirectory.create(this.options)) {
			Path core = LocalFiles.of(this.store, range.core(), copies.path());
			Path payload = LocalFiles.of(this.store, range.payload(generation), copies.path());
			try (DuckDb duckDb = DuckDb.reading(this.options, List.of(core, payload))) {
				EntryFilesReader reader = new EntryFilesReader(duckDb, range.chain(), core, payload);
				List<StoredEntry> found = new ArrayList<>();
				reader.find("id = '%s'".formatted(id), found::add);
				if (found.isEmpty()) {
					return Optional.empty();
				}
				long seq = found.get(0).place().seq();
				Manifest manifest = Manifests.read(this.store, range.manifest(generation));
				byte[] before = (seq == range.first()) ? manifest.prevHash() : null;
				reader.read(seq, seq + 1, before, (row) -> found.set(0, row.require().entry()));
				return Optional.of(prove(manifest, found.get(0)));
			}
		}
	}

	private String prove(Manifest manifest, StoredEntry entry) throws IOException {
		try (InputStream tiles = this.store.read(manifest.range().tiles())) {
			InclusionReceipt proof = new RangeProofs(manifest, tiles.readAllBytes()).inclusion(entry.place().seq(),
					entry.computeHash());
			if (!proof.holds()) {
				throw new IllegalStateException("entry %s is not what was signed".formatted(proof.seq()));
			}
			return proof.tlogProof(entry.canonicalCore());
		}
	}

}
