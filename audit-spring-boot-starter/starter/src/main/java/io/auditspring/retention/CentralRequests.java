/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.database.internal.PeriodicWorker;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.RedactionRequest;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases what the ledger asks for that receives the chains of this one. Who can write
 * requests into the database can write any: nothing is erased that no key signed which is
 * known here.
 */
final class CentralRequests extends PeriodicWorker {

	private static final Logger logger = LoggerFactory.getLogger(CentralRequests.class);

	private static final Duration FIRST_DELAY = Duration.ofMillis(500);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private static final int AT_ONCE = 1000;

	/** What was left may have to be looked for in an archive again. */
	private static final Duration BETWEEN_TRIES = Duration.ofMinutes(10);

	private final DataSource dataSource;

	private final @Nullable Checkpoints checkpoints;

	private final Redaction redaction;

	private final TrustedKeys keys;

	private final String open;

	/** What was told in the log already. */
	private final Set<Asked> told = new HashSet<>();

	/** What was left since it began with the first one. */
	private final Set<Asked> left = new HashSet<>();

	/** What was left lately, and when, by {@link System#nanoTime()}. */
	private final Map<Asked, Long> leftAt = new HashMap<>();

	/** Behind which one it looks on, or {@code null} for the first one. */
	private @Nullable Asked last;

	private boolean failing;

	CentralRequests(DataSource dataSource, Schema schema, @Nullable Checkpoints checkpoints, Redaction redaction,
			TrustedKeys keys) {
		super("audit-central-requests", FIRST_DELAY, INTERVAL);
		this.dataSource = dataSource;
		this.checkpoints = checkpoints;
		this.redaction = redaction;
		this.keys = keys;
		this.open = """
				select asked.chain, asked.seq, asked.id, asked.redacted, asked.reason, asked.note
				from %s as asked join %s as entry
				on entry.chain = asked.chain and entry.seq = asked.seq and entry.id = asked.id
				where asked.note is not null
				and case asked.redacted when 'actor' then entry.actor_digest else entry.data_digest end is null
				and (asked.chain, asked.seq, asked.redacted) > (?, ?, ?)
				order by asked.chain, asked.seq, asked.redacted
				limit %s
				""".formatted(schema.table("audit_request"), schema.table("audit_log"), AT_ONCE);
	}

	/** What is asked for. */
	private record Asked(String chain, long seq, UUID id, String group, String reason, String note) {

		private static Asked of(ResultSet row) throws SQLException {
			return new Asked(row.getString(1), row.getLong(2), row.getObject(3, UUID.class), row.getString(4),
					row.getString(5), row.getString(6));
		}

	}

	@Override
	public boolean isAutoStartup() {
		return this.checkpoints != null && !this.keys.keys().isEmpty();
	}

	@Override
	protected void run() {
		try {
			Asked after = this.last;
			List<Asked> open = OwnTransaction.look(this.dataSource,
					(connection) -> Sql.list(connection, this.open, Asked::of, (after != null) ? after.chain() : "",
							(after != null) ? after.seq() : -1, (after != null) ? after.group() : ""));
			Set<YearMonth> months = new TreeSet<>();
			List<RuntimeException> failures = new ArrayList<>(0);
			try {
				signed(open).forEach((work, asked) -> {
					try {
						erase(work, asked, months);
					}
					catch (RuntimeException ex) {
						// The others must not wait for it.
						failures.add(ex);
					}
				});
				lookOnBehind(open);
			}
			finally {
				// What is erased is not open any more, and nobody would come back to it.
				this.redaction.forget(months);
			}
			if (!failures.isEmpty()) {
				throw failures.get(0);
			}
			this.failing = false;
		}
		catch (SQLException | RuntimeException ex) {
			if (!this.failing && isRunning()) {
				logger.warn("What the receiving ledger asks to be erased cannot be erased; it is tried again: {}",
						LoggedFailure.text(ex));
			}
			this.failing = true;
		}
	}

	/**
	 * What is left keeps nothing else waiting: the next ones come first, and it again.
	 */
	private void lookOnBehind(List<Asked> open) {
		if (open.size() == AT_ONCE) {
			this.last = open.get(AT_ONCE - 1);
		}
		else {
			this.last = null;
			this.told.retainAll(this.left);
			this.leftAt.keySet().retainAll(this.left);
			this.left.clear();
		}
	}

	private String log(String chain) {
		return Objects.requireNonNull(this.checkpoints).latest(chain).map(Checkpoint::origin).orElse("");
	}

	/**
	 * What a key that is known here signed, by what is done at once: the archive is read
	 * for each.
	 */
	private Map<Work, List<Asked>> signed(List<Asked> open) {
		Map<String, String> logs = new HashMap<>();
		Map<Work, List<Asked>> signed = new LinkedHashMap<>();
		for (Asked asked : open) {
			Long before = this.leftAt.get(asked);
			if (before != null && System.nanoTime() - before < BETWEEN_TRIES.toNanos()) {
				this.left.add(asked);
				continue;
			}
			RedactionRequest request = new RedactionRequest(logs.computeIfAbsent(asked.chain(), this::log), asked.seq(),
					asked.id(), asked.group(), asked.reason());
			if (request.isSigned(asked.note(), this.keys)) {
				signed
					.computeIfAbsent(new Work(asked.chain(), asked.group(), asked.reason()),
							(work) -> new ArrayList<>())
					.add(asked);
			}
			else {
				tell(asked, "no key of audit.retention.centre-keys signed that");
			}
		}
		return signed;
	}

	/**
	 * What is done at once.
	 *
	 * @param chain of which chain
	 * @param group what is to be erased, as it is stored
	 * @param reason why
	 */
	private record Work(String chain, String group, String reason) {

	}

	private void erase(Work work, List<Asked> asked, Set<YearMonth> months) {
		Erasure erasure = new Erasure();
		try {
			this.redaction.redactOnly(work.chain(), asked.stream().map(Asked::id).toList(),
					EntryGroup.valueOf(work.group().toUpperCase(Locale.ROOT)), work.reason(), erasure);
		}
		finally {
			months.addAll(erasure.touched());
		}
		erasure.report().left().forEach((cause, ids) -> {
			Set<UUID> left = new HashSet<>(ids);
			asked.stream().filter((each) -> left.contains(each.id())).forEach((each) -> {
				this.leftAt.put(each, System.nanoTime());
				tell(each, "it is " + cause.name().toLowerCase(Locale.ROOT));
			});
		});
	}

	private void tell(Asked asked, String why) {
		this.left.add(asked);
		if (this.told.add(asked)) {
			logger.warn(
					"Entry {} of audit chain '{}' is to be erased as the receiving ledger asks for it, but is not: {}",
					asked.seq(), asked.chain(), why);
		}
	}

}
