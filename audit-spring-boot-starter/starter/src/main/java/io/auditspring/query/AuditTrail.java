/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.LedgerVerifier;
import io.auditspring.query.internal.past.MergedIterator;
import io.auditspring.retention.Subject;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

/**
 * Reads the audit trail, newest entries first. Inject the bean; one of the application's
 * own takes its place. Needs no transaction, and takes part in one that is there. Entries
 * appear once they are in the ledger, shortly after the commit of what they tell of.
 *
 * @since 0.1.0
 */
public interface AuditTrail {

	/**
	 * A trail without entries, where nothing is recorded.
	 * @param verifier verifies nothing
	 * @return a trail that answers as one does in which nothing was found
	 */
	static AuditTrail empty(LedgerVerifier verifier) {
		return new EmptyTrail(verifier);
	}

	/**
	 * Reads a page of entries. Costs the same however far from the first page.
	 * @param query which entries
	 * @return the page, and positions to go on from
	 */
	Window<AuditEntry> find(AuditQuery query);

	/**
	 * Reads a page of entries, but no more than there is room for, and does not look for
	 * them for ever: it ends where their texts would have more than
	 * {@value EntryPages#MOST_CHARACTERS} characters together, but for a single entry
	 * that has more, and, where no index finds what is wanted, after
	 * {@value EntryPages#MOST_LOOKED_AT} entries, however few of them match, and says how
	 * far it came. A {@link Window} cannot say where to go on when it is empty.
	 * @param query which entries
	 * @return the page, which may be empty though there are more, and where to go on
	 */
	default Look look(AuditQuery query) {
		return Look.of(query, find(query));
	}

	/**
	 * Reads one entry.
	 * @param id its id
	 * @return the entry, or empty if there is none
	 */
	Optional<AuditEntry> entry(UUID id);

	/**
	 * Reads what was done to a thing last.
	 * @param targetType the kind of thing
	 * @param targetId which one: the text that entries show, an identifier, or an entity
	 * @return the first page of its trail
	 */
	default Window<AuditEntry> trail(String targetType, Object targetId) {
		return find(AuditQuery.all().target(targetType, targetId));
	}

	/**
	 * Reads all entries of a query, whatever its limit, page by page as the stream is
	 * consumed. Memory grows neither with their number nor, beyond
	 * {@value EntryPages#MOST_CHARACTERS} characters, with their length. The stream holds
	 * no connection between pages and need not be closed; entries that the ledger takes
	 * meanwhile do not disturb it.
	 * @param query which entries
	 * @return the entries
	 */
	Stream<AuditEntry> stream(AuditQuery query);

	/**
	 * Reads everything about a person, oldest first, each entry once: what the person
	 * did, under another identity too, by an agent too, what was done to what stands for
	 * the person, and what concerned that. Looks through the whole ledger, and its
	 * archive where that is read, as the stream is consumed.
	 * @param subject the person; all of it is told, whatever would be erased
	 * @return the entries
	 */
	default Stream<AuditEntry> about(Subject subject) {
		MergedIterator<AuditEntry> merged = new MergedIterator<>(
				AuditQuery.about(subject).stream().map((query) -> stream(query).iterator()).toList(),
				EntryPages.OLDEST_FIRST);
		return StreamSupport.stream(Spliterators.spliteratorUnknownSize(merged, Spliterator.ORDERED), false);
	}

	/**
	 * Counts the entries of a query, whatever its limit and position: exactly, and at the
	 * cost of reading them all from an index.
	 * @param query which entries
	 * @return how many there are
	 */
	long count(AuditQuery query);

	/**
	 * Counts the entries of a query, whatever its limit and position, as far as that is
	 * cheap: all of them where sums are kept that tell it, as for {@link #activity}, else
	 * up to a number.
	 * @param query which entries
	 * @param most how many are counted one by one
	 * @return how many there are, or that there are more
	 */
	default Count count(AuditQuery query, int most) {
		long counted = stream(query.after(ScrollPosition.keyset())).limit(most + 1L).count();
		return new Count(Math.min(counted, most), counted <= most);
	}

	/**
	 * Tells which values the entries of a query have, whatever its limit and position,
	 * and how often: by the sums that are kept where they tell it, as for
	 * {@link #activity}, else among the newest {@value Facets#NEWEST} entries, of which
	 * no more than {@value EntryPages#MOST_LOOKED_AT} are looked at where no index finds
	 * them.
	 * @param query which entries
	 * @param fields what of
	 * @return the most frequent values of each
	 */
	default Facets facets(AuditQuery query, Set<Facets.Field> fields) {
		// By pages, as looking ends there where it finds little; of each entry only its
		// values are kept.
		AuditQuery pages = query.newestFirst().limit(AuditQuery.MAX_LIMIT).withoutTexts();
		Facets.Counting counting = new Facets.Counting(fields);
		Look page = look(pages.after(ScrollPosition.keyset()));
		counting.add(page.entries());
		while (page.next() != null && page.until() == null && !counting.isFull()) {
			page = look(pages.after(page.next()));
			counting.add(page.entries());
		}
		return counting.facets(page.next() == null && page.until() == null);
	}

	/**
	 * Reads a page of operations: each with the entries of it that the query matches, at
	 * the place of its newest one. All of them are in memory at once, up to
	 * {@value OperationPages#MOST_ENTRIES} of each operation, however long they are:
	 * choose the limit by that.
	 * @param query which entries
	 * @return the page, its limit being that of operations
	 */
	Window<AuditOperation> operations(AuditQuery query);

