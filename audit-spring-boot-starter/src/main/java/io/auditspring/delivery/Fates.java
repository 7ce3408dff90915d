package io.auditspring.delivery;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.auditspring.ledger.LedgerWriter;

/**
 * Finds out what became of transactions that staged entries and whose commit was not
 * answered.
 */
public final class Fates {

	private final DataSource business;

	private final DataSource audit;

	private final Outbox outbox;

	private final LedgerWriter ledger;

	/**
	 * Creates it.
	 * @param business the database that holds the outbox
	 * @param audit the database that holds the ledger; usually the same
	 * @param outbox where entries are staged
	 * @param ledger where they go
	 */
	public Fates(DataSource business, DataSource audit, Outbox outbox, LedgerWriter ledger) {
		this.business = business;
		this.audit = audit;
		this.outbox = outbox;
		this.ledger = ledger;
	}

	Fate fate(StagedRow row) throws SQLException {
		Fate[] fate = new Fate[1];
		Transactions.withOwn(this.business, (connection) -> fate[0] = fate(connection, row));
		return fate[0];
	}

	/**
	 * Finds out about a transaction.
	 * @param connection a connection to the database of the outbox, with no transaction
	 * open on it
	 * @param row what it staged
	 * @return what became of it
	 * @throws SQLException when the database fails
	 */
	Fate fate(Connection connection, StagedRow row) throws SQLException {
		boolean[] answers = new boolean[2];
		Transactions.run(connection, TimeLimits.BRIEF, () -> {
			answers[0] = this.outbox.isRunning(connection, row);
			answers[1] = !answers[0] && this.outbox.holds(connection, row);
		});
		if (answers[0]) {
			return Fate.UNKNOWN;
		}
		return (answers[1] || isInLedger(connection, row)) ? Fate.COMMITTED : Fate.LOST;
	}

	// After the look into the outbox: what is not there any more is here by then.
	private boolean isInLedger(Connection connection, StagedRow row) throws SQLException {
		boolean[] found = new boolean[1];
		if (this.business == this.audit) {
			Transactions.run(connection, TimeLimits.BRIEF, () -> found[0] = this.ledger.holds(connection, row.entry()));
		}
		else {
			Transactions.withOwn(this.audit, (own) -> Transactions.run(own, TimeLimits.BRIEF,
					() -> found[0] = this.ledger.holds(own, row.entry())));
		}
		return found[0];
	}

}
