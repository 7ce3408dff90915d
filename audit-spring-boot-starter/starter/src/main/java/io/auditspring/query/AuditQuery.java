/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.ledger.internal.tree.RootRows;
import io.auditspring.query.internal.condition.AuditWords;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.condition.Restriction;
import io.auditspring.query.internal.value.MetadataValue;
import io.auditspring.query.internal.value.NamePatterns;
import io.auditspring.query.internal.value.Network;
import io.auditspring.query.internal.value.WeekHours;
import io.auditspring.retention.Subject;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

/**
 * Which entries to read. Immutable: every method gives a copy that is narrower. Filters
 * add up; one that is given twice must hold both times.
 *
 * @since 0.1.0
 */
public final class AuditQuery {

	private static final int DEFAULT_LIMIT = 100;

	/** The most entries of a page. */
	public static final int MAX_LIMIT = 1000;

	private static final Set<String> STATES = Set.of("before", "after", "metadata");

	private static final Condition NOT_ROOT = Condition.unequal("chain", RootRows.CHAIN);

	private final List<Filter> filters;

	private final int limit;

	private final KeysetScrollPosition position;

	private final boolean oldestFirst;

	private final Set<String> unread;

	private AuditQuery(List<Filter> filters, int limit, KeysetScrollPosition position, boolean oldestFirst,
			Set<String> unread) {
		this.filters = filters;
		this.limit = limit;
		this.position = position;
		this.oldestFirst = oldestFirst;
		this.unread = unread;
	}

	/**
	 * All entries, newest first, 100 to a page.
	 * @return the query
	 */
	public static AuditQuery all() {
		return new AuditQuery(List.of(), DEFAULT_LIMIT, ScrollPosition.keyset(), false, Set.of());
	}

	/** All that is to be found about a person, in one order; some of it several times. */
	static List<AuditQuery> about(Subject subject) {
		List<AuditQuery> queries = new ArrayList<>();
		String actor = subject.actorId();
		if (actor != null) {
			queries.add(all().actor(actor).oldestFirst());
			queries.add(all().impersonator(actor).oldestFirst());
		}
		Subject.Target target = subject.target();
		if (target != null) {
			queries.add(all().target(target.type(), target.id()).oldestFirst());
			queries.add(all().related(target.type(), target.id()).oldestFirst());
		}
		return queries;
	}

	/**
	 * Only what somebody did, or one of several.
	 * @param ids their ids
	 * @return a narrower query
	 * @throws IllegalArgumentException if there are none, as for all that takes several
	 * values
	 */
	public AuditQuery actor(String... ids) {
		return oneOf("actorId", ids);
	}

	/**
	 * Only what actors did whose ids begin or end alike, as with {@link #actions}.
	 * @param patterns such as {@code kar*} or {@code *@example.org}; of several, one must
	 * fit. A star that an id has itself is written with a backslash before it, as in all
	 * patterns, and so is a backslash beside a star
	 * @return a narrower query
	 * @throws IllegalArgumentException if one is no pattern
	 */
	public AuditQuery actors(String... patterns) {
		return with(Filter.pattern("actorId", NamePatterns.parse(values(patterns))));
	}

	/**
	 * Only what one actor did. A user and an API key may have the same id. Such entries
	 * are found among those of the actor alone, so that the time it takes tells nothing
	 * of what others did.
	 * @param actor the actor; the name does not matter
	 * @return a narrower query
	 */
	public AuditQuery actor(Actor actor) {
		return actor(actor.id()).with(Filter.own(actor.type()));
	}

	/**
	 * Only what one actor did, and what somebody tried in vain under that actor's name: a
	 * failed login is nobody's doing who is known.
	 * @param actor the actor; the name does not matter
	 * @return a narrower query
	 */
	public AuditQuery actorOrTried(Actor actor) {
		return actor(actor.id()).with(Filter.own(actor.type(), ActorType.ANONYMOUS));
	}

