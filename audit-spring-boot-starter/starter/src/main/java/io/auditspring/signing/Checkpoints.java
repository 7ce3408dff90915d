/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.checkpoint.CheckpointSigning;
import io.auditspring.ledger.checkpoint.ConsistencyReceipt;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.RootReceipt;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.TileCoordinates;
import io.auditspring.ledger.internal.merkle.TreeRange;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.ledger.internal.tree.CheckpointRows;
import io.auditspring.ledger.internal.tree.LeafHashes;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.TreeProofs;
import io.auditspring.ledger.internal.tree.TreeRows;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Signed checkpoints of the ledger, and proofs that lead to them. Each costs a few reads,
 * however many entries there are. What is given out was verified: signatures by the
 * trusted keys, proofs by the signed roots.
 *
 * @since 0.1.0
 */
public class Checkpoints {

	/** Bounds the memory for tiles, and how long one transaction takes. */
	private static final long MAX_ENTRIES = 100_000;

	private final DataSource dataSource;

	private final String origin;

	private final String hashes;

	private final String current;

	private final String isThere;

	private final TreeRows tree;

	private final CheckpointRows checkpoints;

	private final TrustedKeys keys;

	private final @Nullable CheckpointSigning signing;

	private final @Nullable CheckpointStep step;

	private final TreeProofs proofs;

	/**
	 * Creates access to checkpoints.
	 * @param dataSource connections to PostgreSQL
	 * @param schema where the ledger is
	 * @param origin the origin of all chains; with a chain's name it names its log
	 * @param keys whose signatures count
	 * @param signing what it takes to sign, or {@code null} to only read
	 */
	public Checkpoints(DataSource dataSource, Schema schema, String origin, TrustedKeys keys,
			@Nullable CheckpointSigning signing) {
		this(dataSource, schema, origin, keys, signing, MAX_ENTRIES);
	}

	public Checkpoints(DataSource dataSource, Schema schema, String origin, TrustedKeys keys,
			@Nullable CheckpointSigning signing, long maxEntries) {
		this.dataSource = dataSource;
		this.origin = origin;
		this.keys = keys;
		this.signing = signing;
		this.hashes = "select hash from %s where chain = ? and seq >= ? and seq < ? order by seq"
			.formatted(schema.table("audit_log"));
		this.current = """
				with recursive line (name, successor) as (
					select name, successor from %1$s where name = ?
					union all
					select next.name, next.successor from line join %1$s as next on next.name = line.successor
				)
				select name from line where successor is null
				""".formatted(schema.table("audit_chain"));
		this.isThere = "select exists (select from %s where name = ?)".formatted(schema.table("audit_chain"));
		this.tree = new TreeRows(schema);
		this.checkpoints = new CheckpointRows(schema, origin, keys);
		this.step = (signing != null)
				? new CheckpointStep(schema, this.tree, this.checkpoints, origin, keys, signing, maxEntries) : null;
		this.proofs = new TreeProofs(schema, this.tree);
	}

	/**
	 * Reads the newest checkpoint.
	 * @param chain the chain's name
	 * @return the checkpoint, or empty if there is none
	 * @throws InvalidCheckpointException if it was not signed by a trusted key, or is of
	 * another log
	 * @throws DataAccessException if it cannot be read
	 */
	public Optional<Checkpoint> latest(String chain) {
		return read((connection) -> this.checkpoints.latest(connection, chain));
	}

	/**
	 * Reads a checkpoint.
	 * @param chain the chain's name
	 * @param size how many entries it covers
	 * @return the checkpoint, or empty if there is none of this size
	 * @throws InvalidCheckpointException if it was not signed by a trusted key, or is of
	 * another log
	 * @throws DataAccessException if it cannot be read
	 */
	public Optional<Checkpoint> find(String chain, long size) {
		return read((connection) -> this.checkpoints.find(connection, chain, size));
	}

