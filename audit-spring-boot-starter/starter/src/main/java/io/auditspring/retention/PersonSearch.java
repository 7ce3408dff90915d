/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.retention;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.auditspring.Resource;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Text;
import io.auditspring.ledger.internal.table.EntryKey;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.internal.PersonTrace;
import org.jspecify.annotations.Nullable;

/**
 * Finds the traces of a person, batch by batch: in the log in the order of recording, and
 * in the quarantine of what was received, whose bytes the database cannot read.
 */
final class PersonSearch {

	/**
	 * Attributes are the actor's. What is said of signing in and out names the actor, and
	 * the impersonator who gives up an identity. An agent is related to what it does.
	 */
	private static final String NAMED = """
			(entry.metadata -> 'actorAttributes' is not null or entry.category = 'authentication'
				or entry.actor_type = 'agent')""";

	private static final String NAMED_IN_QUARANTINE = """
			(entry.category = 'authentication' or entry.actor_type = 'agent'
				or position(convert_to('"actorAttributes":', 'UTF8') in refused.content) > 0)""";

	private static final String DELEGATED_IN_QUARANTINE = """
			position(convert_to('"%s":[', 'UTF8') in content) > 0""".formatted(EntryFactory.DELEGATION);

	private final String start;

	private final String next;

	private final String nextRefused;

	private final String dataRefused;

	private final String staged;

	private final String quarantined;

	/** Control entries keep who asked. */
	private final String notControl;

	private final Schema schema;

	PersonSearch(Schema schema) {
		this.schema = schema;
		String log = schema.table("audit_log");
		String refused = schema.table("audit_received_quarantine");
		String isControl = schema.table("audit_is_control");
		this.notControl = "not %s(action)".formatted(isControl);
		// By what is there, not by the clock: that may have been set back since.
		this.start = "select max(recorded_at) from %s".formatted(schema.table("audit_chain"));
		this.next = """
				select id, recorded_at, chain, seq, %%s as telling
				from %s as entry
				where %%s
				and %%s
				and (recorded_at, chain, seq) > (?, ?, ?)
				and recorded_at <= ?
				order by recorded_at, chain, seq
				limit %s
				""".formatted(log, Redaction.BATCH);
		// What is in the archive by now has no row in the log.
		this.nextRefused = """
				select found.id, entry.recorded_at, found.chain, found.seq, %%s as telling,
					%3$s(entry.action) is true as control
				from (
					select id, chain, seq
					from %1$s
					where redacted = ? and position(? in content) > 0 and %%s
					and (chain, seq) > (?, ?)
					order by chain, seq
					limit %4$s
				) as found left join lateral (
					select *
					from %2$s as log
					where log.chain = found.chain and log.seq = found.seq and log.id = found.id
					offset 0
				) as entry on true
				order by found.chain, found.seq
				""".formatted(refused, log, isControl, Redaction.BATCH);
		this.dataRefused = """
				exists (
					select
					from %s as refused
					where refused.chain = %%1$s.chain and refused.seq = %%1$s.seq and refused.redacted = 'data' and %%2$s
				)"""
			.formatted(refused);
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

		/** Where the quarantine begins, which has no times of recording. */
		static final Position QUARANTINE = new Position(OffsetDateTime.MIN, "", -1, OffsetDateTime.MIN);

		Position after(Found last) {
			OffsetDateTime time = last.recordedAt();
			return new Position((time != null) ? time : this.recordedAt, last.place().chain(), last.place().seq(),
					this.end);
		}

	}

	/**
	 * Where an entry is. What goes on under another name may be there under both, with
	 * one id.
	 *
	 * @param id its id
	 * @param chain its chain
	 * @param seq its place there
	 */
	record Place(UUID id, String chain, long seq) {

		static @Nullable Place of(StoredEntry entry) {
			UUID id = entry.place().id();
			String chain = entry.core().chain();
			Long seq = entry.place().seq();
			return (id != null && chain != null && seq != null) ? new Place(id, chain, seq) : null;
		}

	}

	/**
	 * An entry that may lose something: no more of it than it takes, as it may be large.
	 *
	 * @param place where it is
	 * @param recordedAt when it was recorded, or {@code null} if it is in no month of the
	 * database any more
	 * @param telling whether its data is to be erased, too
	 * @param actor the digest of its actor, if it was read
	 * @param data the digest of its data, if it was read
	 * @param length how many characters its data has
	 */
	record Found(Place place, @Nullable OffsetDateTime recordedAt, boolean telling, byte @Nullable [] actor,
			byte @Nullable [] data, long length) {

		static Found of(ResultSet row) throws SQLException {
			return new Found(new Place(row.getObject("id", UUID.class), row.getString("chain"), row.getLong("seq")),
					row.getObject("recorded_at", OffsetDateTime.class), row.getBoolean("telling"), null, null, 0);
		}

		Found read(StoredEntry entry) {
			return new Found(this.place, this.recordedAt, this.telling, entry.digestOfActor(), entry.digestOfData(),
					entry.length());
		}

	}

