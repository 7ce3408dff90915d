package io.auditspring.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * The heads of the chains in {@code audit_chain}. Whoever has locked one's row may append
 * to it.
 */
final class ChainHeads {

	private final String lock;

	private final String create;

	private final String move;

	private final String ledgerId;

	ChainHeads(Schema schema) {
		// The clock is read when the lock is held: whoever waited for it comes later.
		// Where it
		// was set back, time creeps on, so that entries of different batches still differ
		// in it.
		this.lock = """
				with head as materialized (
					select size, head, recorded_at
					from %s
					where name = ?
					for update
				), timed as materialized (
					select size, head, greatest(clock_timestamp(), recorded_at + interval '1 microsecond') as recorded_at
					from head
				)
				select size, head, recorded_at, %s((recorded_at at time zone 'UTC')::date)
				from timed
				"""
			.formatted(schema.table("audit_chain"), schema.table("audit_ensure_partition"));
		this.create = """
				insert into %s (name, ledger_id, size, head)
				values (?, ?, 0, ?)
				on conflict do nothing
				""".formatted(schema.table("audit_chain"));
		this.ledgerId = "select ledger_id from %s where name = ?".formatted(schema.table("audit_chain"));
		this.move = """
				update %s
				set size = ?, head = ?, recorded_at = ?
				where name = ?
				""".formatted(schema.table("audit_chain"));
	}

	/**
	 * Waits for the right to append to a chain, which lasts until the transaction ends.
	 * The partition for its next entries is there afterwards.
	 * @param connection with an open transaction
	 * @param chain the chain's name; it is begun if there is none
	 * @return its head
	 * @throws SQLException if the database fails
	 */
	ChainHead lock(Connection connection, String chain) throws SQLException {
		ChainHead head = lockExisting(connection, chain);
		if (head == null) {
			create(connection, chain);
			head = lockExisting(connection, chain);
		}
		if (head == null) {
			throw new IllegalStateException(
					"The head of chain '%s' was deleted while it was being appended to".formatted(chain));
		}
		return head;
	}

	/**
	 * Finds out which ledger a chain is of, without waiting for whoever appends to it.
	 * @param connection where to
	 * @param chain the chain's name; it is begun if there is none
	 * @return the ledger's id
	 * @throws SQLException if the database fails
	 */
	UUID ledgerId(Connection connection, String chain) throws SQLException {
		create(connection, chain);
		try (PreparedStatement statement = connection.prepareStatement(this.ledgerId)) {
			statement.setString(1, chain);
			try (ResultSet row = statement.executeQuery()) {
				row.next();
				return row.getObject(1, UUID.class);
			}
		}
	}

	private @Nullable ChainHead lockExisting(Connection connection, String chain) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.lock)) {
			statement.setString(1, chain);
			try (ResultSet row = statement.executeQuery()) {
				return row.next() ? new ChainHead(chain, row.getLong("size"), row.getBytes("head"),
						row.getObject("recorded_at", OffsetDateTime.class).toInstant()) : null;
			}
		}
	}

	private void create(Connection connection, String chain) throws SQLException {
		UUID ledgerId = UUID.randomUUID();
		try (PreparedStatement statement = connection.prepareStatement(this.create)) {
			statement.setString(1, chain);
			statement.setObject(2, ledgerId);
			statement.setBytes(3, EntryHash.genesis(ledgerId, chain));
			statement.executeUpdate();
		}
	}

	void move(Connection connection, ChainHead head) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(this.move)) {
			statement.setLong(1, head.size());
			statement.setBytes(2, head.hash());
			statement.setObject(3, head.recordedAt().atOffset(ZoneOffset.UTC));
			statement.setString(4, head.chain());
			statement.executeUpdate();
		}
	}

}
