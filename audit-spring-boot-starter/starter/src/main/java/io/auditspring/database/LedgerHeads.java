package io.auditspring.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.Sql;
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
				select name, size, head, recorded_at, null as note, null::timestamptz as created_at
				from %s
				order by name
				""".formatted(schema.table("audit_chain"));
		this.signed = """
				select chain.name, chain.size, chain.head, chain.recorded_at, checkpoint.note, checkpoint.created_at
				from %s as chain
				left join lateral (
					select note, created_at from %s where chain = chain.name order by size desc limit 1
				) as checkpoint on true
				order by chain.name
				""".formatted(schema.table("audit_chain"), schema.table("audit_checkpoint"));
	}

	/**
	 * Where a chain ends.
	 *
	 * @param chain its name
	 * @param size how many entries it has had
	 * @param hash the last entry's hash, in hexadecimal digits
	 * @param recordedAt when that was recorded, or {@code null} if there is none yet
	 * @param note the newest checkpoint, whoever signed it; {@code null} if there is
	 * none, or it was not asked for
	 * @param signedAt when that was stored, or {@code null}
	 */
	public record Head(String chain, long size, String hash, @Nullable Instant recordedAt, @Nullable String note,
			@Nullable Instant signedAt) {

	}

	/**
	 * Reads where the chains end.
	 * @return the heads, without checkpoints
	 * @throws DataAccessException if they cannot be read
	 */
	public List<Head> read() {
		return read(this.heads);
	}

	/**
	 * Reads where the chains end, and what was signed last.
	 * @return the heads, with checkpoints
	 * @throws DataAccessException if they cannot be read
	 */
	public List<Head> readSigned() {
		return read(this.signed);
	}

	private List<Head> read(String sql) {
		try (Connection connection = this.dataSource.getConnection()) {
			return Sql.list(connection, sql,
					(row) -> new Head(row.getString("name"), row.getLong("size"),
							HexFormat.of().formatHex(row.getBytes("head")), instant(row, "recorded_at"),
							row.getString("note"), instant(row, "created_at")));
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

	private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
		OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

}
