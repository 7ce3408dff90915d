/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.read;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.auditspring.archive.ArchiveOptions;
import io.auditspring.archive.ArchiveStore;
import io.auditspring.archive.internal.parquet.DuckDb;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.query.internal.past.EntryArchive;
import io.auditspring.query.internal.past.Past;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Reads the archive of a ledger by a DuckDB of its own for each question.
 */
public final class ArchiveReader implements EntryArchive, AutoCloseable {

	private final ArchiveOptions options;

	private final TrueFiles files;

	private final String ranges;

	/**
	 * Creates a reader.
	 * @param schema where the ledger is
	 * @param store the archive
	 * @param options what DuckDB may take
	 */
	public ArchiveReader(Schema schema, ArchiveStore store, ArchiveOptions options) {
		this.options = options;
		this.files = new TrueFiles(store, options);
		// Order and limit are there for the plan: one look into an index for each range,
		// however many there are, and none where its month is gone.
		this.ranges = """
				select chain, first_seq, last_seq, generation, manifest, first_recorded_at, last_recorded_at
				from (
					select distinct on (chain, first_seq) *
					from %s
					order by chain, first_seq, generation desc
				) as archived
				where (
					select true
					from %s as entry
					where entry.chain = archived.chain and entry.seq between archived.first_seq and archived.last_seq
					and entry.recorded_at between archived.first_recorded_at and archived.last_recorded_at
					order by entry.seq
					limit 1
				) is null
				order by chain, first_seq
				""".formatted(schema.table("audit_archived"), schema.table("audit_log"));
	}

	@Override
	public Optional<Past> past(Connection connection) throws SQLException {
		List<ArchivedRange> found = Sql.list(connection, this.ranges, ArchiveReader::range);
		this.files.keep(found);
		return found.isEmpty() ? Optional.empty() : Optional.of(new ArchivedPast(this, found));
	}

	private static ArchivedRange range(ResultSet row) throws SQLException {
		return new ArchivedRange(new RangeName(row.getString(1), row.getLong(2), row.getLong(3)), row.getInt(4),
				row.getString(5), instant(row, 6), instant(row, 7));
	}

	private static Instant instant(ResultSet row, int column) throws SQLException {
		return row.getObject(column, OffsetDateTime.class).toInstant();
	}

	/**
	 * What is to be found out.
	 *
	 * @param <T> the answer
	 */
	interface Question<T> {

		T ask(Statement statement, List<TrueFiles.Pair> files) throws SQLException;

	}

	<T> T ask(List<ArchivedRange> ranges, Question<T> question) {
		try {
			List<TrueFiles.Pair> pairs = new ArrayList<>();
			for (ArchivedRange range : ranges) {
				pairs.add(this.files.of(range));
			}
			try (DuckDb duckDb = DuckDb.reading(this.options,
					pairs.stream().flatMap((pair) -> Stream.of(pair.core(), pair.payload())).toList());
					Statement statement = duckDb.connection().createStatement()) {
				return question.ask(statement, pairs);
			}
		}
		catch (IOException | SQLException | IllegalArgumentException ex) {
			throw new DataAccessResourceFailureException("The archive cannot be read: " + ex.getMessage(), ex);
		}
	}

	/**
	 * All entries of some ranges, with the columns of both files, the chain and the place
	 * of the files.
	 */
	static String table(List<TrueFiles.Pair> files) {
		return IntStream.range(0, files.size())
			.mapToObj((at) -> "select %s as file, %s as chain, c.*, p.* exclude (seq) from %s c join %s p using (seq)"
				.formatted(at, DuckDbCondition.literal(files.get(at).range().name().chain()),
						DuckDb.table(files.get(at).core()), DuckDb.table(files.get(at).payload())))
			.collect(Collectors.joining(" union all ", "(", ")"));
	}

	@Override
	public void close() {
		this.files.close();
	}

}