	/**
	 * Makes a checkpoint of all entries that are in the ledger now, if there are any
	 * since the last one. Reads those, and verifies them before it signs. Where many are
	 * new there are checkpoints in between.
	 * @param chain the chain's name
	 * @return the newest checkpoint, or empty if there are no entries
	 * @throws CheckpointRefusedException if something is not as it was written, or as it
	 * was signed before
	 * @throws InvalidCheckpointException if the last one was not signed by a trusted key,
	 * or is of another log
	 * @throws IllegalStateException if there is no key to sign with
	 * @throws UncheckedIOException if it cannot be remembered what was signed
	 * @throws DataAccessException if the database fails
	 */
	public Optional<Checkpoint> create(String chain) {
		return Optional.ofNullable(create(chain, true).checkpoint());
	}

	/**
	 * Makes a checkpoint, unless another instance is at it.
	 */
	CheckpointStep.Result createUnlessBusy(String chain) {
		return create(chain, false);
	}

	private CheckpointStep.Result create(String chain, boolean wait) {
		CheckpointStep step = this.step;
		if (step == null) {
			throw new IllegalStateException("There is no key to sign checkpoints with: set "
					+ "audit.checkpoint.private-key-location, or define a CheckpointSigner bean");
		}
		CheckpointStep.Result result = write((connection) -> step.run(connection, chain, wait));
		if (result.checkpoint() == null) {
			write((connection) -> {
				this.tree.create(connection, chain);
				return true;
			});
			result = write((connection) -> step.run(connection, chain, wait));
		}
		while (result.more()) {
			result = write((connection) -> step.run(connection, chain, wait));
		}
		return result;
	}

	/**
	 * Proves that an entry is under the newest checkpoint.
	 * @param id the entry's id
	 * @return the proof, or empty if there is no such entry, or no checkpoint covers it
	 * yet
	 * @throws CheckpointRefusedException if the entry or the tree is not what was signed
	 * @throws InvalidCheckpointException if the checkpoint was not signed by a trusted
	 * key
	 * @throws DataAccessException if the database fails
	 */
	public Optional<InclusionReceipt> inclusion(UUID id) {
		return read((connection) -> {
			StoredEntry entry = this.proofs.entry(connection, id);
			return (entry != null) ? inclusion(connection, entry) : Optional.empty();
		});
	}

	/**
	 * Proves that an entry is under the newest checkpoint, in the form of C2SP
	 * tlog-proof, with the entry's core object as its extra data.
	 * @param id the entry's id
	 * @return the proof, or empty if there is no such entry, or no checkpoint covers it
	 * yet
	 * @throws CheckpointRefusedException if the entry or the tree is not what was signed
	 * @throws InvalidCheckpointException if the checkpoint was not signed by a trusted
	 * key
	 * @throws DataAccessException if the database fails
	 */
	public Optional<String> tlogProof(UUID id) {
		return read((connection) -> {
			StoredEntry entry = this.proofs.entry(connection, id);
			Optional<InclusionReceipt> proof = (entry != null) ? inclusion(connection, entry) : Optional.empty();
			return proof.map((receipt) -> receipt.tlogProof(entry.canonicalCore()));
		});
	}

	private Optional<InclusionReceipt> inclusion(Connection connection, StoredEntry entry) throws SQLException {
		Checkpoint latest = this.checkpoints.latest(connection, chain(entry)).orElse(null);
		return (latest != null) ? this.proofs.inclusion(connection, entry, latest) : Optional.empty();
	}

	/**
	 * Proves that an entry is under the newest checkpoint of the root log.
	 * @param id the entry's id
	 * @return the proof, or empty if there is no such entry, or none of the root log
	 * covers it yet
	 * @throws CheckpointRefusedException if the entry or one of the trees is not what was
	 * signed
	 * @throws InvalidCheckpointException if the checkpoint was not signed by a trusted
	 * key
	 * @throws DataAccessException if the database fails
	 */
	public Optional<RootReceipt> inclusionInAll(UUID id) {
		return read((connection) -> {
			StoredEntry entry = this.proofs.entry(connection, id);
			Checkpoint latest = this.checkpoints.latest(connection, RootRows.CHAIN).orElse(null);
			return (entry != null && latest != null) ? this.proofs.inclusionInAll(connection, entry, latest)
					: Optional.empty();
		});
	}

