package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;

import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Reads back the entries that a checkpoint is about to cover, and computes their hashes
 * from what is stored, so that nothing is signed that was not looked at.
 */
final class NewEntries {

	private static final int FETCH_SIZE = 1000;

	private final String select;

	NewEntries(Schema schema) {
		this.select = """
				select %s
				from %s
				where chain = ? and seq >= ? and seq < ?
				order by seq, recorded_at
				""".formatted(StoredEntry.COLUMNS, schema.table("audit_log"));
	}

	/**
	 * Reads entries.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param from the first one's position
	 * @param to one more than the last one's position
	 * @param previousHash the hash of the one before
	 * @param hashes takes their hashes, in their order
	 * @return the last one's hash
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if one is not as it was written
	 */
	byte[] read(Connection connection, String chain, long from, long to, byte[] previousHash, Consumer<byte[]> hashes)
			throws SQLException {
		Check check = new Check(chain, from, previousHash);
		try (PreparedStatement statement = connection.prepareStatement(this.select)) {
			statement.setFetchSize(FETCH_SIZE);
			statement.setString(1, chain);
			statement.setLong(2, from);
			statement.setLong(3, to);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					hashes.accept(check.next(rows));
				}
			}
		}
		check.endsBefore(to);
		return check.previousHash;
	}

	private static final class Check {

		private final String chain;

		private long seq;

		private byte[] previousHash;

		private @Nullable Instant previousTime;

		private Check(String chain, long from, byte[] previousHash) {
			this.chain = chain;
			this.seq = from;
			this.previousHash = previousHash;
		}

		byte[] next(ResultSet row) throws SQLException {
			StoredEntry entry = read(row);
			Long found = entry.core().seq();
			check(found != null && found == this.seq, "is missing, or there is more than one before it");
			check(Arrays.equals(entry.prevHash(), this.previousHash), "does not follow the entry before it");
			check(entry.version() == EntryHash.VERSION && entry.salt().length == EntryHash.SALT_LENGTH,
					"has an unknown version or a wrong salt");
			check(Arrays.equals(entry.computeHash(), entry.hash()), "has another hash than its columns");
			Instant time = entry.recordedAt();
			check(time != null && (this.previousTime == null || !time.isBefore(this.previousTime)),
					"was recorded before the entry before it");
			this.previousTime = time;
			this.previousHash = entry.hash();
			this.seq++;
			return this.previousHash;
		}

		private StoredEntry read(ResultSet row) {
			try {
				return StoredEntry.read(row);
			}
			catch (SQLException | JacksonException | IllegalArgumentException ex) {
				throw new CheckpointRefusedException(problem("cannot be read: " + ex.getMessage()), ex);
			}
		}

		void endsBefore(long to) {
			check(this.seq == to, "is missing");
		}

		private void check(boolean valid, String problem) {
			if (!valid) {
				throw new CheckpointRefusedException(problem(problem));
			}
		}

		private String problem(String what) {
			return "Entry %d of chain '%s' %s".formatted(this.seq, this.chain, what);
		}

	}

}
