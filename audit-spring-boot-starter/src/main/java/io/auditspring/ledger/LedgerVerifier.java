package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Checks that the ledger is as it was written: every entry's hash, the links between
 * them, that none is missing, and the end of each chain. Reads in one snapshot, while
 * writers go on, and in memory that does not grow with the ledger.
 */
public final class LedgerVerifier {

	private final DataSource dataSource;

	private final Schema schema;

	/**
	 * Creates a verifier.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 */
	public LedgerVerifier(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		this.schema = schema;
	}

	/**
	 * Verifies all chains.
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verify() {
		return inSnapshot(LedgerCheck::verify);
	}

	/**
	 * Verifies one chain.
	 * @param chain the chain's name
	 * @return the result; one without entries for a chain that was never begun
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public ChainVerification verify(String chain) {
		return inSnapshot((check) -> check.verify(chain));
	}

	private <T> T inSnapshot(Work<T> work) {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setAutoCommit(false);
			try {
				return work.run(LedgerCheck.begin(connection, this.schema, VerificationProgress.NONE));
			}
			finally {
				connection.rollback();
				connection.setAutoCommit(true);
			}
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

	private interface Work<T> {

		T run(LedgerCheck check) throws SQLException;

	}

}
