/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.approval;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Approval;
import io.auditspring.ApprovalStore;
import io.auditspring.ledger.Schema;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

/**
 * Keeps requests beside the ledger, on connections of its own: a request must be there
 * even if the transaction of who asks is rolled back.
 */
final class JdbcApprovalStore implements ApprovalStore {

	private static final String COLUMNS = "id, action, reason, arguments, digest, requester, agent, tenant, requested_at, "
			+ "status, decided_by, justification, delegation";

	/** For how long requests stay that are over. */
	private static final Duration KEPT = Duration.ofDays(7);

	/** No id comes before it. */
	private static final UUID FIRST = new UUID(0, 0);

	private final DataSource dataSource;

	private final Schema schema;

	private final String table;

	/** Whether statements belong to the transaction of the thread. */
	private final boolean joining;

	JdbcApprovalStore(DataSource dataSource, Schema schema) {
		this(dataSource, schema, false);
	}

	private JdbcApprovalStore(DataSource dataSource, Schema schema, boolean joining) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.table = schema.table("audit_approval");
		this.joining = joining;
	}

	/**
	 * The same requests, where statements take part in the transaction of the thread.
	 * @param transactional whose transactions they are
	 * @return a store that needs a transaction
	 */
	JdbcApprovalStore within(DataSource transactional) {
		return new JdbcApprovalStore(transactional, this.schema, true);
	}

	@Override
	public void add(Approval approval) {
		update("insert into %s (%s) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)".formatted(this.table, COLUMNS),
				approval.id(), approval.action(), approval.reason(), approval.arguments(), approval.digest(),
				approval.requester(), approval.agent(), approval.tenant(), time(approval.requestedAt()),
				text(approval.status()), approval.decidedBy(), approval.justification(), approval.delegation());
	}

	@Override
	public Optional<Approval> find(UUID id) {
		return query("select %s from %s where id = ?".formatted(COLUMNS, this.table), id).stream().findFirst();
	}

	@Override
	public Optional<Approval> latest(String action, String digest, String requester, Instant since) {
		return query("""
				select %s
				from %s
				where digest = ? and action = ? and requester = ? and requested_at >= ? and status <> 'used'
				order by status = 'granted' desc, requested_at desc
				limit 1
				""".formatted(COLUMNS, this.table), digest, action, requester, time(since)).stream().findFirst();
	}

	@Override
	public List<Approval> pending(Instant since, @Nullable Approval after, int limit) {
		Instant from = (after != null) ? after.requestedAt() : since;
		return query("""
				select %s
				from %s
				where status = 'pending' and requested_at >= ? and (requested_at > ? or (requested_at = ? and id > ?))
				order by requested_at, id
				limit ?
				""".formatted(COLUMNS, this.table), time(since), time(from), time(from),
				(after != null) ? after.id() : FIRST, limit);
	}

	@Override
	public int countPending(String requester, Instant since) {
		return execute("""
				select count(*)
				from %s
				where status = 'pending' and requested_at >= ? and requester = ?
				""".formatted(this.table), new Object[] { time(since), requester }, (statement) -> {
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getInt(1);
			}
		});
	}

	/**
	 * Removes what has been over for a week: another application that shares the table
	 * may decide requests for longer than this one. The ledger tells of each step. Does
	 * nothing where the user may not, as the roles have not been brought up to date.
	 * @param before the time before which requests that are over were asked for
	 */
	void removeOver(Instant before) {
		boolean allowed = execute("select has_table_privilege(?, 'DELETE')", new Object[] { this.table },
				(statement) -> {
					try (ResultSet row = statement.executeQuery()) {
						return row.next() && row.getBoolean(1);
					}
				});
		if (allowed) {
			update("delete from %s where requested_at < ?".formatted(this.table), time(before.minus(KEPT)));
		}
	}

	@Override
	public boolean move(UUID id, Approval.Status from, Approval.Status to, @Nullable String decidedBy,
			@Nullable String justification) {
		return update("""
				update %s
				set status = ?, decided_by = coalesce(?, decided_by), justification = coalesce(?, justification)
				where id = ? and status = ?
				""".formatted(this.table), text(to), decidedBy, justification, id, text(from)) == 1;
	}

	private int update(String sql, @Nullable Object... values) {
		return execute(sql, values, PreparedStatement::executeUpdate);
	}

	private List<Approval> query(String sql, @Nullable Object... values) {
		return execute(sql, values, (statement) -> {
			List<Approval> found = new ArrayList<>();
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					found.add(approval(rows));
				}
			}
			return found;
		});
	}

	private <T> T execute(String sql, @Nullable Object[] values, Work<T> work) {
		try {
			if (this.joining) {
				// It is closed at the transaction's end.
				return execute(DataSourceUtils.doGetConnection(this.dataSource), sql, values, work);
			}
			try (Connection connection = this.dataSource.getConnection()) {
				T result = execute(connection, sql, values, work);
				if (!connection.getAutoCommit()) {
					connection.commit();
				}
				return result;
			}
		}
		catch (SQLException ex) {
			throw new SQLExceptionSubclassTranslator().translate("Approval", sql, ex);
		}
	}

	private static <T> T execute(Connection connection, String sql, @Nullable Object[] values, Work<T> work)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < values.length; i++) {
				if (values[i] instanceof List<?> texts) {
					statement.setArray(i + 1, connection.createArrayOf("text", texts.toArray()));
				}
				else {
					statement.setObject(i + 1, values[i]);
				}
			}
			return work.with(statement);
		}
	}

	private static Approval approval(ResultSet row) throws SQLException {
		return new Approval(row.getObject(1, UUID.class), row.getString(2), row.getString(3), row.getString(4),
				row.getString(5), row.getString(6), row.getString(7), List.of((String[]) row.getArray(13).getArray()),
				row.getString(8), row.getObject(9, OffsetDateTime.class).toInstant(),
				Approval.Status.valueOf(row.getString(10).toUpperCase(Locale.ROOT)), row.getString(11),
				row.getString(12));
	}

	private static OffsetDateTime time(Instant instant) {
		return instant.atOffset(ZoneOffset.UTC);
	}

	private static String text(Approval.Status status) {
		return status.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * What is done with a statement.
	 *
	 * @param <T> what it gives
	 */
	@FunctionalInterface
	private interface Work<T> {

		T with(PreparedStatement statement) throws SQLException;

	}

}
