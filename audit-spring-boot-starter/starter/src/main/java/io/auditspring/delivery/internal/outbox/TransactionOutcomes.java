/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery.internal.outbox;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.database.internal.OutboxDatabase;
import io.auditspring.database.internal.OutboxDatabases;
import io.auditspring.database.internal.StagedRow;
import io.auditspring.database.internal.TimeLimits;
import io.auditspring.database.internal.Transactions;
import io.auditspring.delivery.internal.transaction.TransactionOutcome;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.ledger.internal.table.OwnTransaction;

/**
 * Finds out what became of transactions that staged entries and whose commit was not
 * answered.
 */
public final class TransactionOutcomes {

	private final OutboxDatabases databases;

	private final DataSource audit;

	private final Outbox outbox;

	private final LedgerWriter ledger;

	/**
	 * Creates it.
	 * @param databases where entries are staged
	 * @param audit the database that holds the ledger; usually the same
	 * @param outbox the table in which they are
	 * @param ledger where they go
	 */
	TransactionOutcomes(OutboxDatabases databases, DataSource audit, Outbox outbox, LedgerWriter ledger) {
		this.databases = databases;
		this.audit = audit;
		this.outbox = outbox;
		this.ledger = ledger;
	}

	/**
	 * Finds out about a transaction.
	 * @param row what it staged
	 * @return what became of it; unknown, too, while its database is not there
	 * @throws SQLException when the database fails
	 */
	public TransactionOutcome transactionOutcome(StagedRow row) throws SQLException {
		OutboxDatabase database = this.databases.of(row);
		if (database == null) {
			return TransactionOutcome.UNKNOWN;
		}
		return Transactions.withConnection(database.dataSource(), (connection) -> transactionOutcome(connection, row));
	}

	/**
	 * Finds out about a transaction.
	 * @param connection a connection to a database that holds an outbox, with no
	 * transaction open on it
	 * @param row what it staged
	 * @return what became of it, as far as this database knows
	 * @throws SQLException when the database fails
	 */
	public TransactionOutcome transactionOutcome(Connection connection, StagedRow row) throws SQLException {
		OutboxDatabase database = this.databases.of(row);
		if (database == null || !this.databases.leadsTo(connection, row)) {
			return TransactionOutcome.UNKNOWN;
		}
		TransactionOutcome staged = Transactions.run(connection, TimeLimits.BRIEF, (own) -> askOutbox(own, row));
		return (staged == TransactionOutcome.LOST && isInLedger(connection, database, row))
				? TransactionOutcome.COMMITTED : staged;
	}

	private TransactionOutcome askOutbox(Connection connection, StagedRow row) throws SQLException {
		if (this.outbox.isRunning(connection, row)) {
			return TransactionOutcome.UNKNOWN;
		}
		return this.outbox.holds(connection, row) ? TransactionOutcome.COMMITTED : TransactionOutcome.LOST;
	}

	// After the look into the outbox: what is not there any more is here by then, or was
	// refused.
	private boolean isInLedger(Connection connection, OutboxDatabase database, StagedRow row) throws SQLException {
		OwnTransaction.Work<Boolean, RuntimeException> look = (own) -> this.ledger.holds(own, row.entry())
				|| this.outbox.isSetAside(own, row);
		return database.holdsLedger() ? Transactions.run(connection, TimeLimits.BRIEF, look)
				: Transactions.run(this.audit, TimeLimits.BRIEF, look);
	}

}
