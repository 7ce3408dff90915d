package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Checks that the ledger is as it was written: every entry's hash, the links between
 * them, that none is missing, and the end of each chain. Reads in one snapshot, while
 * writers go on, and in memory that does not grow with the ledger.
 */
public final class LedgerVerifier {

	private static final int FETCH_SIZE = 1000;

	private final DataSource dataSource;

	private final String chains;

	private final String head;

	private final String entries;

	/**
	 * Creates a verifier.
	 * @param dataSource connections to PostgreSQL that may read the ledger
	 * @param schema where the ledger is
	 */
	public LedgerVerifier(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		// Steps from one chain to the next by the primary key instead of reading all
		// entries.
		this.chains = """
				with recursive logged (chain) as (
					(select min(chain) from %1$s)
					union all
					select (select min(chain) from %1$s where chain > logged.chain)
					from logged
					where logged.chain is not null
				)
				select chain from logged where chain is not null
				union
				select name from %2$s
				order by 1
				""".formatted(schema.table("audit_log"), schema.table("audit_chain"));
		this.head = """
				select ledger_id, size, head
				from %s
				where name = ?
				""".formatted(schema.table("audit_chain"));
		this.entries = """
				select %s
				from %s
				where chain = ?
				order by seq, recorded_at
				""".formatted(StoredEntry.COLUMNS, schema.table("audit_log"));
	}

	/**
	 * Verifies all chains.
	 * @return the result
	 * @throws DataAccessException if the ledger cannot be read
	 */
	public Verification verify() {
		return inSnapshot((connection) -> {
			List<ChainVerification> results = new ArrayList<>();
			for (String chain : chains(connection)) {
				results.add(verify(connection, chain));
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
		return inSnapshot((connection) -> verify(connection, chain));
	}

	private List<String> chains(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(this.chains)) {
			List<String> names = new ArrayList<>();
			while (rows.next()) {
				names.add(rows.getString(1));
			}
			return names;
		}
	}

	private ChainVerification verify(Connection connection, String chain) throws SQLException {
		StoredHead head = head(connection, chain);
		ChainCheck check = new ChainCheck(chain, (head != null) ? EntryHash.genesis(head.ledgerId(), chain) : null);
		try (PreparedStatement statement = connection.prepareStatement(this.entries)) {
			statement.setFetchSize(FETCH_SIZE);
			statement.setString(1, chain);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					check.accept(rows);
				}
			}
		}
		return check.finish(head);
	}

	private @Nullable StoredHead head(Connection connection, String chain) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.head)) {
			statement.setString(1, chain);
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? new StoredHead(row.getObject("ledger_id", UUID.class), row.getLong("size"),
						row.getBytes("head")) : null;
			}
		}
	}

	private <T> T inSnapshot(Work<T> work) {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setAutoCommit(false);
			try (Statement statement = connection.createStatement()) {
				statement.execute("set transaction isolation level repeatable read, read only");
				// The index has the order already; sorting all entries would fill the
				// disk.
				statement.execute("set local enable_sort = off");
				return work.run(connection);
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

		T run(Connection connection) throws SQLException;

	}

}