	/**
	 * Only what somebody did under the identity of somebody else, or one of several: by
	 * themselves, or by an agent whom they asked. No index is made for that: unless
	 * another filter finds few, the whole period is read, so choose one.
	 * @param ids the ids of who really acted, or had others act
	 * @return a narrower query
	 */
	public AuditQuery impersonator(String... ids) {
		return with(Filter.searched(AuditFilters.acting(values(ids))));
	}

	/**
	 * Only what one kind of party did, or one of several. No index is made for that:
	 * unless another filter finds few, the whole period is read, so choose one.
	 * @param types the kinds of parties
	 * @return a narrower query
	 */
	public AuditQuery actorType(ActorType... types) {
		if (types.length == 0) {
			throw new IllegalArgumentException("At least one kind of actor is needed");
		}
		return with(Filter.searched(Condition.in("actorType", List.of(types))));
	}

	public AuditQuery action(String... actions) {
		return oneOf("action", actions);
	}

	/**
	 * Only actions of names that begin or end alike. Which those are is looked up in an
	 * index when the query is made.
	 * @param patterns the beginning and a star, such as {@code transaction.*}, a star and
	 * the end, such as {@code *.approved}, or a whole name; of several, one must fit
	 * @return a narrower query
	 * @throws IllegalArgumentException if one is none of these, or there is none
	 */
	public AuditQuery actions(String... patterns) {
		return with(Filter.pattern("action", NamePatterns.parse(values(patterns))));
	}

	/**
	 * All but some actions, such as that of reading the trail.
	 * @param actions the actions to leave out
	 * @return a narrower query
	 */
	public AuditQuery withoutAction(String... actions) {
		AuditQuery query = this;
		for (String action : values(actions)) {
			query = query.with(Filter.withoutAction(action));
		}
		return query;
	}

	/**
	 * All but what a query would find.
	 * @param unwanted narrows a query to what is not wanted; what it narrows by must not
	 * be true all at once. An entry that lacks a value is not what would be found by it
	 * @return a narrower query
	 * @throws IllegalArgumentException if it narrows by nothing
	 */
	public AuditQuery without(UnaryOperator<AuditQuery> unwanted) {
		List<Filter> filters = unwanted.apply(all()).filters;
		if (filters.isEmpty()) {
			throw new IllegalArgumentException("Say what to leave out: without a filter that is everything");
		}
		return with(Filter.not(filters));
	}

	public AuditQuery category(String... categories) {
		return oneOf("category", categories);
	}

	public AuditQuery severity(Severity... severities) {
		return oneOf("severity", severities);
	}

	/**
	 * Only what deserves so much attention, or more. From {@link Severity#WARNING} on it
	 * is what went wrong, was refused, or is unusual.
	 * @param severity the least
	 * @return a narrower query
	 */
	public AuditQuery severityAtLeast(Severity severity) {
		List<Severity> wanted = List.of(Severity.values()).subList(severity.ordinal(), Severity.values().length);
		return (severity == Severity.INFO) ? this
				: (wanted.size() == 1) ? severity(severity) : with(Filter.anyOf("severity", wanted));
	}

	public AuditQuery outcome(Outcome... outcomes) {
		return oneOf("outcome", outcomes);
	}

	/**
	 * Only what was done to one thing: its trail. An entity is found by each of its
	 * names.
	 * @param type the kind of thing
	 * @param id which one: the text that entries show, an identifier, or an entity
	 * @return a narrower query
	 */
	public AuditQuery target(String type, Object id) {
		return with(Filter.target(new Wanted(type, id)));
	}

	/**
	 * Only what was done to one of several things of a kind.
	 * @param type the kind of thing
	 * @param ids which ones, as for {@link #target}
	 * @return a narrower query
	 * @throws IllegalArgumentException if there are none
	 */
	public AuditQuery targets(String type, Object... ids) {
		return with(
				Filter.targets(values(ids).stream().map((id) -> new Wanted(type, id)).toList(), TargetNames.AS_SAID));
	}

