/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.chain;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import io.auditspring.ledger.EntryGroup;
import io.auditspring.ledger.Problem;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.checkpoint.CheckpointRefusedException;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.table.CheckedEntry;
import io.auditspring.ledger.internal.table.ControlEntry;
import io.auditspring.ledger.internal.table.EntryReader;
import io.auditspring.ledger.internal.table.LedgerTables;
import io.auditspring.ledger.internal.table.Problems;
import io.auditspring.ledger.internal.table.Sql;
import org.jspecify.annotations.Nullable;

/**
 * What entries that are about to be signed or retired say of others, and what is erased
 * of them: the same rules as those by which a verification judges, so that nothing is
 * signed that it would call wrong, and nothing is retired before anybody saw that. Costs
 * nothing where they say nothing.
 */
public final class NewControlEntries {

	private final Connection connection;

	private final Schema schema;

	private final String chain;

	private final List<Redacting> redactions = new ArrayList<>();

	private final List<Erased> erased = new ArrayList<>();

	/**
	 * A redaction entry.
	 *
	 * @param seq its place
	 * @param redaction what it says
	 */
	private record Redacting(long seq, ControlEntry.Redaction redaction) {

	}

	/**
	 * A group that is erased.
	 *
	 * @param seq the entry's place
	 * @param id the entry's id
	 * @param group the group
	 */
	private record Erased(long seq, @Nullable String id, String group) {

	}

	public NewControlEntries(Connection connection, Schema schema, String chain) {
		this.connection = connection;
		this.schema = schema;
		this.chain = chain;
	}

	public void accept(CheckedEntry entry) {
		long seq = Objects.requireNonNull(entry.place().seq());
		UUID id = entry.place().id();
		entry.redactedGroups()
			.forEach((group) -> this.erased
				.add(new Erased(seq, (id != null) ? id.toString() : null, CoreObject.stored(group))));
		if (entry.controlEntry() instanceof ControlEntry.Redaction redaction) {
			this.redactions.add(new Redacting(seq, redaction));
		}
	}

	/**
	 * How much was taken.
	 * @return the number of erased groups and of entries about some
	 */
	public int size() {
		return this.erased.size() + this.redactions.size();
	}

	/**
	 * Checks all that was taken.
	 * @param tables tells where chains begin
	 * @param from the first of the entries
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if one of them is wrong
	 */
	public void check(LedgerTables tables, long from) throws SQLException {
		for (String named : this.redactions.stream()
			.map((each) -> each.redaction().chain())
			.collect(Collectors.toCollection(TreeSet::new))) {
			checkRedactions(tables, named, from);
		}
		checkErased(tables);
	}

	private void checkRedactions(LedgerTables tables, String named, long from) throws SQLException {
		List<Redacting> said = this.redactions.stream()
			.filter((each) -> each.redaction().chain().equals(named))
			.toList();
		List<Long> places = said.stream().map((each) -> each.redaction().seq()).toList();
		Map<Long, Set<Erased>> found = found(named, places);
		Set<String> before = saidBefore(tables, named, places, from);
		boolean ofSource = !named.equals(this.chain) && tables.isReceived(this.chain);
		long beginning = tables.next(named, 0);
		for (Redacting each : said) {
			ControlEntry.Redaction redaction = each.redaction();
			long seq = redaction.seq();
			boolean isRetired = seq < beginning;
			boolean isBefore = !named.equals(this.chain) || seq < each.seq();
			boolean isErased = found.getOrDefault(seq, Set.of())
				.contains(new Erased(seq, redaction.id(), CoreObject.stored(redaction.group())));
			refuseUnless(isRetired || (isBefore && isErased) || (ofSource && !tables.keeps(redaction)), each.seq(),
					"it says that the %s group of entry %s (%s) is redacted, but no such redaction is before it"
						.formatted(CoreObject.stored(redaction.group()), seq, redaction.id()));
			refuseUnless(isRetired || before.add(seq + " " + CoreObject.stored(redaction.group())), each.seq(),
					"it is not the first to say that the %s group of entry %s is redacted"
						.formatted(CoreObject.stored(redaction.group()), seq));
		}
	}

