/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.auditspring.Resource;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.EntryCodec;
import io.auditspring.ledger.internal.entry.Text;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Places and lifts legal holds; each is recorded in the ledger. The database functions
 * that do it need the role {@code audit_retention}.
 * <p>
 * A hold on an actor is on what it did, did in another's name, or had others do so; one
 * on a target is on what was done to it or concerned it. It keeps the months of these
 * entries and, as a chain only ever loses its beginning, all months after them.
 *
 * @since 0.1.0
 */
public class LegalHolds {

	private final DataSource dataSource;

	private final String chain;

	private final Supplier<Entry> requestedBy;

	private final TargetNames names;

	private final String placeOnActor;

	private final String placeOnTarget;

	private final String lift;

	private final String current;

	/**
	 * Creates the holds of a ledger.
	 * @param dataSource connections of a user that may place holds
	 * @param schema where the ledger is
	 * @param chain where holds are recorded
	 * @param requestedBy gives an entry that says who asks for it, and from where
	 */
	public LegalHolds(DataSource dataSource, Schema schema, String chain, Supplier<Entry> requestedBy) {
		this(dataSource, schema, chain, requestedBy, TargetNames.AS_SAID);
	}

	/**
	 * Creates the holds of the ledger of an application.
	 * @param names knows what entries show of what an application says
	 */
	LegalHolds(DataSource dataSource, Schema schema, String chain, Supplier<Entry> requestedBy, TargetNames names) {
		this.names = names;
		this.dataSource = dataSource;
		this.chain = chain;
		this.requestedBy = requestedBy;
		this.placeOnActor = "select %s(?, ?, null, null, ?, ?::jsonb -> 0)".formatted(schema.table("audit_hold"));
		this.placeOnTarget = "select %s(?, ?, ?, ?, ?::jsonb -> 0)".formatted(schema.table("audit_hold_target"));
		this.lift = "select %s(?, ?, ?, ?::jsonb -> 0)".formatted(schema.table("audit_release"));
		this.current = """
				select id, actor_id, target_type, target_id, reason, placed_at
				from %s
				where placed_with is null
				order by id
				""".formatted(schema.table("audit_legal_hold"));
	}

	/**
	 * Keeps what an actor did.
	 * @param actorId the actor
	 * @param reason why; it is stored for ever
	 * @return the hold's id
	 * @throws DataAccessException if the database fails
	 */
	public long placeOnActor(String actorId, String reason) {
		return run((connection) -> Sql.get(connection, this.placeOnActor, (row) -> row.getLong(1), this.chain,
				Text.normalize(actorId), Text.normalize(reason), requestedBy()));
	}

	/**
	 * Keeps what was done to a target or concerned it, by whatever name entries show it:
	 * an entity is meant by each of its names, and with it whatever is in one hierarchy
	 * with it and has the same identifier.
	 * @param type the kind of target
	 * @param id which one: the text that entries show, an identifier, or an entity; of
	 * one that is secret only its digest is stored
	 * @param reason why; it is stored for ever
	 * @return the hold's id
	 * @throws DataAccessException if the database fails
	 */
	public long placeOnTarget(String type, Object id, String reason) {
		Set<String> kinds = new LinkedHashSet<>(List.of(Text.normalize(this.names.kind(type))));
		this.names.kinds(type).forEach((kind) -> kinds.add(Text.normalize(kind)));
		String shown = Text.normalize(this.names.id(type, id));
		return run((connection) -> Sql.get(connection, this.placeOnTarget, (row) -> row.getLong(1), this.chain,
				Sql.array("text", kinds), shown, Text.normalize(reason), requestedBy()));
	}

	private String requestedBy() {
		return EntryCodec.write(List.of(this.requestedBy.get()));
	}

	/**
	 * Lifts a hold.
	 * @param id which one
	 * @param reason why; it is stored for ever
	 * @return whether there was such a hold
	 * @throws DataAccessException if the database fails
	 */
	public boolean lift(long id, String reason) {
		return run(
				(connection) -> Sql.is(connection, this.lift, this.chain, id, Text.normalize(reason), requestedBy()));
	}

	/**
	 * The holds that were placed and not lifted.
	 * @return the holds, oldest first
	 * @throws DataAccessException if the database fails
	 */
	public List<LegalHold> current() {
		return run((connection) -> Sql.list(connection, this.current, LegalHolds::hold));
	}

	private static LegalHold hold(ResultSet row) throws SQLException {
		String type = row.getString("target_type");
		return new LegalHold(row.getLong("id"), row.getString("actor_id"),
				(type != null) ? new Resource(type, row.getString("target_id")) : null, row.getString("reason"),
				row.getObject("placed_at", OffsetDateTime.class).toInstant());
	}

	private <T extends @Nullable Object> T run(OwnTransaction.Work<T, RuntimeException> work) {
		try {
			return OwnTransaction.run(this.dataSource, work);
		}
		catch (SQLException ex) {
			throw new DataAccessResourceFailureException("Legal holds of the audit ledger cannot be read or changed",
					ex);
		}
	}

}
