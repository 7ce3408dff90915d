/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Erases here what sources were asked to erase and cannot any more, as they are gone for
 * good, or have retired it since. Where the user may not erase, another application does.
 */
final class AbandonedRequests implements TableUpkeep {

	private static final Logger logger = LoggerFactory.getLogger(AbandonedRequests.class);

	/** What is left, as something is on hold, may have to be looked for in an archive. */
	private static final Duration BETWEEN_TRIES = Duration.ofDays(1);

	private final DataSource dataSource;

	private final Supplier<Redaction> redaction;

	private final String function;

	private final String open;

	private final String end;

	/** What was left the last time. */
	private List<Asked> left = List.of();

	/** What was told in the log already. */
	private final Set<Asked> told = new HashSet<>();

	/** When that was, by {@link System#nanoTime()}. */
	private long leftAt;

	AbandonedRequests(DataSource dataSource, Schema schema, Supplier<Redaction> redaction) {
		this.dataSource = dataSource;
		this.redaction = redaction;
		this.function = schema.table("audit_abandoned_requests()");
		this.open = "select chain, seq, id, redacted, reason, archived from " + this.function;
		this.end = "select %s(?, ?, ?, ?)".formatted(schema.table("audit_end_request"));
	}

	/**
	 * What was asked for.
	 *
	 * @param archived whether the entry is in the archive, too, or there only
	 */
	private record Asked(String chain, long seq, UUID id, String group, String reason, boolean archived) {

		private static Asked of(ResultSet row) throws SQLException {
			return new Asked(row.getString(1), row.getLong(2), row.getObject(3, UUID.class), row.getString(4),
					row.getString(5), row.getBoolean(6));
		}

		/** Nobody can erase it, or it is erased. */
		private boolean isDone(ErasureReport.@Nullable Cause left) {
			return left == null || left == ErasureReport.Cause.KEPT
					|| (!this.archived && (left == ErasureReport.Cause.RETIRED || left == ErasureReport.Cause.MISSING));
		}

	}

	/**
	 * What is erased at once.
	 *
	 * @param chain of which chain
	 * @param group what of the entries
	 * @param reason why
	 */
	private record Kind(String chain, String group, String reason) {

	}

	@Override
	public void keep() throws DataAccessException {
		try {
			List<Asked> open = OwnTransaction
				.look(this.dataSource,
						(connection) -> Sql.is(connection,
								"select has_function_privilege(to_regprocedure(?), 'EXECUTE')", this.function)
										? Sql.list(connection, this.open, Asked::of) : List.of());
			if (open.equals(this.left) && System.nanoTime() - this.leftAt < BETWEEN_TRIES.toNanos()) {
				return;
			}
			Map<Kind, List<Asked>> kinds = open.stream()
				.collect(Collectors.groupingBy((asked) -> new Kind(asked.chain(), asked.group(), asked.reason()),
						LinkedHashMap::new, Collectors.toList()));
			List<Asked> left = new ArrayList<>();
			List<DataAccessException> failures = new ArrayList<>(0);
			for (Map.Entry<Kind, List<Asked>> kind : kinds.entrySet()) {
				try {
					left.addAll(erase(kind.getKey(), kind.getValue()));
				}
				catch (DataAccessException ex) {
					// The others must not wait for it.
					failures.add(ex);
				}
			}
			this.told.retainAll(left);
			if (!failures.isEmpty()) {
				throw failures.get(0);
			}
			this.left = left;
			this.leftAt = System.nanoTime();
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException(
					"What sources of audit entries cannot erase any more is not erased here either", ex);
		}
	}

	/** Gives what is left. */
	private List<Asked> erase(Kind kind, List<Asked> all) throws SQLException {
		ErasureReport report = this.redaction.get()
			.redact(Map.of(kind.chain(), all.stream().map(Asked::id).toList()),
					EntryGroup.valueOf(kind.group().toUpperCase(Locale.ROOT)), kind.reason());
		Map<UUID, ErasureReport.Cause> causes = new HashMap<>();
		report.left().forEach((cause, ids) -> ids.forEach((id) -> causes.put(id, cause)));
		List<Asked> left = OwnTransaction.run(this.dataSource, (connection) -> {
			List<Asked> open = new ArrayList<>();
			for (Asked asked : all) {
				if (asked.isDone(causes.get(asked.id()))) {
					Sql.execute(connection, this.end, asked.chain(), asked.seq(), asked.id(), asked.group());
				}
				else {
					open.add(asked);
				}
			}
			return open;
		});
		List<Asked> news = new ArrayList<>(left);
		news.removeAll(this.told);
		if (!news.isEmpty()) {
			Asked first = news.get(0);
			logger.warn(
					"Entry {} of audit chain '{}' and {} others are to be erased, which its source cannot do any more, "
							+ "and are not erased here either: the first one is {}",
					first.seq(), first.chain(), news.size() - 1,
					String.valueOf(causes.get(first.id())).toLowerCase(Locale.ROOT));
			this.told.addAll(news);
		}
		return left;
	}

}
