/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Set;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.ReceiptNote;
import io.auditspring.ledger.checkpoint.TrustedKeys;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.signing.Checkpoints;
import org.jspecify.annotations.Nullable;

/**
 * Lets months go of which the ledger that receives them has signed that they are safe
 * there. Who can write receipts into the database can write any: one counts if a key
 * signed it that is known here, and if its root is that of the entries here.
 */
final class ReceivedMonths implements MonthArchive {

	/**
	 * What they say of other chains is made anew where these are received, or is of ones
	 * that are not.
	 */
	private static final Set<String> OWN = Set.of("root", "local");

	private final DataSource dataSource;

	private final Checkpoints checkpoints;

	private final TrustedKeys keys;

	private final @Nullable MonthArchive archive;

	private final String find;

	private final String closed;

	/**
	 * Creates it.
	 * @param dataSource where the ledger is
	 * @param schema its schema
	 * @param checkpoints the trees over its entries
	 * @param keys whose receipts count
	 * @param archive takes what is closed and can be received by nobody, or {@code null}
	 */
	ReceivedMonths(DataSource dataSource, Schema schema, Checkpoints checkpoints, TrustedKeys keys,
			@Nullable MonthArchive archive) {
		this.archive = archive;
		this.dataSource = dataSource;
		this.checkpoints = checkpoints;
		this.keys = keys;
		this.find = "select note from %s where chain = ? and kind = ?".formatted(schema.table("audit_receipt"));
		this.closed = "select closed_at is not null from %s where name = ?".formatted(schema.table("audit_chain"));
	}

	@Override
	public void archive(String chain, long firstSeq, long lastSeq, String requestedBy) throws IOException {
		if (OWN.contains(chain)) {
			return;
		}
		boolean closed = isClosed(chain);
		MonthArchive archive = this.archive;
		if (closed && archive != null) {
			archive.archive(chain, firstSeq, lastSeq, requestedBy);
			return;
		}
		long safe = safe(chain);
		if (lastSeq >= safe) {
			throw new IOException(
					"of chain '%s' only %s entries are safe where it is received, and the month ends with entry %s%s"
						.formatted(chain, safe, lastSeq, closed
								? "; it is closed, so nobody receives the others: let the archive of io.auditspring:audit-archive keep them"
								: ""));
		}
	}

	private boolean isClosed(String chain) throws IOException {
		try {
			return OwnTransaction.look(this.dataSource, (connection) -> Sql.is(connection, this.closed, chain));
		}
		catch (SQLException ex) {
			throw new IOException("the chains cannot be read: " + ex.getMessage(), ex);
		}
	}

	/**
	 * How many entries of a chain are safe where it is received.
	 * @param chain the chain's name
	 * @return how many; 0 if there is no receipt
	 * @throws IOException if the receipt is not to be believed
	 */
	long safe(String chain) throws IOException {
		String note = note(chain);
		Checkpoint latest = (note != null) ? this.checkpoints.latest(chain).orElse(null) : null;
		if (note == null || latest == null) {
			return 0;
		}
		Checkpoint receipt = ReceiptNote.SAFE.open(note, latest.origin(), this.keys)
			.orElseThrow(() -> new IOException(
					"the receipt of chain '%s' is not one of %s that a key of audit.retention.centre-keys signed"
						.formatted(chain, latest.origin())));
		if (receipt.size() > latest.size()
				|| !Arrays.equals(receipt.root(), this.checkpoints.root(chain, receipt.size()))) {
			throw new IOException(
					"the receipt of chain '%s' is of %s other entries than are here".formatted(chain, receipt.size()));
		}
		return receipt.size();
	}

	private @Nullable String note(String chain) throws IOException {
		try {
			return OwnTransaction.look(this.dataSource, (connection) -> Sql.find(connection, this.find,
					(row) -> row.getString(1), chain, ReceiptNote.SAFE.kind()));
		}
		catch (SQLException ex) {
			throw new IOException("the receipts cannot be read: " + ex.getMessage(), ex);
		}
	}

}