	/**
	 * Only what was done to one of several things of whatever kinds.
	 * @param things their kinds, and which ones, as for {@link #target}
	 * @return a narrower query
	 * @throws IllegalArgumentException if there are none
	 */
	public AuditQuery targets(Resource... things) {
		List<Wanted> wanted = values(things).stream().map((thing) -> new Wanted(thing.type(), thing.id())).toList();
		return with((wanted.size() == 1) ? Filter.target(wanted.get(0)) : Filter.targets(wanted, TargetNames.AS_SAID));
	}

	/**
	 * Only what was done to things with an id, or one of several, of whatever kind they
	 * are.
	 * @param ids the ids
	 * @return a narrower query
	 */
	public AuditQuery targetId(Object... ids) {
		return oneOf("targetId", Stream.of(ids).map(Object::toString).toArray());
	}

	/**
	 * Only what was done to things whose ids begin or end alike. Among many ids that may
	 * read the whole period: choose one.
	 * @param patterns such as {@code 2026-*}; of several, one must fit
	 * @return a narrower query
	 * @throws IllegalArgumentException if one is no pattern
	 */
	public AuditQuery targetIds(String... patterns) {
		return with(Filter.pattern("targetId", NamePatterns.parse(values(patterns))));
	}

	/**
	 * Only what was done to kinds of things that begin or end alike, as entries name
	 * them.
	 * @param patterns such as {@code Inv*}; of several, one must fit
	 * @return a narrower query
	 * @throws IllegalArgumentException if one is no pattern
	 */
	public AuditQuery targetTypes(String... patterns) {
		return with(Filter.pattern("targetType", NamePatterns.parse(values(patterns))));
	}

	/**
	 * Only what changed a property, or one of several. No index is made for that: unless
	 * another filter finds few, the whole period is read, so choose one.
	 * @param properties the names, with dots where values are within others, such as
	 * {@code address.city}
	 * @return a narrower query
	 */
	public AuditQuery changed(String... properties) {
		return with(Filter.searched(Condition.any(values(properties).stream().map(Condition::changed).toList())));
	}

	/**
	 * Only what was done to one kind of thing, or one of several. An entity is found by
	 * each of its names.
	 * @param types the kinds of things
	 * @return a narrower query
	 */
	public AuditQuery targetType(String... types) {
		List<String> kinds = values(types);
		return with((kinds.size() == 1) ? Filter.target(new Wanted(kinds.get(0), null)) : Filter.kinds(kinds));
	}

	/**
	 * Only what concerned a thing without being done to it.
	 * @param type the kind of thing
	 * @param id which one: the text that entries show, an identifier, or an entity
	 * @return a narrower query
	 */
	public AuditQuery related(String type, Object id) {
		return with(Filter.related(new Wanted(type, id)));
	}

	/**
	 * Only what has a value in its metadata. Unless an index was made for it, or another
	 * filter finds few, the whole period is read: choose one, or have what is often
	 * looked for as a {@linkplain #related related} thing.
	 * @param path the name of the value, below others by dots, such as
	 * {@code request.method}
	 * @param value the value; of a text, a number or a truth value, or one of a list
	 * @return a narrower query
	 * @throws IllegalArgumentException if the path has an empty name, or either is longer
	 * than {@value MetadataValue#MAX_LENGTH} characters
	 */
	public AuditQuery metadata(String path, String value) {
		return with(Filter.searched(AuditFilters.metadata(new MetadataValue(path, value))));
	}

	public AuditQuery tenant(String... tenants) {
		return oneOf("tenant", tenants);
	}

	/**
	 * Only what belongs to no tenant.
	 * @return a narrower query
	 */
	public AuditQuery withoutTenant() {
		return with(Filter.missing("tenant"));
	}

	public AuditQuery service(String... services) {
		return oneOf("service", services);
	}

	public AuditQuery chain(String... chains) {
		return with(Filter.chains(values(chains)));
	}

