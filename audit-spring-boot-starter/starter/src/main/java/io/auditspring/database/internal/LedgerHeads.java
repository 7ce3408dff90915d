/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.database.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.tree.CheckpointRows;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Where the chains end, as the database says. Costs a row a chain.
 */
public final class LedgerHeads {

	private final DataSource dataSource;

	private final String heads;

	private final String signed;

	/**
	 * Creates access to the heads.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 */
	public LedgerHeads(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.heads = """
				select name, %s
				from %s
				order by name
				""".formatted(ChainHead.COLUMNS, schema.table("audit_chain"));
		this.signed = """
				select chain.name, %s, newest.note, newest.created_at, newest.lines
				from %s as chain
				left join lateral (
					select note, created_at, %s as lines
					from %s as checkpoint
					where checkpoint.chain = chain.name
					order by checkpoint.size desc
					limit 1
				) as newest on true
				order by chain.name
				""".formatted(ChainHead.COLUMNS, schema.table("audit_chain"), CheckpointRows.cosignatures(schema),
				schema.table("audit_checkpoint"));
	}

	/**
	 * Where a chain ends, and what was signed last.
	 *
	 * @param head where it ends
	 * @param note the newest checkpoint with its cosignatures, whoever signed it;
	 * {@code null} if there is none
	 * @param signedAt when that was stored, or {@code null}
	 */
	public record Signed(ChainHead head, @Nullable String note, @Nullable Instant signedAt) {

	}

	/**
	 * Reads where the chains end.
	 * @return the heads
	 * @throws DataAccessException if they cannot be read
	 */
	public List<ChainHead> read() {
		return read(this.heads, (row) -> ChainHead.read(row.getString("name"), row));
	}

	/**
	 * Reads where the chains end, and what was signed last.
	 * @return the heads, with checkpoints
	 * @throws DataAccessException if they cannot be read
	 */
	public List<Signed> readSigned() {
		return read(this.signed, (row) -> {
			OffsetDateTime time = row.getObject("created_at", OffsetDateTime.class);
			String note = row.getString("note");
			return new Signed(ChainHead.read(row.getString("name"), row),
					(note != null) ? Checkpoint.cosigned(note, CheckpointRows.lines(row)) : null,
					(time != null) ? time.toInstant() : null);
		});
	}

	private <T> List<T> read(String sql, Sql.RowReader<T> reader) {
		try (Connection connection = this.dataSource.getConnection()) {
			return Sql.list(connection, sql, reader);
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

}
