/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.tree;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.Sql;

/**
 * The checkpoints in {@code audit_checkpoint}. None is given out whose signature was not
 * verified.
 */
public final class CheckpointRows {

	private final String latest;

	private final String find;

	private final String insert;

	private final String cosign;

	private final String origin;

	private final TrustedKeys keys;

	public CheckpointRows(Schema schema, String origin, TrustedKeys keys) {
		this.latest = """
				select size, root, note, %s as lines
				from %s as checkpoint
				where chain = ?
				order by size desc
				limit 1
				""".formatted(cosignatures(schema), schema.table("audit_checkpoint"));
		this.find = """
				select size, root, note, %s as lines
				from %s as checkpoint
				where chain = ? and size = ?
				""".formatted(cosignatures(schema), schema.table("audit_checkpoint"));
		this.cosign = """
				insert into %s (chain, size, line)
				values (?, ?, ?)
				on conflict do nothing
				""".formatted(schema.table("audit_cosignature"));
		this.insert = """
				insert into %s (chain, size, root, note)
				values (?, ?, ?, ?)
				""".formatted(schema.table("audit_checkpoint"));
		this.origin = origin;
		this.keys = keys;
	}

	/**
	 * What others signed of a checkpoint. Whoever may write checkpoints may put anything
	 * here, so there is a limit: what came after the checkpoint counts first, in the
	 * order in which it came. So nothing can be put before what is there already.
	 * @param schema where it is
	 * @return the expression of an array of lines
	 */
	public static String cosignatures(Schema schema) {
		return """
				array(
					select line
					from %s as cosignature
					where cosignature.chain = checkpoint.chain and cosignature.size = checkpoint.size
					order by cosignature.created_at < checkpoint.created_at, cosignature.created_at, line
					limit 64
				)""".formatted(schema.table("audit_cosignature"));
	}

	/**
	 * Reads them.
	 * @param row a row with that expression as {@code lines}
	 * @return the lines
	 * @throws SQLException if the database fails
	 */
	public static List<String> lines(ResultSet row) throws SQLException {
		return List.of((String[]) row.getArray("lines").getArray());
	}

	public Optional<Checkpoint> latest(Connection connection, String chain) throws SQLException {
		return Optional.ofNullable(Sql.find(connection, this.latest, (row) -> read(row, chain), chain));
	}

	public Optional<Checkpoint> find(Connection connection, String chain, long size) throws SQLException {
		return Optional.ofNullable(Sql.find(connection, this.find, (row) -> read(row, chain), chain, size));
	}

	private Checkpoint read(ResultSet row, String chain) throws SQLException {
		return verified(chain, row.getLong("size"), row.getBytes("root"), row.getString("note")).with(lines(row));
	}

	private Checkpoint verified(String chain, long size, byte[] root, String note) {
		try {
			Checkpoint checkpoint = Checkpoint.open(note, this.keys);
			checkOrigin(chain, checkpoint);
			if (checkpoint.size() != size || !Arrays.equals(checkpoint.root(), root)) {
				throw new InvalidCheckpointException("Its row has another size or root than its note");
			}
			return checkpoint;
		}
		catch (InvalidCheckpointException ex) {
			throw new InvalidCheckpointException(
					"The checkpoint of chain '%s' and size %s in audit_checkpoint is invalid. %s:%n%s".formatted(chain,
							size, ex.getMessage(), note));
		}
	}

	private void checkOrigin(String chain, Checkpoint checkpoint) {
		String expected = Checkpoint.origin(this.origin, chain);
		if (!checkpoint.origin().equals(expected)) {
			throw new InvalidCheckpointException(
					("It is one of '%s', not of '%s'; applications that share a chain must "
							+ "have the same audit.checkpoint.origin")
						.formatted(checkpoint.origin(), expected));
		}
	}

	public void cosign(Connection connection, String chain, long size, String line) throws SQLException {
		Sql.update(connection, this.cosign, chain, size, line);
	}

	public void insert(Connection connection, String chain, Checkpoint checkpoint) throws SQLException {
		Sql.update(connection, this.insert, chain, checkpoint.size(), checkpoint.root(), checkpoint.note());
	}

}
