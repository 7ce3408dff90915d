/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.baseline;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.PresentStates;
import io.auditspring.capture.internal.state.PresentStates.Kind;
import io.auditspring.capture.internal.state.PresentStates.Page;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.delivery.internal.outbox.Outbox;
import io.auditspring.delivery.internal.transaction.Handover;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.thread.BackgroundThreads;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.util.PatternMatchUtils;

/**
 * Records what entities were like when the trail began, so that their first change has
 * something before it. It does so once for each kind, in the background, a page after the
 * other, each in a transaction of its own that waits for the ledger; it leaves out what
 * the trail knows already, and so goes on where it was stopped.
 */
final class EntityBaseline implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(EntityBaseline.class);

	private static final String ACTION = "entity.baseline";

	private static final String COMPLETED = "entity.baseline.completed";

	/** Others who want to change a row of a page wait until it is staged. */
	private static final int PAGE = 100;

	private static final Duration WAIT = Duration.ofMillis(50);

	private final PresentStates states;

	private final EntryFactory factory;

	private final Handover delivery;

	private final Outbox outbox;

	private final AuditDatabase database;

	private final String[] patterns;

	private volatile boolean stopped;

	EntityBaseline(PresentStates states, EntryFactory factory, Handover delivery, Outbox outbox, AuditDatabase database,
			Set<String> patterns) {
		this.states = states;
		this.factory = factory;
		this.delivery = delivery;
		this.outbox = outbox;
		this.database = database;
		this.patterns = patterns.toArray(String[]::new);
	}

	@Override
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (this.patterns.length > 0) {
			BackgroundThreads.named("audit-baseline").newThread(this::run).start();
		}
	}

	@Override
	public void destroy() {
		this.stopped = true;
	}

	private void run() {
		for (Kind kind : this.states.kinds()) {
			if (kind.names().anyMatch((name) -> PatternMatchUtils.simpleMatch(this.patterns, name))) {
				try {
					record(kind);
				}
				catch (Exception ex) {
					if (!this.stopped) {
						logger.error("The state that {} had when the audit trail began could not be recorded; "
								+ "the next start goes on with it", kind.name(), ex);
					}
				}
			}
		}
	}

	private void record(Kind kind) throws SQLException {
		String obstacle = obstacle(kind);
		if (obstacle != null) {
			logger.warn("The present state of {} is not recorded (audit.capture.baseline): {}", kind.name(), obstacle);
			return;
		}
		if (isCompleted(kind)) {
			return;
		}
		Operation operation = operation(AuditRecord.action(ACTION).build());
		long recorded = 0;
		Page page = new Page(List.of(), null);
		do {
			Result result = recordPage(kind, operation, page.last(), PAGE);
			if (result == null) {
				return;
			}
			recorded += result.recorded();
			page = result.page();
		}
		while (!this.stopped && page.states().size() == PAGE);
		if (!this.stopped) {
			complete(kind, recorded);
		}
	}

	// What is known of one of several would be said of all.
	private @Nullable String obstacle(Kind kind) {
		if (!kind.isOrdered()) {
			return "a part of its identifier has no order to go by";
		}
		if (this.database.outboxes().areSeveral()) {
			return "the data source routes between databases, and only one of them would be read";
		}
		return kind.isOfTenants() ? "it belongs to tenants, and only one of them would be read" : null;
	}

	/**
	 * Records one page.
	 * @param kind of what kind of entities
	 * @param operation what all of its entries belong to
	 * @param after the last identifier of the page before, or {@code null}
	 * @param size how many entities to read
	 * @return what was read and recorded; {@code null} where this was stopped before its
	 * turn came
	 */
	@Nullable Result recordPage(Kind kind, Operation operation, @Nullable Object after, int size) {
		Staged staged = null;
		while (staged == null && !this.stopped) {
			staged = kind.factory().fromTransaction((session) -> readAndStage(session, kind, operation, after, size));
			if (staged == null) {
				LockSupport.parkNanos(WAIT.toNanos());
			}
		}
		if (staged == null) {
			return null;
		}
		if (staged.row() != null) {
			deliver(staged.row(), staged.recorded());
		}
		return new Result(staged.page(), staged.recorded());
	}

	private @Nullable Staged readAndStage(Session session, Kind kind, Operation operation, @Nullable Object after,
			int size) {
		if (!session.doReturningWork(this::isOurTurn)) {
			return null;
		}
		Page page = kind.read(session, after, size);
		List<Entry> entries = new ArrayList<>();
		Set<String> known = known(kind, page.states());
		for (EntityChange state : page.states()) {
			if (!known.contains(state.id())) {
				entries.add(this.factory.baseline(operation, state));
			}
		}
		return new Staged(page, entries.size(), entries.isEmpty() ? null : stage(session, entries));
	}

	static Operation operation(AuditRecord record) {
		return new Operation(Operation.newId(),
				new Origin(Instant.now(), Actor.system("audit"), null, RequestDetails.NONE), record, false);
	}

	// Other instances do the same, one at a time. What they have staged is not known yet,
	// and is waited for without a transaction.
	private boolean isOurTurn(Connection connection) throws SQLException {
		Sql.execute(connection, "select pg_advisory_xact_lock(hashtextextended(?, 0))",
				this.database.schema().name() + ':' + ACTION);
		return !this.outbox.mentions(connection, '"' + ACTION + '"');
	}

	private void deliver(StagedRow row, int entries) {
		this.delivery.committed(row, entries, 0);
		this.delivery.relayNow(row);
	}

	private StagedRow stage(Session session, List<Entry> entries) {
		StagedRow row = session.doReturningWork((connection) -> this.delivery.stage(connection, entries));
		if (row == null) {
			throw new IllegalStateException("The entries could not be staged");
		}
		return row;
	}

	// Also what was erased: nobody may bring it back.
	private Set<String> known(Kind kind, List<EntityChange> states) {
		try (Connection connection = this.database.workDataSource().getConnection()) {
			return new HashSet<>(Sql.list(connection, """
					select distinct target_id from %s
					where target_type = any(?) and target_id = any(?)
						and (before_state is not null or after_state is not null or data_digest is not null)
					""".formatted(this.database.schema().table("audit_log")), (row) -> row.getString(1),
					Sql.array("text", states.stream().map(EntityChange::type).distinct().toList()),
					Sql.array("text", states.stream().map(EntityChange::id).toList())));
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The ledger cannot be read for " + kind.name(), ex);
		}
	}

	private boolean isCompleted(Kind kind) throws SQLException {
		try (Connection connection = this.database.workDataSource().getConnection()) {
			return Sql.is(connection, "select exists (select from %s where action = ? and target_type = ?)"
				.formatted(this.database.schema().table("audit_log")), COMPLETED, kind.name());
		}
	}

	private void complete(Kind kind, long recorded) {
		AuditRecord record = AuditRecord.action(COMPLETED)
			.target(kind.name(), "*")
			.metadata("recorded", recorded)
			.build();
		Entry entry = this.factory.entry(operation(record), record, null);
		StagedRow row = kind.factory().fromTransaction((session) -> stage(session, List.of(entry)));
		deliver(row, 1);
		logger.info("The audit trail knows the state that {} had when it began: {} entries", kind.name(), recorded);
	}

	/**
	 * What became of a page.
	 *
	 * @param page what was read
	 * @param recorded how many entities were new to the trail
	 */
	record Result(Page page, int recorded) {

	}

	private record Staged(Page page, int recorded, @Nullable StagedRow row) {

	}

}
