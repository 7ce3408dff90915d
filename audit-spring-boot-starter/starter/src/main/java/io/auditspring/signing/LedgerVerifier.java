/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.LedgerCheck;
import io.auditspring.ledger.verify.TrustPolicy;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.ledger.verify.VerificationProgress;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Checks that the ledger is as it was written: every entry's hash, the links between
 * them, that none is missing, and the end of each chain. Reads in one snapshot, while
 * writers go on, and in memory that does not grow with the ledger.
 *
 * @since 0.1.0
 */
public class LedgerVerifier {

	private final DataSource dataSource;

	private final Schema schema;

	private final TrustPolicy evidence;

	private final VerificationProgress progress;

	/**
	 * Creates a verifier that knows nothing but the database.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 */
	public LedgerVerifier(DataSource dataSource, Schema schema) {
		this(dataSource, schema, TrustPolicy.NONE, VerificationProgress.NONE);
	}

	/**
	 * Creates a verifier.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 * @param evidence what speaks for the ledger from outside
	 * @param progress learns how far a verification is
	 */
	public LedgerVerifier(DataSource dataSource, Schema schema, TrustPolicy evidence, VerificationProgress progress) {
		this.dataSource = dataSource;
		this.schema = schema;
		this.evidence = evidence;
		this.progress = progress;
	}

	/**
	 * Verifies all chains.
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verify() {
		return verify(this.progress);
	}

	/**
	 * Verifies all chains.
	 * @param progress learns how far it is; what it throws breaks the verification off
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verify(VerificationProgress progress) {
		return inSnapshot(progress, (check) -> {
			List<ChainVerification> results = new ArrayList<>();
			for (String chain : check.chains()) {
				results.add(check.verify(chain));
			}
			return Verification.of(results);
		});
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

	/**
	 * Verifies what came to each chain since its newest checkpoint. Entries before it are
	 * not read again: only that the tree over them is the one that was signed. A chain
	 * without a checkpoint by a trusted key is verified as a whole.
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verifyNew() {
		return inSnapshot((check) -> {
			List<ChainVerification> results = new ArrayList<>();
			for (String chain : check.chains()) {
				results.add(check.verifySince(chain, LedgerCheck.NEWEST));
			}
			return Verification.of(results);
		});
	}

	/**
	 * Verifies what came to a chain since a checkpoint.
	 * @param chain the chain's name
	 * @param size the checkpoint's size
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public ChainVerification verifySince(String chain, long size) {
		return inSnapshot((check) -> check.verifySince(chain, size));
	}

	private <T> T inSnapshot(Work<T> work) {
		return inSnapshot(this.progress, work);
	}

	private <T> T inSnapshot(VerificationProgress progress, Work<T> work) {
		try {
			TrustPolicy evidence = evidenceSoFar();
			return OwnTransaction.<T, RuntimeException>look(this.dataSource,
					(connection) -> work.run(LedgerCheck.within(connection, this.schema, evidence, progress)));
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("The audit ledger cannot be read", ex);
		}
	}

	private TrustPolicy evidenceSoFar() throws SQLException {
		if (this.evidence.anchors().isEmpty()) {
			return this.evidence;
		}
		List<String> chains = OwnTransaction.<List<String>, RuntimeException>look(this.dataSource,
				(connection) -> LedgerCheck.within(connection, this.schema, this.evidence, VerificationProgress.NONE)
					.chains());
		return EarlierCheckpoints.of(this.evidence, chains);
	}

	private interface Work<T> {

		T run(LedgerCheck check) throws SQLException;

	}

}