	/**
	 * Only one entry, or some.
	 * @param ids their ids
	 * @return a narrower query
	 */
	public AuditQuery id(UUID... ids) {
		return oneOf("id", ids);
	}

	public AuditQuery operation(UUID... operationIds) {
		return oneOf("operationId", operationIds);
	}

	public AuditQuery trace(String... traceIds) {
		return oneOf("traceId", traceIds);
	}

	/**
	 * Only what was done in one session, or one of several.
	 * @param digests what entries show of the session
	 * @return a narrower query
	 */
	public AuditQuery session(String... digests) {
		return oneOf("sessionId", digests);
	}

	/**
	 * Only what came from an IP address or a network, or one of several.
	 * @param addresses the addresses, in any notation of them, or networks such as
	 * {@code 10.0.0.0/8} and {@code 2001:db8::/32}
	 * @return a narrower query
	 * @throws IllegalArgumentException if one is neither
	 */
	public AuditQuery ip(String... addresses) {
		List<Network> networks = values(addresses).stream().map(Network::parse).distinct().toList();
		if (networks.size() == 1 && networks.get(0).isOne()) {
			return with(Filter.other(Condition.address(networks.get(0).first())));
		}
		return with(Filter.searched(Condition.any(networks.stream()
			.map((network) -> network.isOne() ? Condition.address(network.first())
					: Condition.network(network.first(), network.last()))
			.toList())));
	}

	/**
	 * Only what began at certain hours of the week, or at some of several. Within what is
	 * passed to {@link #without}, that is what began out of hours. No index is made for
	 * that: unless another filter finds few, the whole period is read, so choose one.
	 * @param hours days, hours and zone with slashes between them, such as
	 * {@code mon-fri/08:00-17:00/Europe/Oslo}. Days or hours may be left out, and so may
	 * the zone, which then is UTC: {@code 22:00-06:00}, {@code sat-sun/Asia/Tokyo}. Hours
	 * end before what is named last; those that pass midnight belong to the day on which
	 * they begin
	 * @return a narrower query
	 * @throws IllegalArgumentException if some are malformed, or there is no such zone
	 */
	public AuditQuery hours(String... hours) {
		return with(Filter.searched(Condition
			.any(values(hours).stream().map((each) -> Condition.hours("occurredAt", WeekHours.parse(each))).toList())));
	}

	/**
	 * Only what began at a time or later. Entries are in the order in which they were
	 * recorded, which may be much later: unless another filter finds few, the whole
	 * period is read, so choose one by {@link #from} and {@link #to}, too.
	 * @param start the time
	 * @return a narrower query
	 */
	public AuditQuery occurredFrom(Instant start) {
		return with(Filter.searched(Condition.atLeast("occurredAt", start)));
	}

	/**
	 * Only what began before a time.
	 * @param end the time
	 * @return a narrower query
	 * @see #occurredFrom
	 */
	public AuditQuery occurredTo(Instant end) {
		return with(Filter.searched(Condition.below("occurredAt", end)));
	}

	/**
	 * Only what was recorded at a time or later.
	 * @param start the time
	 * @return a narrower query
	 */
	public AuditQuery from(Instant start) {
		return with(new Filter(Filter.FROM, start, Condition.atLeast("recordedAt", start), false));
	}

	/**
	 * Only what was recorded before a time.
	 * @param end the time
	 * @return a narrower query
	 */
	public AuditQuery to(Instant end) {
		return with(new Filter(Filter.TO, end, Condition.below("recordedAt", end), false));
	}

	/**
	 * Only what succeeded until a time and tells, or told before it was erased, a state.
	 */
	AuditQuery stateUntil(Instant end) {
		return outcome(Outcome.SUCCESS).with(Filter.other(AuditFilters.stateUntil(end)));
	}

