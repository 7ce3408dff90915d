/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive.internal.parquet;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;

import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries into the two files. They wait in a database on disk until all are there,
 * so memory does not grow with them.
 */
public final class EntryFilesWriter implements AutoCloseable {

	private final DuckDb duckDb;

	private final @Nullable DuckDBAppender core;

	private final DuckDBAppender payload;

	private EntryFilesWriter(DuckDb duckDb, boolean withCore) throws SQLException {
		this.duckDb = duckDb;
		// Never committed: a commit for each of the appenders' batches would wait for the
		// disk.
		duckDb.connection().setAutoCommit(false);
		duckDb.execute("create table %s (%s)".formatted(Columns.PAYLOAD_TABLE, Columns.PAYLOAD));
		if (withCore) {
			duckDb.execute("create table %s (%s)".formatted(Columns.CORE_TABLE, Columns.CORE));
		}
		this.core = withCore ? duckDb.connection().createAppender(Columns.CORE_TABLE) : null;
		this.payload = duckDb.connection().createAppender(Columns.PAYLOAD_TABLE);
	}

	/**
	 * Begins.
	 * @param duckDb where entries wait
	 * @param withCore whether to write both files; otherwise only what can be erased
	 * @return the writer
	 * @throws SQLException if DuckDB fails
	 */
	public static EntryFilesWriter begin(DuckDb duckDb, boolean withCore) throws SQLException {
		return new EntryFilesWriter(duckDb, withCore);
	}

	/**
	 * Takes the next entry.
	 * @param archived the entry
	 * @throws SQLException if DuckDB fails
	 */
	public void append(ArchivedEntry archived) throws SQLException {
		if (this.core != null) {
			appendCore(this.core, archived);
		}
		appendPayload(this.payload, archived.entry());
	}

	private static void appendCore(DuckDBAppender row, ArchivedEntry archived) throws SQLException {
		CoreObject core = archived.entry().core();
		StoredEntry.Place place = archived.entry().place();
		row.beginRow();
		row.append(Objects.requireNonNull(place.seq()).longValue());
		append(row, core.id());
		row.appendEpochMicros(Micros.of(Objects.requireNonNull(place.recordedAt())));
		row.appendEpochMicros(Micros.of(Instant.parse(Objects.requireNonNull(core.occurredAt()))));
		append(row, core.service());
		append(row, core.tenant());
		append(row, core.operation());
		append(row, core.action());
		append(row, core.category());
		append(row, core.severity());
		append(row, core.outcome());
		append(row, core.actorType());
		append(row, core.targetType());
		append(row, core.targetId());
		append(row, core.revision());
		append(row, core.durationMicros());
		append(row, core.traceId());
		row.append(archived.actorDigest());
		row.append(archived.dataDigest());
		row.append(place.hash());
		row.endRow();
	}

	private static void appendPayload(DuckDBAppender row, StoredEntry entry) throws SQLException {
		ActorObject actor = entry.actor();
		Entry.DataGroup data = entry.data();
		row.beginRow();
		row.append(Objects.requireNonNull(entry.place().seq()).longValue());
		row.append(entry.actorDigest() != null);
		row.append(entry.dataDigest() != null);
		row.append(entry.salt());
		append(row, actor.id());
		append(row, actor.name());
		append(row, actor.impersonator());
		append(row, Addresses.text(actor.ip()));
		append(row, actor.userAgent());
		append(row, actor.session());
		append(row, actor.device());
		append(row, actor.geo());
		append(row, data.targetName());
		append(row, data.message());
		append(row, data.justification());
		append(row, data.error());
		append(row, data.before());
		append(row, data.after());
		append(row, data.changes());
		append(row, data.metadata());
		append(row, data.related());
		row.endRow();
	}

	private static void append(DuckDBAppender row, @Nullable String text) throws SQLException {
		if (text != null) {
			row.append(text);
		}
		else {
			row.appendNull();
		}
	}

	private static void append(DuckDBAppender row, @Nullable CanonicalJson json) throws SQLException {
		append(row, (json != null) ? json.toString() : null);
	}

	private static void append(DuckDBAppender row, @Nullable Long number) throws SQLException {
		if (number != null) {
			row.append(number.longValue());
		}
		else {
			row.appendNull();
		}
	}

	/**
	 * Writes the files.
	 * @return where they are
	 * @throws SQLException if DuckDB fails
	 */
	public Written finish() throws SQLException {
		this.payload.close();
		Path coreFile = null;
		if (this.core != null) {
			this.core.close();
			coreFile = copy(Columns.CORE_TABLE);
		}
		return new Written(coreFile, copy(Columns.PAYLOAD_TABLE));
	}

	/** They come in their order, and DuckDB keeps it. */
	private Path copy(String table) throws SQLException {
		Path file = this.duckDb.directory().resolve(table + ".parquet");
		this.duckDb.execute("copy %s to %s %s".formatted(table, DuckDb.quote(file), Columns.copyOptions()));
		return file;
	}

	@Override
	public void close() throws SQLException {
		if (this.core != null) {
			this.core.close();
		}
		this.payload.close();
	}

	/**
	 * The files as they were written.
	 *
	 * @param core the one that never changes, or {@code null} if only the other was
	 * wanted
	 * @param payload the one that can be erased
	 */
	public record Written(@Nullable Path core, Path payload) {

	}

}
