/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

import io.auditspring.capture.internal.mapping.EnversRows;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.Session;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.jspecify.annotations.Nullable;

/**
 * What Envers recorded in its tables: each row of each audited entity. Properties are
 * called as in these rows, so a reference is the identifier of what it refers to
 * ({@code customer_id}), and a property of an embedded one has the name of both
 * ({@code address_street}). Collections that have tables of their own are left out.
 *
 * @since 0.1.0
 */
public final class EnversHistory implements AuditHistory {

	private static final int PAGE = 100;

	private final SessionFactoryImplementor unit;

	private final EnversRows rows;

	private final Function<Object, @Nullable String> author;

	private EnversHistory(SessionFactoryImplementor unit, Function<Object, @Nullable String> author) {
		this.unit = unit;
		this.rows = new EnversRows(unit);
		this.author = author;
	}

	/**
	 * Reads Envers' tables.
	 * @param factory the persistence unit
	 * @return its history, whose authors nobody knows
	 */
	public static EnversHistory of(EntityManagerFactory factory) {
		return of(factory, (revision) -> null);
	}

	/**
	 * Reads Envers' tables, where the revision entity knows who made it.
	 * @param factory the persistence unit
	 * @param author gives the author of a revision entity, or {@code null}
	 * @return its history
	 */
	public static EnversHistory of(EntityManagerFactory factory, Function<Object, @Nullable String> author) {
		return new EnversHistory(factory.unwrap(SessionFactoryImplementor.class), author);
	}

	@Override
	public String name() {
		return "Envers";
	}

	@Override
	public void read(@Nullable String after, Consumer<HistoricCommit> sink) {
		long last = (after != null) ? Long.parseLong(after) : Long.MIN_VALUE;
		List<Long> revisions;
		do {
			long from = last;
			revisions = this.unit.fromSession((session) -> page(session, from, sink));
			last = revisions.isEmpty() ? last : revisions.get(revisions.size() - 1);
		}
		while (!revisions.isEmpty());
	}

	private List<Long> page(Session session, long after, Consumer<HistoricCommit> sink) {
		session.setDefaultReadOnly(true);
		List<Long> revisions = this.rows.revisions(session, after, PAGE);
		if (!revisions.isEmpty()) {
			Map<Long, List<EnversRows.Row>> rows = this.rows.rows(session, revisions.get(0),
					revisions.get(revisions.size() - 1));
			for (long revision : revisions) {
				sink.accept(commit(session, revision, rows.getOrDefault(revision, List.of())));
			}
		}
		return revisions;
	}

	private HistoricCommit commit(Session session, long revision, List<EnversRows.Row> rows) {
		return new HistoricCommit(String.valueOf(revision), this.author.apply(this.rows.revision(session, revision)),
				this.rows.time(session, revision),
				rows.stream()
					.map((row) -> new HistoricCommit.Change(row.entity().getSimpleName(), row.id(), row.before(),
							row.after(), row.entity()))
					.toList());
	}

}
