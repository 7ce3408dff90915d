/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.CheckpointSigner;
import io.auditspring.archive.internal.range.Manifest;
import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.archive.internal.range.RangeWriter;
import io.auditspring.capture.internal.entry.EntryFactory;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CanonicalObject;
import io.auditspring.ledger.internal.entry.ControlActions;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.retention.RedactableArchive.Redacted;
import io.auditspring.retention.RedactableArchive.Result;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Erases groups of entries that are in the archive only: what is left of a range is
 * written as its next generation, read back and verified, recorded, and then what was
 * there before is deleted. Whoever dies in between does it again.
 */
final class ArchiveErasure {

	/** What is found by who did it comes before who did it. */
	private static final List<EntryGroup> ORDER = List.of(EntryGroup.DATA, EntryGroup.ACTOR);

	private static final int ATTEMPTS = 3;

	static final int IDS_AT_ONCE = 5_000;

	private static final String OBJECT_IN_USE = "55006";

	private static final String INSUFFICIENT_PRIVILEGE = "42501";

	private final DataSource dataSource;

	private final ArchiveStore store;

	private final RecordedRanges ranges;

	private final RangeWriter writer;

	private final RangeCheck check;

	private final String live;

	private final String held;

	private final String declared;

	private final String sourceErasesFrom;

	private final String ask;

	private final String record;

	ArchiveErasure(DataSource dataSource, Schema schema, ArchiveStore store, ArchiveOptions options,
			@Nullable CheckpointSigner signer, RecordedRanges ranges, RangeCheck check) {
		this.dataSource = dataSource;
		this.store = store;
		this.ranges = ranges;
		this.writer = new RangeWriter(store, options, signer);
		this.check = check;
		this.live = "select seq from %s where chain = ? and seq between ? and ?".formatted(schema.table("audit_log"));
		this.held = """
				select entry.seq
				from jsonb_populate_recordset(null::%s, ?::jsonb) as entry
				where %s(entry)
				""".formatted(schema.table("audit_log"), schema.table("audit_is_held"));
		this.declared = """
				select target_id, (metadata ->> 'seq')::bigint
				from %s
				where target_type = 'AuditEntry' and target_id = any (?) and action = 'audit.redaction'
				and metadata @> jsonb_build_object('chain', ?::text, 'group', ?::text) and %s(chain, ?)
				""".formatted(schema.table("audit_log"), schema.table("audit_speaks_for"));
		this.sourceErasesFrom = "select %s(?)".formatted(schema.table("audit_source_erases_from"));
		this.ask = "select id, result from %s(?, ?::jsonb, ?, ?, ?::jsonb -> 0)"
			.formatted(schema.table("audit_ask_redaction"));
		this.record = "select %s(?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?::jsonb -> 0)"
			.formatted(schema.table("audit_redact_archived"));
	}

	/**
	 * Says what proves a range, and verifies it as it was read back.
	 */
	interface RangeCheck {

		Manifest.Proof proof(Manifest kept) throws IOException, SQLException;

		void verify(RangeName range) throws IOException;

	}

	/**
	 * What is to be erased.
	 *
	 * @param conditions what the entries must be like that are to lose a group, in SQL of
	 * DuckDB
	 * @param reason why
	 * @param requestedBy who asks for it
	 */
	record Wanted(Map<EntryGroup, List<String>> conditions, String reason, String requestedBy) {

	}

	/**
	 * What the ledger says is erased of a range.
	 *
	 * @param entries by group: the ids of entries by their places
	 */
	record Declared(Map<EntryGroup, Map<Long, UUID>> entries) {

		void add(EntryGroup group, long seq, UUID id) {
			this.entries.computeIfAbsent(group, (key) -> new TreeMap<>()).put(seq, id);
		}

		boolean isAmong(Set<Long> places) {
			return this.entries.values().stream().allMatch((group) -> places.containsAll(group.keySet()));
		}

