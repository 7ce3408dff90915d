/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.history;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.AuditReceipt;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Takes over what another library recorded, as entries that say what they are: their
 * action is {@value #ACTION}, {@code occurredAt} is the time of the change and
 * {@code recordedAt} that of the import, and their metadata names the history
 * ({@code imported}) and the commit ({@code position}). History cannot be made
 * tamper-evident after the fact: the entries are only as true as what they were made of,
 * and {@code stateAt} does not count them.
 * <p>
 * It may be run again: it goes on behind the last commit that is in the ledger. Nobody
 * may import at the same time, which is refused. Inject the bean.
 *
 * @since 0.1.0
 */
public final class HistoryImporter {

	/** The action of each entry that was taken over. */
	public static final String ACTION = "entity.imported";

	/** The action of the entries around them. */
	public static final String STARTED = "history.import.started";

	/** Says how many entries were made. */
	public static final String COMPLETED = "history.import.completed";

	private static final String IMPORTED = "imported";

	private static final String POSITION = "position";

	private static final int BATCH = 500;

	/** Of an advisory lock: "audithis". */
	private static final long LOCK = 0x6175646974686973L;

	private final AuditRecorder recorder;

	private final AuditTrail trail;

	private final DataSource dataSource;

	private final Masking masking;

	private final ObjectProvider<PlatformTransactionManager> transactions;

	HistoryImporter(AuditRecorder recorder, AuditTrail trail, DataSource dataSource, Masking masking,
			ObjectProvider<PlatformTransactionManager> transactions) {
		this.recorder = recorder;
		this.trail = trail;
		this.dataSource = dataSource;
		this.masking = masking;
		this.transactions = transactions;
	}

	/**
	 * Takes over what is not in the ledger yet, and returns when it is. Takes about as
	 * long as saving as many entities does.
	 * @param history what to take over
	 * @return how many entries were made
	 * @throws IllegalStateException if somebody else imports at this time, or an entry
	 * did not reach the ledger; it can be run again when the cause is mended
	 * @throws org.springframework.dao.DataAccessException if the history or the ledger
	 * cannot be read
	 */
	public long importFrom(AuditHistory history) {
		try (Connection lock = this.dataSource.getConnection()) {
			boolean autoCommit = lock.getAutoCommit();
			lock.setAutoCommit(false);
			try {
				if (!ask(lock, "select pg_try_advisory_xact_lock(" + LOCK + ")")) {
					throw new IllegalStateException(
							"A history is being imported already: wait until that has ended, or end it");
				}
				return run(history, lock);
			}
			finally {
				lock.rollback();
				lock.setAutoCommit(autoCommit);
			}
		}
		catch (SQLException ex) {
			throw new UncategorizedSQLException("import of " + history.name(), null, ex);
		}
	}

	private long run(AuditHistory history, Connection lock) {
		// What was staged before it is in the ledger when this is.
		await(inTransaction(() -> List.of(this.recorder.record(about(history, STARTED).build()))));
		Batch batch = new Batch(history, lock);
		history.read(position(history), batch::add);
		batch.flush();
		await(inTransaction(() -> List
			.of(this.recorder.record(about(history, COMPLETED).metadata("entries", batch.entries).build()))));
		return batch.entries;
	}

	private @Nullable String position(AuditHistory history) {
		return this.trail.find(AuditQuery.all().action(ACTION).metadata(IMPORTED, history.name()).limit(1))
			.stream()
			.findFirst()
			.map(AuditEntry::getMetadata)
			.map((metadata) -> String.valueOf(metadata.get(POSITION)))
			.orElse(null);
	}

	private static AuditRecord.Builder about(AuditHistory history, String action) {
		return AuditRecord.action(action).metadata(IMPORTED, history.name()).delivery(Delivery.TRANSACTIONAL);
	}

	private List<AuditReceipt> inTransaction(Work work) {
		PlatformTransactionManager manager = this.transactions.getIfUnique();
		if (manager == null) {
			throw new IllegalStateException("The application has no transaction manager, or several of which none is "
					+ "primary: mark the one of the business data as @Primary to import a history");
		}
		List<AuditReceipt> receipts = new TransactionTemplate(manager).execute((status) -> work.run());
		return (receipts != null) ? receipts : List.of();
	}

	private static void await(List<AuditReceipt> receipts) {
		try {
			for (AuditReceipt receipt : receipts) {
				receipt.chained().toCompletableFuture().join();
			}
		}
		catch (CompletionException ex) {
			throw new IllegalStateException("An imported entry did not reach the ledger; import again when the cause "
					+ "is mended: " + ex.getCause().getMessage(), ex.getCause());
		}
	}

	private static boolean ask(Connection connection, String question) throws SQLException {
		try (var statement = connection.createStatement(); var answer = statement.executeQuery(question)) {
			return answer.next() && answer.getBoolean(1);
		}
	}

	/**
	 * Work within a transaction.
	 */
	@FunctionalInterface
	private interface Work {

		List<AuditReceipt> run();

	}

	/**
	 * Whole commits that become entries in one transaction.
	 */
	private final class Batch {

		private final AuditHistory history;

		private final Connection lock;

		private final List<AuditRecord> records = new ArrayList<>();

		private long entries;

		Batch(AuditHistory history, Connection lock) {
			this.history = history;
			this.lock = lock;
		}

		void add(HistoricCommit commit) {
			for (HistoricCommit.Change change : commit.changes()) {
				AuditRecord.Builder record = about(this.history, ACTION);
				if (commit.author() == null) {
					record.metadata("author", "unknown");
				}
				this.records.add(record.actor(actor(commit.author()))
					.target(change.type(), change.id())
					.occurredAt(commit.time())
					.before(masked(change.before(), change.owner()))
					.after(masked(change.after(), change.owner()))
					.metadata(POSITION, commit.position())
					.build());
			}
			if (this.records.size() >= BATCH) {
				flush();
			}
		}

		void flush() {
			if (this.records.isEmpty()) {
				return;
			}
			requireLock();
			List<AuditReceipt> receipts = inTransaction(
					() -> this.records.stream().map(HistoryImporter.this.recorder::record).toList());
			await(List.of(receipts.get(receipts.size() - 1)));
			this.entries += this.records.size();
			this.records.clear();
		}

		// Who lost the connection lost the lock.
		private void requireLock() {
			try {
				ask(this.lock, "select true");
			}
			catch (SQLException ex) {
				throw new UncategorizedSQLException("import of " + this.history.name(), null, ex);
			}
		}

		private Actor actor(@Nullable String author) {
			return (author != null) ? Actor.user(author) : Actor.anonymous();
		}

		private @Nullable Map<String, @Nullable Object> masked(@Nullable Map<String, @Nullable Object> state,
				@Nullable Class<?> owner) {
			if (state == null || owner == null) {
				return state;
			}
			Map<String, @Nullable Object> masked = new LinkedHashMap<>(state);
			masked.replaceAll((name, value) -> hides(owner, name) ? Masking.MASK : value);
			return masked;
		}

		private boolean hides(Class<?> owner, String name) {
			return HistoryImporter.this.masking.hidesRead(owner, name);
		}

	}

}