	/**
	 * A batch.
	 *
	 * @param entries what was found
	 * @param end where to go on, or {@code null} at the end
	 */
	record Page(List<Found> entries, @Nullable Position end) {

	}

	/** In SQL, with a place for each parameter. */
	private String condition(PersonTrace trace) {
		return switch (trace.kind()) {
			case HOLD -> "action in ('audit.hold', 'audit.release') and metadata ->> 'actor' = ?";
			case DELEGATE -> "related @> ?::jsonb and metadata @> ?::jsonb";
			case ACTOR -> "actor_id = ? and " + this.notControl;
			case IMPERSONATOR -> "impersonator_id = ? and " + this.notControl;
			case TARGET -> "target_type = ? and target_id = ?";
			case RELATED -> "related @> jsonb_build_array(jsonb_build_object('type', ?::text, 'id', ?::text))";
		};
	}

	/** Whether the data of an entry is to be erased, and was not yet. */
	private String telling(PersonTrace.Data data, String place) {
		return switch (data) {
			case NAMING -> "(entry.data_digest is null and %s or %s)".formatted(NAMED,
					this.dataRefused.formatted(place, NAMED_IN_QUARANTINE));
			case ALL -> "(entry.data_digest is null or %s)".formatted(this.dataRefused.formatted(place, "true"));
		};
	}

	/** Says where to begin, or {@code null} where there is nothing. */
	@Nullable Position start(Connection connection) throws SQLException {
		OffsetDateTime last = Sql.<@Nullable OffsetDateTime>get(connection, this.start,
				(row) -> row.getObject(1, OffsetDateTime.class));
		return (last != null) ? new Position(OffsetDateTime.MIN, "", -1, last) : null;
	}

	Page next(Connection connection, PersonTrace trace, Position position) throws SQLException {
		String sql = this.next.formatted(telling(trace.data(), "entry"), condition(trace),
				trace.kind().isActor() ? "actor_digest is null" : telling(PersonTrace.Data.ALL, "entry"));
		List<Object> parameters = new ArrayList<>(trace.parameters());
		parameters.addAll(List.of(position.recordedAt(), position.chain(), position.seq(), position.end()));
		List<Found> found = Sql.list(connection, sql, Found::of, parameters.toArray());
		return new Page(read(connection, found), end(found, position));
	}

	/**
	 * The same in the quarantine, where only what is in the groups themselves is found.
	 */
	Page nextInQuarantine(Connection connection, PersonTrace trace, Position position) throws SQLException {
		String mention = mention(trace);
		if (mention == null) {
			return new Page(List.of(), null);
		}
		EntryGroup group = trace.kind().isActor() ? EntryGroup.ACTOR : EntryGroup.DATA;
		List<Found> found = new ArrayList<>();
		List<Found> erasable = new ArrayList<>();
		String sql = this.nextRefused.formatted(telling(trace.data(), "found"),
				(trace.kind() == PersonTrace.Kind.DELEGATE) ? DELEGATED_IN_QUARANTINE : "true");
		Sql.each(connection, sql, (row) -> {
			found.add(Found.of(row));
			if (!row.getBoolean("control")) {
				erasable.add(found.get(found.size() - 1));
			}
		}, CoreObject.stored(group), mention.getBytes(StandardCharsets.UTF_8), position.chain(), position.seq());
		return new Page(read(connection, erasable), end(found, position));
	}

	private static @Nullable String mention(PersonTrace trace) {
		return switch (trace.kind()) {
			case DELEGATE -> element(trace.parameters().get(0));
			case ACTOR -> member("id", trace.parameters().get(0));
			case IMPERSONATOR -> member("impersonator", trace.parameters().get(0));
			case RELATED -> new CanonicalObject().text("id", trace.parameters().get(1))
				.text("type", trace.parameters().get(0))
				.toString();
			case HOLD, TARGET -> null;
		};
	}

	private static @Nullable Position end(List<Found> found, Position position) {
		return (found.size() < Redaction.BATCH) ? null : position.after(found.get(found.size() - 1));
	}

	/** Reads what it takes to erase something of entries, one after the other. */
	List<Found> read(Connection connection, List<Found> found) throws SQLException {
		List<Found> entries = new ArrayList<>();
		List<EntryKey> keys = new ArrayList<>();
		Map<Place, Found> wanted = new HashMap<>();
		for (Found each : found) {
			OffsetDateTime recordedAt = each.recordedAt();
			if (recordedAt != null) {
				keys.add(new EntryKey(each.place().id(), recordedAt.toInstant()));
				wanted.put(each.place(), each);
			}
			else {
				entries.add(each);
			}
		}
		new EntryReader(connection, this.schema).entries(keys, (entry) -> {
			Place place = Place.of(entry);
			Found each = (place != null) ? wanted.get(place) : null;
			if (each != null) {
				entries.add(each.read(entry));
			}
		});
		return entries;
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
	static List<String> mentions(Subject subject) {
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

	/** The only one of an array. */
	private static String element(String array) {
		return array.substring(1, array.length() - 1);
	}

	private static String member(String name, String value) {
		String object = new CanonicalObject().text(name, Text.normalize(value)).toString();
		return object.substring(1, object.length() - 1);
	}

}