		Wanted wanted(String requestedBy) {
			Map<EntryGroup, List<String>> conditions = new EnumMap<>(EntryGroup.class);
			this.entries.forEach((group, ids) -> conditions.put(group, ids(ids.values(), IDS_AT_ONCE)));
			return new Wanted(conditions, "The ledger says that it is erased", requestedBy);
		}

	}

	/**
	 * An entry that was found.
	 *
	 * @param seq its place
	 * @param id its id
	 * @param recordedAt when it was recorded
	 * @param erased whether the group is erased already
	 * @param control whether it is a control entry
	 * @param held by what a hold can be on it
	 */
	private record Found(long seq, UUID id, Instant recordedAt, boolean erased, boolean control, String held) {

		static Found of(StoredEntry entry, EntryGroup group) {
			StoredEntry.Place place = entry.place();
			return new Found(Objects.requireNonNull(place.seq()), Objects.requireNonNull(place.id()),
					Objects.requireNonNull(place.recordedAt()),
					((group == EntryGroup.ACTOR) ? entry.actorDigest() : entry.dataDigest()) != null,
					ControlActions.include(entry.core().action()), holdable(entry));
		}

		private static String holdable(StoredEntry entry) {
			CanonicalJson related = entry.data().related();
			CanonicalObject object = new CanonicalObject().text("action", entry.core().action())
				.text("actor_id", entry.actor().id())
				.text("id", entry.core().id())
				.text("impersonator_id", entry.actor().impersonator());
			CanonicalJson metadata = entry.data().metadata();
			JsonNode delegation = (metadata != null) ? metadata.toNode().get(EntryFactory.DELEGATION) : null;
			if (delegation != null) {
				object.raw("metadata",
						new CanonicalObject()
							.raw(EntryFactory.DELEGATION, CanonicalJson.ofStored(delegation).toString())
							.toString());
			}
			if (related != null) {
				object.raw("related", related.toString());
			}
			return object.number("seq", entry.place().seq())
				.text("target_id", entry.core().targetId())
				.text("target_type", entry.core().targetType())
				.toString();
		}

	}

	/**
	 * Erases what the ledger says is erased of a range, and is in the archive only.
	 * @return whether that is done: a legal hold may keep some of it
	 */
	boolean follow(RangeName range, Declared declared, String requestedBy) throws IOException, SQLException {
		List<Redacted> told = new ArrayList<>();
		if (!declared.isAmong(live(range))) {
			erase(range, declared.wanted(requestedBy), declared.entries(), told);
		}
		return told.stream().noneMatch((each) -> each.result() == Result.HELD);
	}

	/** Erases what is wanted of a range. */
	void erase(RangeName range, Wanted wanted, List<Redacted> told) throws IOException, SQLException {
		erase(range, wanted, null, told);
	}

	private void erase(RangeName range, Wanted wanted, @Nullable Map<EntryGroup, Map<Long, UUID>> only,
			List<Redacted> told) throws IOException, SQLException {
		Manifest kept = this.ranges.kept(range);
		Map<EntryGroup, Collection<Found>> found = new EnumMap<>(EntryGroup.class);
		for (EntryGroup group : ORDER) {
			found.put(group, find(kept, group, wanted.conditions().getOrDefault(group, List.of())));
		}
		if (found.values().stream().allMatch(Collection::isEmpty)) {
			return;
		}
		Set<Long> live = live(range);
		Set<UUID> held = new HashSet<>();
		for (EntryGroup group : ORDER) {
			List<Found> archived = Objects.requireNonNull(found.get(group))
				.stream()
				.filter((entry) -> !live.contains(entry.seq()) && !held.contains(entry.id()))
				.filter((entry) -> only == null
						|| entry.id().equals(only.getOrDefault(group, Map.of()).get(entry.seq())))
				.toList();
			List<Redacted> results = new ArrayList<>();
			kept = erase(kept, group, archived, wanted, results);
			// A hold may be lifted meanwhile, and the actor is what data is found by.
			results.stream().filter((each) -> each.result() == Result.HELD).map(Redacted::id).forEach(held::add);
			told.addAll(results);
		}
	}

