package io.auditspring.ledger.verify;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryColumns;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Reads back the entries that a checkpoint is about to cover, and computes their hashes
 * from what is stored, so that nothing is signed that was not looked at. Takes one thread
 * only, however many are new: the application has other things to do.
 */
public final class NewEntries {

	private final Schema schema;

	public NewEntries(Schema schema) {
		this.schema = schema;
	}

	/**
	 * Reads entries.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param from the first one's position
	 * @param to one more than the last one's position
	 * @param previousHash the hash of the one before
	 * @param hashes takes their hashes, in their order
	 * @param retirements takes what they say of retired entries of the chain
	 * @return the last one's hash
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if one is not as it was written
	 */
	public byte[] read(Connection connection, String chain, long from, long to, byte[] previousHash,
			Consumer<byte[]> hashes, Consumer<ControlEntry.Retirement> retirements) throws SQLException {
		EntryColumns columns = EntryColumns.of(connection, this.schema);
		EntryReader reader = new EntryReader(connection, this.schema, columns);
		StoredEntry.Place before = (from > 0) ? reader.place(chain, from - 1) : null;
		Check check = new Check(chain, from, previousHash, (before != null) ? before.recordedAt() : null,
				PartitionCheck.of(connection, this.schema));
		NewControlEntries declarations = new NewControlEntries(connection, this.schema, chain);
		reader.read(chain, "seq >= %s and seq < %s".formatted(from, to), (row) -> {
			CheckedEntry entry = CheckedEntry.of(row);
			hashes.accept(check.next(entry));
			declarations.accept(entry);
			if (entry.controlEntry() instanceof ControlEntry.Retirement retirement
					&& retirement.chain().equals(chain)) {
				retirements.accept(retirement);
			}
		});
		check.endsBefore(to);
		declarations.check(new LedgerTables(connection, this.schema, columns), from);
		return check.previousHash;
	}

	/**
	 * Checks what entries say of retired ones, by what was said before.
	 * @param connection with an open transaction
	 * @param chain the chain's name
	 * @param from the first one's position
	 * @param to one more than the last one's position
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if they contradict it
	 */
	public void checkRetirements(Connection connection, String chain, long from, long to) throws SQLException {
		EntryColumns columns = EntryColumns.of(connection, this.schema);
		new NewControlEntries(connection, this.schema, chain).checkRetirements(
				new EntryReader(connection, this.schema, columns), new LedgerTables(connection, this.schema, columns),
				from, to);
	}

	private static final class Check {

		private final String chain;

		private long seq;

		private byte[] previousHash;

		private @Nullable Instant previousTime;

		private final PartitionCheck months;

		private Check(String chain, long from, byte[] previousHash, @Nullable Instant previousTime,
				PartitionCheck months) {
			this.chain = chain;
			this.seq = from;
			this.previousHash = previousHash;
			this.previousTime = previousTime;
			this.months = months;
		}

		byte[] next(CheckedEntry entry) {
			StoredEntry.Place place = entry.place();
			check(place.seq() != null && place.seq() == this.seq, "it is missing, or there is more than one before it");
			entry.findings().forEach((finding) -> check(false, finding.what()));
			check(!(entry.controlEntry() instanceof ControlEntry.Unclear),
					"it cannot be understood what it says is redacted or retired");
			this.months.check(place, (what) -> check(false, what));
			check(Arrays.equals(place.prevHash(), this.previousHash), "it does not follow the entry before it");
			Instant time = place.recordedAt();
			check(time != null && (this.previousTime == null || !time.isBefore(this.previousTime)),
					"it was recorded before the entry before it");
			this.previousTime = time;
			this.previousHash = place.hash();
			this.seq++;
			return this.previousHash;
		}

		void endsBefore(long to) {
			check(this.seq == to, "it is missing");
		}

		private void check(boolean valid, String problem) {
			if (!valid) {
				throw new CheckpointRefusedException(
						"Entry %d of chain '%s' is not as it was written: %s".formatted(this.seq, this.chain, problem));
			}
		}

	}

}
