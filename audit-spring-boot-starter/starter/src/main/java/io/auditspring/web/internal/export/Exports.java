/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.verify.LedgerExport;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.internal.past.EntryArchive;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Writes entries to be taken away. Memory stays flat however many there are, and however
 * long.
 */
public final class Exports {

	/** As many entries are asked for at once. */
	private static final int PAGE = 200;

	private final AuditTrail trail;

	private final DataSource dataSource;

	private final Schema schema;

	private final @Nullable EntryArchive archive;

	/**
	 * Creates exports.
	 * @param trail the trail
	 * @param dataSource connections to the ledger's database
	 * @param schema where the ledger is
	 * @param archive what the trail reads that is no longer there, or {@code null}
	 */
	public Exports(AuditTrail trail, DataSource dataSource, Schema schema, @Nullable EntryArchive archive) {
		this.archive = archive;
		this.trail = trail;
		this.dataSource = dataSource;
		this.schema = schema;
	}

	/**
	 * Refuses columns that a CSV has not.
	 * @param names the names of columns
	 * @throws IllegalArgumentException naming those there are
	 */
	public static void requireColumns(List<String> names) {
		CsvExport.requireColumns(names);
	}

	/** With some columns, or with all if none is named. */
	public void csv(AuditQuery query, List<String> columns, boolean places, OutputStream out) throws IOException {
		CsvExport.write(this.trail.stream(query), columns, places, out);
	}

	public void ecs(AuditQuery query, boolean places, OutputStream out) throws IOException {
		EcsExport.write(this.trail.stream(query), places, out);
	}

	public void ocsf(AuditQuery query, boolean places, OutputStream out) throws IOException {
		OcsfExport.write(this.trail.stream(query), places, out);
	}

	/** Selected entries, each of which can be verified by itself. */
	public void selection(String description, AuditQuery query, OutputStream out) throws IOException {
		try (Writer lines = writer(out)) {
			new SelectionExport(this.dataSource, this.schema, this.archive).write(description,
					new Pages(this.trail.stream(query.withoutStates()).iterator()), lines);
		}
	}

	/**
	 * Whole chains, which prove that nothing is missing: all if none is named, or some
	 * with those that say what was erased or retired of them.
	 */
	public void chains(List<String> chains, OutputStream out) throws IOException {
		try (Writer lines = writer(out)) {
			LedgerExport export = new LedgerExport(this.dataSource, this.schema);
			if (!chains.isEmpty()) {
				export.write(chains, lines);
			}
			else {
				export.writeAll(lines);
			}
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

	private static Writer writer(OutputStream out) {
		return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
	}

	/**
	 * Where entries are, some at a time.
	 *
	 * @param entries the entries
	 */
	private record Pages(Iterator<AuditEntry> entries) implements Iterator<List<EntryKey>> {

		@Override
		public boolean hasNext() {
			return this.entries.hasNext();
		}

		@Override
		public List<EntryKey> next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			List<EntryKey> page = new ArrayList<>(PAGE);
			while (page.size() < PAGE && hasNext()) {
				AuditEntry entry = this.entries.next();
				page.add(new EntryKey(entry.getId(), entry.getRecordedAt()));
			}
			return page;
		}

	}

}