	/**
	 * Whether the newest checkpoint of the root log covers an entry, also where nobody
	 * signs the entry's chain any more.
	 * @param chain the chain's name
	 * @param seq the entry's position
	 * @param hash the entry's hash
	 * @return whether it does
	 * @throws CheckpointRefusedException if the entry or one of the trees is not what was
	 * signed
	 * @throws InvalidCheckpointException if the checkpoint was not signed by a trusted
	 * key
	 * @throws DataAccessException if the database fails
	 */
	public boolean isInRootLog(String chain, long seq, byte[] hash) {
		return read((connection) -> {
			Checkpoint latest = this.checkpoints.latest(connection, RootRows.CHAIN).orElse(null);
			StoredEntry entry = (latest != null) ? this.proofs.entry(connection, chain, seq) : null;
			return latest != null && entry != null
					&& this.proofs.inclusionInAll(connection, entry, latest)
						.filter((proof) -> Arrays.equals(proof.hash(), hash))
						.isPresent();
		});
	}

	private static String chain(StoredEntry entry) {
		return Objects.requireNonNullElse(entry.core().chain(), "");
	}

	/**
	 * Proves that an entry is under a checkpoint, also if the entry itself is gone with
	 * its month.
	 * @param chain the chain's name
	 * @param seq the entry's position
	 * @param treeSize the checkpoint's size
	 * @return the proof, or empty if there is no checkpoint of this size
	 * @throws IllegalArgumentException if the checkpoint does not cover the entry
	 * @throws CheckpointRefusedException if the tree is not what was signed
	 * @throws InvalidCheckpointException if the checkpoint was not signed by a trusted
	 * key
	 * @throws DataAccessException if the database fails
	 */
	public Optional<InclusionReceipt> inclusion(String chain, long seq, long treeSize) {
		return read((connection) -> {
			Optional<Checkpoint> checkpoint = this.checkpoints.find(connection, chain, treeSize);
			return checkpoint.isPresent() ? Optional.of(this.proofs.inclusion(connection, chain, seq, checkpoint.get()))
					: Optional.empty();
		});
	}

	/**
	 * Proves that between two checkpoints entries were only appended.
	 * @param chain the chain's name
	 * @param oldSize the older checkpoint's size
	 * @param newSize the newer checkpoint's size
	 * @return the proof, or empty if there is no checkpoint of one of the sizes
	 * @throws IllegalArgumentException if the older one is larger
	 * @throws CheckpointRefusedException if the tree is not what was signed
	 * @throws InvalidCheckpointException if a checkpoint was not signed by a trusted key
	 * @throws DataAccessException if the database fails
	 */
	public Optional<ConsistencyReceipt> consistency(String chain, long oldSize, long newSize) {
		return read((connection) -> {
			Checkpoint older = this.checkpoints.find(connection, chain, oldSize).orElse(null);
			Checkpoint newer = this.checkpoints.find(connection, chain, newSize).orElse(null);
			return (older != null && newer != null)
					? Optional.of(this.proofs.consistency(connection, chain, older, newer)) : Optional.empty();
		});
	}

	/**
	 * Proves to a witness that entries were only appended since the size it saw last.
	 */
	List<byte[]> growth(String chain, long oldSize, Checkpoint newer) {
		return read((connection) -> this.proofs.growth(connection, chain, oldSize, newer));
	}