	private Map<Long, Set<Erased>> found(String named, Collection<Long> places) throws SQLException {
		Map<Long, Set<Erased>> found = new HashMap<>();
		Sql.each(this.connection, """
				select seq, id::text, actor_digest is not null, data_digest is not null
				from %s
				where chain = ? and seq = any (?)
				""".formatted(this.schema.table("audit_log")), (row) -> {
			Set<Erased> groups = found.computeIfAbsent(row.getLong(1), (seq) -> new HashSet<>());
			if (row.getBoolean(3)) {
				groups.add(new Erased(row.getLong(1), row.getString(2), CoreObject.stored(EntryGroup.ACTOR)));
			}
			if (row.getBoolean(4)) {
				groups.add(new Erased(row.getLong(1), row.getString(2), CoreObject.stored(EntryGroup.DATA)));
			}
		}, named, Sql.array("int8", places));
		return found;
	}

	/**
	 * What other chains say of this one counts after what it says itself; of one that is
	 * received each speaks for itself, as its source may have been restored.
	 */
	private Set<String> saidBefore(LedgerTables tables, String named, Collection<Long> places, long from)
			throws SQLException {
		Set<String> before = new HashSet<>();
		boolean othersCount = !named.equals(this.chain) && !tables.isReceived(named);
		said(tables, ControlEntry.REDACTION, named, places, (row) -> {
			boolean isOwn = row.getString(1).equals(this.chain);
			if (isOwn ? row.getLong(2) < from : othersCount) {
				before.add(row.getString(3) + " " + row.getString(5));
			}
		});
		return before;
	}

	private void checkErased(LedgerTables tables) throws SQLException {
		Set<Erased> said = new HashSet<>();
		List<Long> places = this.erased.stream().map(Erased::seq).toList();
		Sql.RowConsumer reader = (row) -> said.add(new Erased(row.getLong(3), row.getString(4), row.getString(5)));
		said(tables, ControlEntry.REDACTION, this.chain, places, reader);
		// What could not be stored, only this ledger itself can say.
		said(tables, ControlEntry.QUARANTINE + "' and chain = 'local", this.chain, places, reader);
		for (Erased each : this.erased) {
			refuseUnless(said.contains(each), each.seq(),
					"the %s group is redacted without a redaction entry".formatted(each.group()));
		}
	}

	private void said(LedgerTables tables, String action, String named, Collection<Long> places, Sql.RowConsumer reader)
			throws SQLException {
		if (!places.isEmpty()) {
			Sql.each(this.connection, """
					select chain, seq, (metadata ->> 'seq')::bigint, metadata ->> 'id', metadata ->> 'group'
					from %s
					where action = '%s' and metadata ->> 'chain' = ? and metadata ->> 'seq' = any (?)
					and chain <> all (?)
					""".formatted(this.schema.table("audit_log"), action), reader, named,
					Sql.array("text", places.stream().map(String::valueOf).toList()), tables.strangersTo(named));
		}
	}

	/**
	 * Checks what they say of retired entries together with all that was said before. As
	 * they are of before, their months are gone by now; where the chain begins may have
	 * moved on since then, so that nothing is missed here.
	 * @param reader reads entries
	 * @param tables tells where the chain begins
	 * @param from the first of the entries
	 * @param to one more than the last of them
	 * @throws SQLException if the database fails
	 * @throws CheckpointRefusedException if something is wrong
	 */
	void checkRetirements(EntryReader reader, LedgerTables tables, long from, long to) throws SQLException {
		List<CheckedEntry> entries = new ArrayList<>();
		reader.readRetirements(this.chain, to, (row) -> entries.add(CheckedEntry.of(row)));
		entries.sort(Comparator.comparing((entry) -> Objects.requireNonNull(entry.place().seq())));
		Problems problems = new Problems(this.chain);
		RetirementCheck check = new RetirementCheck(problems, null);
		for (CheckedEntry entry : entries) {
			if (entry.controlEntry() instanceof ControlEntry.Retirement retirement
					&& retirement.chain().equals(this.chain)) {
				check.entry(this.chain, entry.place().seq(), entry.place().id(), retirement);
			}
		}
		check.finish(tables.next(this.chain, 0), new byte[0]);
		for (Problem problem : problems.first()) {
			Long seq = problem.seq();
			refuseUnless(problem.kind() != Problem.Kind.RETIREMENT || seq == null || seq < from,
					Objects.requireNonNullElse(seq, from), problem.what());
		}
	}

	private void refuseUnless(boolean valid, long seq, String problem) {
		if (!valid) {
			throw new CheckpointRefusedException(
					"Entry %s of chain '%s' is not as it was written: %s".formatted(seq, this.chain, problem));
		}
	}

}