	/**
	 * Only what succeeded until a time and was erased: nobody can tell any more whether
	 * it told a state, but for the revision that some have beside it.
	 */
	AuditQuery erasedUntil(Instant end) {
		return outcome(Outcome.SUCCESS).with(Filter.other(AuditFilters.erasedUntil(end)));
	}

	/**
	 * Only what made something until a time.
	 */
	AuditQuery createdUntil(Instant end) {
		return outcome(Outcome.SUCCESS).with(Filter.other(AuditFilters.createdUntil(end)));
	}

	/**
	 * Only what has words in its message, the name of its target, or the id or name of
	 * its actor: all words of a text in any order, in upper or lower case; the last one
	 * may be the beginning of a word. Words are what is between spaces and punctuation.
	 * Those in quotes follow one another just so.
	 * @param text the text, such as {@code paid "exact words" inv}
	 * @return a narrower query
	 * @throws IllegalArgumentException if the text has no words, or is longer than
	 * {@value AuditWords#MAX_LENGTH} characters
	 */
	public AuditQuery text(String text) {
		return with(Filter.searched(new AuditWords(text).wanted()));
	}

	/**
	 * How many entries a page has at most.
	 * @param limit 1 to {@value #MAX_LIMIT}
	 * @return a query for pages of that size
	 * @throws IllegalArgumentException for another number
	 */
	public AuditQuery limit(int limit) {
		if (limit < 1 || limit > MAX_LIMIT) {
			throw new IllegalArgumentException(
					"The limit of a page of audit entries must be from 1 to %s, not %s; read more of them page by page"
						.formatted(MAX_LIMIT, limit));
		}
		return new AuditQuery(this.filters, limit, this.position, this.oldestFirst, this.unread);
	}

	/**
	 * The same entries, oldest first.
	 * @return the query in that order
	 */
	public AuditQuery oldestFirst() {
		return new AuditQuery(this.filters, this.limit, this.position, true, this.unread);
	}

	/**
	 * The same entries, without what is long in the database and in no list: in pages of
	 * entries, states before and after and metadata are not read, and are {@code null}.
	 * @return a query for entries of that kind
	 */
	public AuditQuery withoutStates() {
		return new AuditQuery(this.filters, this.limit, this.position, this.oldestFirst, STATES);
	}

	/** The same without anything that may be long: for whoever counts values. */
	AuditQuery withoutTexts() {
		return new AuditQuery(this.filters, this.limit, this.position, this.oldestFirst, AuditEntry.TEXTS);
	}

	/** Whether not all of each entry is read. */
	boolean isBrief() {
		return !this.unread.isEmpty();
	}

	/** The attributes that are not read. */
	Set<String> unread() {
		return this.unread;
	}

	/** The usual order. */
	AuditQuery newestFirst() {
		return new AuditQuery(this.filters, this.limit, this.position, false, this.unread);
	}

	/** Whether what comes next is older than what came before. */
	boolean isTowardsOlder() {
		return this.position.scrollsForward() != this.oldestFirst;
	}

	/**
	 * Goes on where a page has ended, or back from where one begins. Either page comes in
	 * the same order.
	 * @param position what {@code window.positionAt(window.size() - 1)} gave for the page
	 * after it, what {@code window.positionAt(0)} gave, turned
	 * {@link KeysetScrollPosition#backward() backward}, for the page before it
	 * @return a query for that page
	 * @throws IllegalArgumentException if it is not a keyset position
	 */
	public AuditQuery after(ScrollPosition position) {
		if (!(position instanceof KeysetScrollPosition keyset)) {
			throw new IllegalArgumentException(
					"Audit entries are paged by keyset; take the position from the window before");
		}
		return new AuditQuery(this.filters, this.limit, keyset, this.oldestFirst, this.unread);
	}

	/** Only what belongs to some operations. */
	AuditQuery operations(List<UUID> operationIds) {
		return with(Filter.anyOf("operationId", operationIds));
	}