	/**
	 * Reads a tile of a chain's tree (C2SP tlog-tiles): hashes of 32 bytes, one after the
	 * other, on level 0 those of entries, above those of full tiles. They are as stored:
	 * who uses them checks that they lead to the root of a checkpoint.
	 * @param chain the chain's name
	 * @param level the level, from 0 on
	 * @param index which one of that level
	 * @param width how many hashes, from 1 to 256
	 * @return the hashes, or empty if there are not so many
	 * @throws DataAccessException if it cannot be read
	 */
	public Optional<byte[]> tile(String chain, int level, long index, int width) {
		return read((connection) -> Optional
			.ofNullable(this.tree.tile(connection, chain, new TileCoordinates(level, index), width)));
	}

	/**
	 * Keeps what others signed of a checkpoint.
	 */
	void cosign(String chain, long size, List<String> lines) {
		write((connection) -> {
			for (String line : lines) {
				this.checkpoints.cosign(connection, chain, size, line);
			}
			return true;
		});
	}

	/**
	 * The log that a chain is, as its checkpoints name it.
	 */
	public String log(String chain) {
		return Checkpoint.origin(this.origin, chain);
	}

	/**
	 * What was signed last of a chain here, for this ledger and for whom it is sent to,
	 * as the signer remembers it, whatever became of the database.
	 * @param chain the chain's name
	 * @return the newest checkpoint, or empty if none was signed, or nothing signs here
	 * @throws UncheckedIOException if it cannot be read
	 */
	public Optional<Checkpoint> remembered(String chain) {
		CheckpointSigning signing = this.signing;
		if (signing == null) {
			return Optional.empty();
		}
		try {
			return Stream
				.concat(signing.memory().last(log(chain), this.keys).stream(),
						signing.memory().ofSent().last(log(chain), this.keys).stream())
				.max(Comparator.comparingLong(Checkpoint::size));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex.getMessage(), ex);
		}
	}

	/**
	 * Whether something was signed of a chain, whatever became of the database: as far as
	 * the signer's memory and those anchors tell that can be read.
	 * @param chain the chain's name
	 * @return whether it was
	 * @throws UncheckedIOException if the memory cannot be read
	 */
	public boolean wasSigned(String chain) {
		CheckpointSigning signing = this.signing;
		return signing != null && (remembered(chain).isPresent() || signing.anchors()
			.stream()
			.anyMatch((anchor) -> new AnchorReader(this.keys, log(chain)).newest(anchor, chain, (fault) -> {
			}) != null));
	}

	/**
	 * The chain in which a chain goes on.
	 * @param chain the chain's name
	 * @return the chain's own name, unless it goes on under another one
	 */
	public String current(String chain) {
		return read((connection) -> Objects.requireNonNullElse(
				Sql.<@Nullable String>find(connection, this.current, (row) -> row.getString(1), chain), chain));
	}

	/**
	 * Whether a chain was begun.
	 * @param chain the chain's name
	 * @return whether it is known in the ledger
	 */
	boolean isThere(String chain) {
		return read((connection) -> Sql.is(connection, this.isThere, chain));
	}

	/**
	 * The root over the first entries of a chain. Whether it was signed is another
	 * matter.
	 */
	public byte[] root(String chain, long size) {
		return read((connection) -> {
			CompactRange edge = Objects.requireNonNullElseGet(this.tree.edge(connection, chain, ""), CompactRange::new);
			if (edge.size() < size) {
				// The tree grows when it is signed.
				Sql.each(connection, this.hashes, (row) -> edge.append(row.getBytes(1), (full) -> {
				}), chain, edge.size(), size);
				return LeafHashes.root(edge);
			}
			TreeRange range = new TreeRange(0, size);
			return range.hash(this.tree.hashes(connection, chain, edge, range.nodes()));
		});
	}

	private <T> T read(OwnTransaction.Work<T, RuntimeException> work) {
		try {
			return OwnTransaction.look(this.dataSource, work);
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger's checkpoints cannot be read", ex);
		}
	}

	private <T> T write(OwnTransaction.Work<T, IOException> work) {
		try {
			return OwnTransaction.run(this.dataSource, work);
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger's checkpoint cannot be written", ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("What was signed last cannot be read or kept: " + ex.getMessage(), ex);
		}
	}

}