	/**
	 * Suggests values to filter by, in the order of their letters. Without filters these
	 * are also the actions, categories and types that annotations and vocabularies of the
	 * application name.
	 * @param attribute of what
	 * @param prefix how they begin, the first letter in upper or lower case; may be empty
	 * @param limit how many at most
	 * @param within the entries that may be told of: without filters all are asked, with
	 * filters the newest {@value Suggestions#NEWEST} that match
	 * @return the values, without repetition
	 */
	List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within);

	/**
	 * Counts what was recorded in a period. What is asked of the whole ledger, or of one
	 * tenant, action, category, severity or service, is answered by sums of hours, days
	 * and months that are kept beside the ledger, exactly, and as fast for ten million
	 * entries as for ten thousand: they are completed by what is not summed up yet.
	 * Everything else is counted one by one; where that would be more than
	 * {@value ActivityQuery#MOST} entries, the answer is only about the newest of them,
	 * and its {@link Activity#from() beginning} says since when.
	 * @param query which entries
	 * @param from when the period begins
	 * @param to when it has ended
	 * @param interval how long each bucket is; whole seconds
	 * @return the counts
	 */
	Activity activity(AuditQuery query, Instant from, Instant to, Duration interval);

	/**
	 * Tells what a thing was like at a time, by the newest entry until then that holds
	 * its state. What that one lacks, as it was not loaded then, comes from the
	 * {@value StateHistory#MOST} entries before; what nobody knows is left out. What
	 * changed it past the trail is not known here.
	 * @param targetType the kind of thing
	 * @param targetId which one: the text that entries show, an identifier, or an entity
	 * @param at the time, compared with when operations began
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	default Optional<Map<String, @Nullable Object>> stateAt(String targetType, Object targetId, Instant at) {
		return stateAt(AuditQuery.all().target(targetType, targetId), at);
	}

	/**
	 * Tells what a thing was like at a time. Where only a part of what was done to it may
	 * be seen, what the newest entry lacks is left out.
	 * @param trail what was done to it, as far as the reader may see it
	 * @param at the time
	 * @return its state, or empty where none was recorded by then, or it was deleted
	 * @throws ErasedStateException if that part of its trail was erased
	 */
	default Optional<Map<String, @Nullable Object>> stateAt(AuditQuery trail, Instant at) {
		return new StateHistory(this, trail.newestFirst(), at).read();
	}

	/**
	 * Tells since when a thing's state is known: a trail that began later than the thing
	 * knows nothing of before.
	 * @param trail what was done to it, as far as the reader may see it
	 * @return when the first operation began that told its state, or empty where none did
	 */
	default Optional<Instant> stateKnownSince(AuditQuery trail) {
		return find(trail.oldestFirst().stateUntil(Instant.now()).limit(1)).stream()
			.findFirst()
			.map(AuditEntry::getOccurredAt);
	}

	/**
	 * Tells which period is read in the archive, more slowly, as it is no longer in the
	 * database.
	 * @return the period; empty if everything is read in the database
	 */
	default Optional<ArchivedPeriod> archived() {
		return Optional.empty();
	}

	/**
	 * A period of which entries are in the archive only. Others of it may be in the
	 * database: an old month is there again where entries of it were received late.
	 *
	 * @param from when the first of them was recorded
	 * @param to when the last of them was recorded
	 */
	record ArchivedPeriod(Instant from, Instant to) {

	}

	/**
	 * Verifies the whole ledger. Reads all of it.
	 * @return what was found
	 * @throws DataAccessException if the ledger cannot be read
	 */
	Verification verify();

	/**
	 * Verifies one chain. Reads all of it.
	 * @param chain the chain's name
	 * @return what was found
	 * @throws DataAccessException if the ledger cannot be read
	 */
	ChainVerification verify(String chain);

	/**
	 * How many entries there are.
	 *
	 * @param entries how many
	 * @param exact whether there are no more; if not, there are at least so many
	 */
	record Count(long entries, boolean exact) {

	}

	/**
	 * A page, and how far it was looked for.
	 *
	 * @param entries the entries, which may be fewer than fit on the page, or none
	 * @param next where to go on by {@link AuditQuery#after}, or {@code null} if there is
	 * nothing more
	 * @param until where looking ended early, when the last entry that was looked at was
	 * recorded; else {@code null}
	 */
	record Look(List<AuditEntry> entries, @Nullable ScrollPosition next, @Nullable Instant until) {

		public Look {
			entries = List.copyOf(entries);
		}

		static Look of(AuditQuery query, Window<AuditEntry> page) {
			int last = query.position().scrollsForward() ? page.size() - 1 : 0;
			return new Look(page.getContent(), (page.hasNext() && !page.isEmpty()) ? page.positionAt(last) : null,
					null);
		}

		Window<AuditEntry> page(AuditQuery query) {
			return Window.from(this.entries,
					(index) -> EntryPages.positionOf(this.entries.get(index), query.position().getDirection()),
					this.next != null);
		}

	}

	/**
	 * What entries can be filtered by with the help of suggestions.
	 */
	enum Attribute {

		/** The actor's id. */
		ACTOR("actorId", "actor_id"),

		/** The action. */
		ACTION("action", "action"),

		/** The category. */
		CATEGORY("category", "category"),

		/** The type of the target. */
		TARGET_TYPE("targetType", "target_type"),

		/** The service. */
		SERVICE("service", "service"),

		/** The tenant. */
		TENANT("tenant", "tenant");

		private final String attribute;

		private final String column;

		Attribute(String attribute, String column) {
			this.attribute = attribute;
			this.column = column;
		}

		String attribute() {
			return this.attribute;
		}

		String column() {
			return this.column;
		}

	}

}