	private Collection<Found> find(Manifest kept, EntryGroup group, List<String> conditions)
			throws IOException, SQLException {
		Map<Long, Found> found = new TreeMap<>();
		this.writer.read(kept, conditions, (entry) -> {
			Found each = Found.of(entry, group);
			found.put(each.seq(), each);
		});
		return found.values();
	}

	private Set<Long> live(RangeName range) throws SQLException {
		return OwnTransaction.look(this.dataSource, (connection) -> new HashSet<>(
				Sql.list(connection, this.live, (row) -> row.getLong(1), range.chain(), range.first(), range.last())));
	}

	private Manifest erase(Manifest kept, EntryGroup group, List<Found> found, Wanted wanted, List<Redacted> told)
			throws IOException, SQLException {
		for (int attempt = 1;; attempt++) {
			Set<Long> declared = declared(kept.range(), group, found);
			Set<Long> held = held(found);
			long sourceErasesFrom = sourceErasesFrom(kept.range());
			Map<Long, Result> results = new TreeMap<>();
			found.forEach((entry) -> results.put(entry.seq(), result(entry, group, declared, held, sourceErasesFrom)));
			try {
				ask(kept.range(), group, found, results, wanted);
				List<Found> holdable = (sourceErasesFrom != Long.MAX_VALUE) ? found : List.of();
				Manifest left = erase(kept, group, found, results, wanted, holdable);
				found.forEach((entry) -> told.add(new Redacted(entry.id(), entry.recordedAt(), group,
						Objects.requireNonNull(results.get(entry.seq())))));
				return left;
			}
			catch (SQLException ex) {
				// Somebody placed a hold meanwhile.
				if (!OBJECT_IN_USE.equals(ex.getSQLState()) || attempt == ATTEMPTS) {
					throw ex;
				}
				this.ranges.clear(kept.range());
			}
		}
	}

	/** What nobody else erases is erased here. */
	private long sourceErasesFrom(RangeName range) throws SQLException {
		Long from = OwnTransaction.<@Nullable Long, RuntimeException>look(this.dataSource, (connection) -> Sql
			.find(connection, this.sourceErasesFrom, (row) -> row.getObject(1, Long.class), range.chain()));
		return (from != null) ? from : Long.MAX_VALUE;
	}

	private void ask(RangeName range, EntryGroup group, List<Found> found, Map<Long, Result> results, Wanted wanted)
			throws SQLException {
		String asked = found.stream()
			.filter((entry) -> results.get(entry.seq()) == Result.ASKED)
			.map((entry) -> new CanonicalObject().text("id", entry.id().toString())
				.number("seq", entry.seq())
				.toString())
			.collect(Collectors.joining(",", "[", "]"));
		if (!asked.equals("[]")) {
			OwnTransaction.run(this.dataSource,
					(connection) -> Sql.list(connection, this.ask, (row) -> row.getString(2), range.chain(), asked,
							group.name().toLowerCase(Locale.ROOT), wanted.reason(), wanted.requestedBy()));
		}
	}

	private static Result result(Found entry, EntryGroup group, Set<Long> declared, Set<Long> held,
			long sourceErasesFrom) {
		if (entry.erased()) {
			return Result.REDACTED;
		}
		if (group == EntryGroup.DATA && entry.control()) {
			return Result.KEPT;
		}
		// Of a received chain its source may not have known of the hold.
		if (held.contains(entry.seq()) && (sourceErasesFrom != Long.MAX_VALUE || !declared.contains(entry.seq()))) {
			return Result.HELD;
		}
		if (declared.contains(entry.seq())) {
			return Result.REDACTED;
		}
		return (entry.seq() < sourceErasesFrom) ? Result.ERASED : Result.ASKED;
	}

