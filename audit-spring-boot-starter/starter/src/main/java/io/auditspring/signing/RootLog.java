/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.merkle.CompactRange;
import io.auditspring.ledger.internal.merkle.MerkleTree;
import io.auditspring.ledger.internal.table.ChainHead;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.ledger.internal.tree.TreeRows;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * The root log: the chain {@code root}, whose entries say where all other chains end, so
 * that one signature covers them all, and none can vanish.
 *
 * @since 0.1.0
 */
public class RootLog {

	/** Bounds how long one transaction takes; what is left is for the next time. */
	private static final long MAX_ENTRIES = 100_000;

	/** As much later than it should a thread may come. */
	private static final double SLACK = 0.9;

	private final DataSource dataSource;

	private final Schema schema;

	private final Supplier<Entry> recordedBy;

	private final TreeRows tree;

	private final TreeGrowth growth;

	private final String moved;

	private final String append;

	private final String due;

	/**
	 * Creates the root log.
	 * @param dataSource connections of a user that may write and read the ledger
	 * @param schema where the ledger is
	 * @param recordedBy gives an entry that says who records it
	 */
	public RootLog(DataSource dataSource, Schema schema, Supplier<Entry> recordedBy) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.recordedBy = recordedBy;
		this.tree = new TreeRows(schema);
		// Who signs for the other chains, and retires of them, is for those to know.
		this.growth = new TreeGrowth(schema, this.tree, null);
		this.moved = """
				select chain.name, tree.chain is null as treeless
				from %s as chain left join %s as tree on tree.chain = chain.name
				where chain.size > coalesce(tree.size, 0) and chain.name <> ?
				order by chain.name
				""".formatted(schema.table("audit_chain"), schema.table("audit_tree"));
		this.append = "select %s(make_interval(secs => ?::double precision / 1000), ?::jsonb -> 0) is not null"
			.formatted(schema.table("audit_append_root"));
		// A clock that was set back need not catch up first.
		this.due = """
				select coalesce(bool_and(
					recorded_at + make_interval(secs => ?::double precision / 1000) <= clock_timestamp()
					or recorded_at > clock_timestamp()
				), true)
				from %s
				where name = ?
				""".formatted(schema.table("audit_chain"));
	}

	/**
	 * Records where all chains end, if one has moved.
	 * @param interval how long ago the last time must be
	 * @return whether it was recorded
	 * @throws CheckpointRefusedException if a chain is not as it was written, or as it
	 * was recorded before; the others are recorded all the same
	 * @throws DataAccessResourceFailureException if the database fails
	 */
	public boolean record(Duration interval) {
		long millis = (long) (SLACK * Math.min(interval.toMillis(), Duration.ofDays(1).toMillis()));
		List<Exception> refused = new ArrayList<>();
		boolean recorded;
		try {
			recorded = OwnTransaction.<Boolean, RuntimeException>run(this.dataSource,
					(connection) -> Sql.is(connection, this.due, millis, RootRows.CHAIN)
							&& record(connection, millis, refused));
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("It cannot be recorded where the audit chains end", ex);
		}
		if (!refused.isEmpty()) {
			Exception first = refused.get(0);
			throw new CheckpointRefusedException("%s chains could not be recorded in the root log, first: %s"
				.formatted(refused.size(), first.getMessage()), first);
		}
		return recorded;
	}

	private boolean record(Connection connection, long millis, List<Exception> refused) throws SQLException {
		long left = MAX_ENTRIES;
		RootRows recorded = new RootRows(connection, this.schema);
		for (Moved chain : Sql.list(connection, this.moved,
				(row) -> new Moved(row.getString("name"), row.getBoolean("treeless")), RootRows.CHAIN)) {
			Savepoint before = connection.setSavepoint();
			try {
				if (chain.treeless()) {
					this.tree.create(connection, chain.name());
				}
				left -= grow(connection, chain.name(), recorded, left);
				connection.releaseSavepoint(before);
			}
			catch (CheckpointRefusedException ex) {
				connection.rollback(before);
				refused.add(ex);
			}
		}
		return Sql.is(connection, this.append, millis, EntryCodec.write(List.of(this.recordedBy.get())));
	}

	/**
	 * A chain that has more entries than its tree.
	 *
	 * @param name its name
	 * @param treeless whether it has no tree at all
	 */
	private record Moved(String name, boolean treeless) {

	}

	private long grow(Connection connection, String chain, RootRows recorded, long most) throws SQLException {
		// Who has it locked lets it grow himself.
		CompactRange edge = (most > 0) ? this.tree.edge(connection, chain, "for update skip locked") : null;
		TreeGrowth.Head found = (edge != null) ? this.growth.head(connection, chain) : null;
		if (edge == null || found == null) {
			return 0;
		}
		MerkleTree grown = this.growth.at(connection, chain, edge, edge.size());
		checkRecorded(connection, chain, edge, grown, recorded.newest(chain));
		TreeGrowth.requireEnd(chain, found, edge);
		ChainHead head = found.stored();
		long before = edge.size();
		long end = Math.min(head.size(), before + most);
		if (end > before) {
			this.growth.grow(connection, chain, edge, grown, head, end);
		}
		return end - before;
	}

	private void checkRecorded(Connection connection, String chain, CompactRange edge, MerkleTree stored,
			RootRows.@Nullable Row last) throws SQLException {
		if (last == null) {
			return;
		}
		long size = last.head().size();
		// Where nobody else lets it grow, that is the tree as it is stored.
		if (edge.size() < size || !Arrays.equals(
				((edge.size() == size) ? stored : this.growth.at(connection, chain, edge, size)).root(),
				last.head().root())) {
			throw new CheckpointRefusedException(
					"The tree of chain '%s' in audit_tree and audit_tile is not what entry %s of the root log says (%s entries)"
						.formatted(chain, last.rootSeq(), size));
		}
	}

}
