/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import io.auditspring.Resource;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.Text;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.internal.PersonTrace;
import org.jspecify.annotations.Nullable;

/**
 * Finds the traces of a person, batch by batch in the order of recording.
 */
final class PersonSearch {

	/**
	 * Attributes are the actor's, and what is said of signing in and out names the actor.
	 */
	private static final String NAMED = """
			(metadata -> 'actorAttributes' is not null or category = 'authentication')""";

	private final String start;

	private final String next;

	private final String staged;

	private final String quarantined;

	/** Control entries keep who asked. */
	private final String notControl;

	private final Schema schema;

	PersonSearch(Schema schema) {
		this.schema = schema;
		this.notControl = "not %s(action)".formatted(schema.table("audit_is_control"));
		// By what is there, not by the clock: that may have been set back since.
		this.start = "select max(recorded_at) from %s".formatted(schema.table("audit_chain"));
		this.next = """
				select id, recorded_at, chain, seq, data_digest is null and %%s
				from %s
				where %%s
				and %%s is null
				and (recorded_at, chain, seq) > (?, ?, ?)
				and recorded_at <= ?
				order by recorded_at, chain, seq
				limit %s
				""".formatted(schema.table("audit_log"), Redaction.BATCH);
		this.staged = """
				select count(*)
				from %s
				where exists (select from unnest(?) as mention where strpos(entries, mention) > 0)
				""".formatted(schema.table("audit_outbox"));
		this.quarantined = """
				select id
				from %s
				where exists (select from unnest(?) as mention where strpos(entries, mention) > 0)
				order by id
				""".formatted(schema.table("audit_quarantine"));
	}

	/**
	 * How far a search has come.
	 *
	 * @param recordedAt when the last entry was recorded
	 * @param chain its chain
	 * @param seq its place there
	 * @param end where the search ends
	 */
	record Position(OffsetDateTime recordedAt, String chain, long seq, OffsetDateTime end) {

	}

	/**
	 * Where an entry is.
	 *
	 * @param key by what it is found
	 * @param chain its chain
	 * @param seq its place there
	 */
	record Place(EntryKey key, String chain, long seq) {

	}

	/**
	 * A batch.
	 *
	 * @param entries what was found
	 * @param telling the ids of those whose data is to be erased
	 * @param end where to go on, or {@code null} at the end
	 */
	record Page(List<StoredEntry> entries, Set<UUID> telling, @Nullable Position end) {

	}

	/** In SQL, with a place for each parameter. */
	private String condition(PersonTrace trace) {
		return switch (trace.kind()) {
			case HOLD -> "action in ('audit.hold', 'audit.release') and metadata ->> 'actor' = ?";
			case ACTOR -> "actor_id = ? and " + this.notControl;
			case IMPERSONATOR -> "impersonator_id = ? and " + this.notControl;
			case TARGET -> "target_type = ? and target_id = ?";
			case RELATED -> "related @> jsonb_build_array(jsonb_build_object('type', ?::text, 'id', ?::text))";
		};
	}

	/** Says where to begin, or {@code null} where there is nothing. */
	@Nullable Position start(Connection connection) throws SQLException {
		OffsetDateTime last = Sql.<@Nullable OffsetDateTime>get(connection, this.start,
				(row) -> row.getObject(1, OffsetDateTime.class));
		return (last != null) ? new Position(OffsetDateTime.MIN, "", -1, last) : null;
	}

	Page next(Connection connection, PersonTrace trace, Position position) throws SQLException {
		String telling = switch (trace.data()) {
			case NONE -> "false";
			case NAMING -> NAMED;
			case ALL -> "true";
		};
		String sql = this.next.formatted(telling, condition(trace),
				trace.kind().isActor() ? "actor_digest" : "data_digest");
		List<Object> parameters = new ArrayList<>(trace.parameters());
		parameters.addAll(List.of(position.recordedAt(), position.chain(), position.seq(), position.end()));
		Set<UUID> tell = new HashSet<>();
		List<Place> places = Sql.list(connection, sql, (row) -> {
			Place place = place(row);
			if (row.getBoolean(5)) {
				tell.add(place.key().id());
			}
			return place;
		}, parameters.toArray());
		return new Page(read(connection, places), tell,
				(places.size() < Redaction.BATCH) ? null : after(places.get(places.size() - 1), position.end()));
	}

	private static Position after(Place last, OffsetDateTime end) {
		return new Position(last.key().recordedAt().atOffset(end.getOffset()), last.chain(), last.seq(), end);
	}

	static Place place(ResultSet row) throws SQLException {
		EntryKey key = new EntryKey(row.getObject("id", UUID.class),
				row.getObject("recorded_at", OffsetDateTime.class).toInstant());
		return new Place(key, row.getString("chain"), row.getLong("seq"));
	}

	List<StoredEntry> read(Connection connection, List<Place> places) throws SQLException {
		return new EntryReader(connection, this.schema).entries(places.stream().map(Place::key).toList());
	}

	long staged(Connection connection, Subject subject) throws SQLException {
		return find(connection, this.staged, subject).get(0);
	}

	List<Long> quarantined(Connection connection, Subject subject) throws SQLException {
		return find(connection, this.quarantined, subject);
	}

	private static List<Long> find(Connection connection, String sql, Subject subject) throws SQLException {
		return Sql.list(connection, sql, (row) -> row.getLong(1), Sql.array("text", mentions(subject)));
	}

	/** As staged entries write them. */
	private static List<String> mentions(Subject subject) {
		List<String> mentions = new ArrayList<>();
		if (subject.actorId() != null) {
			mentions.add(member("id", subject.actorId()));
			mentions.add(member("impersonator", subject.actorId()));
		}
		Resource target = subject.targetAsText();
		if (target != null) {
			mentions.add(member("id", target.id()));
			mentions.add(member("targetId", target.id()));
		}
		return mentions;
	}

	private static String member(String name, String value) {
		String object = new CanonicalObject().text(name, Text.normalize(value)).toString();
		return object.substring(1, object.length() - 1);
	}

}