	private AuditQuery oneOf(String attribute, Object[] values) {
		List<Object> wanted = values(values);
		return with((wanted.size() == 1) ? Filter.equal(attribute, wanted.get(0)) : Filter.anyOf(attribute, wanted));
	}

	/** Nothing would be found by none of them, where nobody thought of a filter. */
	private static <T> List<T> values(T[] values) {
		if (values.length == 0) {
			throw new IllegalArgumentException("Leave the filter out, or give it a value");
		}
		return Stream.of(values).distinct().toList();
	}

	private AuditQuery with(Filter filter) {
		List<Filter> added = new ArrayList<>(this.filters);
		added.add(filter);
		return new AuditQuery(List.copyOf(added), this.limit, this.position, this.oldestFirst, this.unread);
	}

	/** The same with the names that entries show of what is looked for. */
	AuditQuery named(TargetNames names) {
		return new AuditQuery(this.filters.stream().map((filter) -> filter.named(names)).toList(), this.limit,
				this.position, this.oldestFirst, this.unread);
	}

	/** What entries must be like, wherever the page begins. */
	Restriction filter() {
		boolean own = isOwn();
		Restriction wanted = Restriction
			.allOf(this.filters.stream().map((filter) -> own ? filter.amongOwn() : filter.condition()).toList());
		return mayBeRoot() ? wanted : wanted.and(AuditFilters.restriction(NOT_ROOT));
	}

	/** What some of the filters say. */
	Restriction filter(Predicate<Filter> some) {
		return Restriction.allOf(this.filters.stream().filter(some).map(Filter::condition).toList());
	}

	/** The same, for whoever does not ask the database. */
	Condition condition() {
		Stream<Condition> all = this.filters.stream().map(Filter::wanted);
		return Condition.all((mayBeRoot() ? all : Stream.concat(all, Stream.of(NOT_ROOT))).toArray(Condition[]::new));
	}

	/**
	 * Whether entries of the root log are wanted: that chains have grown is nothing that
	 * anybody did.
	 */
	boolean mayBeRoot() {
		return this.filters.stream()
			.anyMatch((filter) -> filter.isAbout("chain") || filter.isAbout("action") || filter.isAbout("id"));
	}

	/** Whether the time it takes must not tell what others did. */
	boolean isOwn() {
		return this.filters.stream().anyMatch(Filter::isOwn);
	}

	/** The action that the query leaves out, or {@code null}. */
	@Nullable Filter leftOut() {
		return this.filters.stream().filter(Filter::leavesOut).findFirst().orElse(null);
	}

	/** A query that is wider by one filter. */
	AuditQuery dropping(Filter filter) {
		return new AuditQuery(this.filters.stream().filter((other) -> other != filter).toList(), this.limit,
				this.position, this.oldestFirst, this.unread);
	}

	/** A query in which other filters take the place of some. */
	AuditQuery replacing(UnaryOperator<Filter> replacement) {
		return new AuditQuery(this.filters.stream().map(replacement).toList(), this.limit, this.position,
				this.oldestFirst, this.unread);
	}

	/** The conditions of which each has a page of its own, or none. */
	List<Restriction> ranges() {
		Filter ranged = ranged();
		return (ranged != null) ? ranged.ranges() : List.of();
	}

	/**
	 * What all these conditions have in common. Beside one of them, the filter that they
	 * come from would be taken for an index range that has no order.
	 */
	AuditQuery withoutRanges() {
		Filter ranged = ranged();
		return (ranged != null) ? dropping(ranged) : this;
	}

	private @Nullable Filter ranged() {
		return isOwn() ? null
				: this.filters.stream().filter((filter) -> !filter.ranges().isEmpty()).findFirst().orElse(null);
	}

	List<Filter> filters() {
		return this.filters;
	}

	/** Whether the index that finds the entries does not know their order. */
	boolean isSearch() {
		return this.filters.stream().anyMatch(Filter::searched);
	}

	int limit() {
		return this.limit;
	}

	KeysetScrollPosition position() {
		return this.position;
	}

}
