package io.auditspring.query;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.jpa.domain.Specification;

/**
 * Which entries to read. Immutable: every method gives a copy that is narrower. Filters
 * add up; one that is given twice must hold both times.
 */
public final class AuditQuery {

	private static final int DEFAULT_LIMIT = 100;

	/** The most entries of a page. */
	public static final int MAX_LIMIT = 1000;

	private final List<Filter> filters;

	private final int limit;

	private final KeysetScrollPosition position;

	private AuditQuery(List<Filter> filters, int limit, KeysetScrollPosition position) {
		this.filters = filters;
		this.limit = limit;
		this.position = position;
	}

	/**
	 * All entries, newest first, 100 to a page.
	 * @return the query
	 */
	public static AuditQuery all() {
		return new AuditQuery(List.of(), DEFAULT_LIMIT, ScrollPosition.keyset());
	}

	public AuditQuery actor(String id) {
		return with(Filter.equal("actorId", id));
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

	public AuditQuery action(String action) {
		return with(Filter.equal("action", action));
	}

	/**
	 * Only actions of names that begin or end alike. Which those are is looked up in an
	 * index when the query is made.
	 * @param pattern the beginning and a star, such as {@code transaction.*}, or a star
	 * and the end, such as {@code *.approved}
	 * @return a narrower query
	 * @throws IllegalArgumentException if it is neither
	 */
	public AuditQuery actions(String pattern) {
		return with(Filter.pattern("action", NamePattern.parse(pattern)));
	}

	/**
	 * All but one action, such as that of reading the trail.
	 * @param action the action to leave out
	 * @return a narrower query
	 */
	public AuditQuery withoutAction(String action) {
		return with(Filter.withoutAction(action));
	}

	public AuditQuery category(String category) {
		return with(Filter.equal("category", category));
	}

	public AuditQuery severity(Severity severity) {
		return with(Filter.equal("severity", severity));
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

	public AuditQuery outcome(Outcome outcome) {
		return with(Filter.equal("outcome", outcome));
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
	 * Only what was done to things with an id, of whatever kind they are.
	 * @param id the id
	 * @return a narrower query
	 */
	public AuditQuery targetId(Object id) {
		return with(Filter.equal("targetId", id.toString()));
	}

	/**
	 * Only what was done to one kind of thing. An entity is found by each of its names.
	 * @param type the kind of thing
	 * @return a narrower query
	 */
	public AuditQuery targetType(String type) {
		return with(Filter.target(new Wanted(type, null)));
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

	public AuditQuery tenant(String tenant) {
		return with(Filter.equal("tenant", tenant));
	}

	/**
	 * Only what belongs to no tenant.
	 * @return a narrower query
	 */
	public AuditQuery withoutTenant() {
		return with(Filter.missing("tenant"));
	}

	public AuditQuery service(String service) {
		return with(Filter.equal("service", service));
	}

	public AuditQuery chain(String chain) {
		return with(Filter.equal("chain", chain));
	}

	/**
	 * Only one entry.
	 * @param id its id
	 * @return a narrower query
	 */
	public AuditQuery id(UUID id) {
		return with(Filter.equal("id", id));
	}

	public AuditQuery operation(UUID operationId) {
		return with(Filter.equal("operationId", operationId));
	}

	public AuditQuery trace(String traceId) {
		return with(Filter.equal("traceId", traceId));
	}

	/**
	 * Only what came from an IP address.
	 * @param address the address, in any notation of it
	 * @return a narrower query
	 * @throws IllegalArgumentException if it is not an address
	 */
	public AuditQuery ip(String address) {
		return with(Filter.other(AuditFilters.ip(address)));
	}

	/**
	 * Only what was recorded at a time or later.
	 * @param start the time
	 * @return a narrower query
	 */
	public AuditQuery from(Instant start) {
		return with(new Filter(Filter.FROM, start, AuditFilters.recordedFrom(start), false));
	}

	/**
	 * Only what was recorded before a time.
	 * @param end the time
	 * @return a narrower query
	 */
	public AuditQuery to(Instant end) {
		return with(new Filter(Filter.TO, end, AuditFilters.recordedBefore(end), false));
	}

	/**
	 * Only what succeeded until a time and tells, or told before it was erased, a state.
	 */
	AuditQuery stateUntil(Instant end) {
		return outcome(Outcome.SUCCESS).with(Filter.other(AuditFilters.stateUntil(end)));
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
	 * @param text the text
	 * @return a narrower query
	 * @throws IllegalArgumentException if the text has no words, or is longer than
	 * {@value AuditWords#MAX_LENGTH} characters
	 */
	public AuditQuery text(String text) {
		return with(Filter.searched(new AuditWords(text).found()));
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
					"The limit of a page of audit entries must be from 1 to %d, not %d; read more of them page by page"
						.formatted(MAX_LIMIT, limit));
		}
		return new AuditQuery(this.filters, limit, this.position);
	}

	/**
	 * Goes on where a page has ended.
	 * @param position what {@code window.positionAt(window.size() - 1)} gave
	 * @return a query for the page after it
	 * @throws IllegalArgumentException if it is not a keyset position
	 */
	public AuditQuery after(ScrollPosition position) {
		if (!(position instanceof KeysetScrollPosition keyset)) {
			throw new IllegalArgumentException(
					"Audit entries are paged by keyset; take the position from the window before");
		}
		return new AuditQuery(this.filters, this.limit, keyset);
	}

	/**
	 * Goes back to the page that ends where another one begins. It comes in the same
	 * order, newest first.
	 * @param position what {@code window.positionAt(0)} gave
	 * @return a query for the page before it
	 * @throws IllegalArgumentException if it is not a keyset position
	 */
	public AuditQuery before(ScrollPosition position) {
		AuditQuery query = after(position);
		return new AuditQuery(this.filters, this.limit, query.position.backward());
	}

	private AuditQuery with(Filter filter) {
		List<Filter> added = new ArrayList<>(this.filters);
		added.add(filter);
		return new AuditQuery(List.copyOf(added), this.limit, this.position);
	}

	/** The same with the names that entries show of what is looked for. */
	AuditQuery named(TargetNames names) {
		return new AuditQuery(this.filters.stream().map((filter) -> filter.named(names)).toList(), this.limit,
				this.position);
	}

	/** What entries must be like, wherever the page begins. */
	Specification<AuditEntry> filter() {
		Specification<AuditEntry> all = (entry, query, builder) -> builder.conjunction();
		boolean own = isOwn();
		return all.and(Specification
			.allOf(this.filters.stream().map((filter) -> own ? filter.amongOwn() : filter.condition()).toList()));
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
				this.position);
	}

	/** A query in which other filters take the place of some. */
	AuditQuery replacing(UnaryOperator<Filter> replacement) {
		return new AuditQuery(this.filters.stream().map(replacement).toList(), this.limit, this.position);
	}

	/** The conditions of which each has a page of its own, or none. */
	List<Specification<AuditEntry>> ranges() {
		if (isOwn()) {
			return List.of();
		}
		return this.filters.stream()
			.map(Filter::ranges)
			.filter((ranges) -> !ranges.isEmpty())
			.findFirst()
			.orElse(List.of());
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