	/**
	 * What was erased in the database while it left for the archive; it is said once.
	 * What another ledger's chain says of it counts for nothing.
	 */
	private Set<Long> declared(RangeName range, EntryGroup group, List<Found> found) throws SQLException {
		Map<Long, String> clear = found.stream()
			.filter((entry) -> !entry.erased())
			.collect(Collectors.toMap(Found::seq, (entry) -> entry.id().toString()));
		Set<Long> declared = new HashSet<>();
		if (!clear.isEmpty()) {
			OwnTransaction.look(this.dataSource, (connection) -> {
				Sql.each(connection, this.declared, (row) -> {
					if (row.getString(1).equals(clear.get(row.getLong(2)))) {
						declared.add(row.getLong(2));
					}
				}, Sql.array("text", clear.values()), range.chain(), group.name().toLowerCase(Locale.ROOT),
						range.chain());
				return declared;
			});
		}
		return declared;
	}

	private Set<Long> held(List<Found> found) throws SQLException {
		return found.isEmpty() ? Set.of()
				: OwnTransaction.look(this.dataSource, (connection) -> held(connection, found));
	}

	private Set<Long> held(Connection connection, List<Found> found) throws SQLException {
		return Set.copyOf(Sql.list(connection, this.held, (row) -> row.getLong(1), array(found)));
	}

	/** What a source has erased is recorded already, and not looked at again there. */
	private void requireFree(Connection connection, List<Found> erased) throws SQLException {
		Set<Long> held = erased.isEmpty() ? Set.of() : held(connection, erased);
		if (!held.isEmpty()) {
			throw new SQLException("a legal hold keeps entries %s".formatted(held), OBJECT_IN_USE);
		}
	}

	private static String array(Collection<Found> entries) {
		return entries.stream().map(Found::held).collect(Collectors.joining(",", "[", "]"));
	}

	private Manifest erase(Manifest kept, EntryGroup group, List<Found> found, Map<Long, Result> results, Wanted wanted,
			List<Found> holdable) throws IOException, SQLException {
		Set<Long> erasable = found.stream()
			.filter((entry) -> !entry.erased())
			.map(Found::seq)
			.filter((seq) -> results.get(seq) == Result.ERASED || results.get(seq) == Result.REDACTED)
			.collect(Collectors.toSet());
		if (erasable.isEmpty()) {
			return kept;
		}
		RangeName range = kept.range();
		Manifest next = this.writer.rewrite(kept, (group == EntryGroup.ACTOR) ? erasable : Set.of(),
				(group == EntryGroup.DATA) ? erasable : Set.of(), this.check.proof(kept));
		List<Found> told = found.stream().filter((entry) -> results.get(entry.seq()) == Result.ERASED).toList();
		this.check.verify(range);
		try {
			this.ranges.record(next, (connection) -> {
				Sql.execute(connection, this.record, range.chain(), range.first(), range.last(), next.generation(),
						next.digest(), next.firstRecordedAt(), next.lastRecordedAt(), array(told),
						group.name().toLowerCase(Locale.ROOT), wanted.reason(), wanted.requestedBy());
				// By now nobody can place a hold until this is committed.
				requireFree(connection, holdable.stream().filter((entry) -> erasable.contains(entry.seq())).toList());
			});
		}
		catch (SQLException ex) {
			if (INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw new IOException("the database user may not record what is erased in the archive: "
						+ "grant the role audit_retention of classpath:io/auditspring/db/roles.sql to it", ex);
			}
			throw ex;
		}
		this.store.delete(range.payload(kept.generation()));
		return next;
	}

	static List<String> ids(Collection<UUID> ids, int most) {
		List<String> conditions = new ArrayList<>();
		List<UUID> all = List.copyOf(ids);
		for (int from = 0; from < all.size(); from += most) {
			conditions.add(all.subList(from, Math.min(from + most, all.size()))
				.stream()
				.map((id) -> "'" + id + "'")
				.collect(Collectors.joining(", ", "id in (", ")")));
		}
		return conditions;
	}

}
