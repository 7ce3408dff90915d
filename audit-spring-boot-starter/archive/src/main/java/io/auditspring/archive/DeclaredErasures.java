/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.auditspring.archive.internal.range.RangeName;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.OwnTransaction;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger says is erased, since it was looked at last: in the database another
 * application may have erased it, or the source of a received chain, and the archive is
 * to follow. Remembers in memory how far it was looked at, so all of it is looked at
 * again after a start.
 */
final class DeclaredErasures {

	private static final int PLACE_DIGITS = 18;

	private final DataSource dataSource;

	private final String declared;

	/** By which chain says it, and of which: what it may say, it may say later only. */
	private final Map<List<String>, Long> seen = new HashMap<>();

	/** What a legal hold keeps of ranges, which may be lifted any day. */
	private final Map<RangeName, ArchiveErasure.Declared> held = new LinkedHashMap<>();

	DeclaredErasures(DataSource dataSource, Schema schema) {
		this.dataSource = dataSource;
		// What a foreign chain says is taken as text, as it may be anything.
		this.declared = """
				select chain, seq, target_id, metadata ->> 'chain', metadata ->> 'seq', metadata ->> 'group'
				from %s
				where action = 'audit.redaction' and target_type = 'AuditEntry'
				and %s(chain, coalesce(metadata ->> 'chain', ''))
				""".formatted(schema.table("audit_log"), schema.table("audit_speaks_for"));
	}

	/**
	 * What is new of it.
	 *
	 * @param ranges by range: which entries
	 * @param upTo by the chain that says it and the one it is about: where the last entry
	 * is that was looked at
	 */
	record News(Map<RangeName, ArchiveErasure.Declared> ranges, Map<List<String>, Long> upTo) {

		void add(RangeName range, EntryGroup group, long seq, UUID id) {
			this.ranges.computeIfAbsent(range, (name) -> new ArchiveErasure.Declared(new TreeMap<>()))
				.add(group, seq, id);
		}

	}

	/**
	 * An entry of which a group is said to be erased.
	 *
	 * @param speaker the chain that says so
	 * @param at where it says so
	 * @param chain the entry's chain
	 * @param seq the entry's place
	 * @param id the entry's id
	 * @param group the group
	 */
	private record Declared(String speaker, long at, String chain, long seq, UUID id, EntryGroup group) {

		static @Nullable Declared of(ResultSet row) throws SQLException {
			String speaker = row.getString(1);
			String chain = row.getString(4);
			String seq = row.getString(5);
			String group = row.getString(6);
			if (chain == null || seq == null || group == null || !seq.matches("[0-9]{1," + PLACE_DIGITS + "}")) {
				return null;
			}
			try {
				return new Declared(speaker, row.getLong(2), chain, Long.parseLong(seq),
						UUID.fromString(row.getString(3)), group(group));
			}
			catch (IllegalArgumentException ex) {
				return null;
			}
		}

		List<String> chains() {
			return List.of(this.speaker, this.chain);
		}

		private static EntryGroup group(String name) {
			return switch (name) {
				case "actor" -> EntryGroup.ACTOR;
				case "data" -> EntryGroup.DATA;
				default -> throw new IllegalArgumentException(name);
			};
		}

	}

	/** What is new of some ranges, and what was held. */
	News next(Collection<RangeName> recorded) throws SQLException {
		Map<String, TreeMap<Long, RangeName>> chains = recorded.stream()
			.collect(Collectors.groupingBy(RangeName::chain,
					Collectors.toMap(RangeName::first, (range) -> range, (one, other) -> other, TreeMap::new)));
		News news = new News(new LinkedHashMap<>(), new HashMap<>());
		this.held.forEach((range, declared) -> declared.entries()
			.forEach((group, entries) -> entries.forEach((seq, id) -> news.add(range, group, seq, id))));
		OwnTransaction.look(this.dataSource, (connection) -> {
			Sql.each(connection, this.declared, (row) -> {
				Declared declared = Declared.of(row);
				if (declared != null && declared.at() > this.seen.getOrDefault(declared.chains(), -1L)) {
					add(declared, chains, news);
				}
			});
			return news;
		});
		return news;
	}

	private static void add(Declared declared, Map<String, TreeMap<Long, RangeName>> chains, News news) {
		news.upTo().merge(declared.chains(), declared.at(), Math::max);
		Map.Entry<Long, RangeName> range = chains.getOrDefault(declared.chain(), new TreeMap<>())
			.floorEntry(declared.seq());
		if (range != null && declared.seq() <= range.getValue().last()) {
			news.add(range.getValue(), declared.group(), declared.seq(), declared.id());
		}
	}

	/** The archive says the same by now, but for ranges of which something is held. */
	void done(News news, Set<RangeName> held) {
		this.seen.putAll(news.upTo());
		this.held.clear();
		held.forEach((range) -> this.held.put(range, Objects.requireNonNull(news.ranges().get(range))));
	}

}
