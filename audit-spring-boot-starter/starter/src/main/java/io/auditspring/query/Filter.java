/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.ActorType;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.query.internal.condition.Condition;
import io.auditspring.query.internal.condition.Restriction;
import io.auditspring.query.internal.value.NamePatterns;
import org.jspecify.annotations.Nullable;

/**
 * One condition of a query.
 *
 * @param attribute what it is about, where it compares one attribute with one value, or
 * {@code null}
 * @param value the value, or {@code null} if the entry must have none
 * @param wanted what is true of the entries that are wanted
 * @param searched whether it is found by an index that does not know the order of time
 */
record Filter(@Nullable String attribute, @Nullable Object value, Condition wanted, boolean searched) {

	/**
	 * Of more values it is faster to sort what is found than to ask for each.
	 */
	private static final int MOST_RANGES = 8;

	/**
	 * The attribute of what limits the period at its beginning, by an {@link Instant}.
	 */
	static final String FROM = "from";

	/** Likewise at its end. */
	static final String TO = "to";

	/** The attribute of what leaves an action out, which is the value. */
	static final String LEFT_OUT = "withoutAction";

	/** The attribute of what looks for a target, the value being {@link Wanted}. */
	static final String TARGET = "target";

	/** Likewise for what is related. */
	static final String RELATED = "related";

	/** The attribute of what confines a reader to what they did. */
	private static final String OWN = "own";

	/**
	 * What is found by indexes that begin with the actor, or by ids that nobody guesses.
	 */
	private static final Set<String> FOUND_AMONG_OWN = Set.of(FROM, TO, OWN, LEFT_OUT, "actorId", "action", "id",
			"operationId", "traceId");

	static Filter equal(String attribute, Object value) {
		return new Filter(attribute, value, Condition.equal(attribute, value), false);
	}

	static Filter target(Wanted wanted) {
		return new Filter(TARGET, wanted, wanted.isTarget(TargetNames.AS_SAID), false);
	}

	static Filter related(Wanted wanted) {
		return new Filter(RELATED, wanted, wanted.isRelated(TargetNames.AS_SAID), true);
	}

	/** No index is made for these, which are few and long. */
	static Filter chains(List<String> names) {
		return new Filter("chain", names, Condition.in("chain", names), true);
	}

	static Filter kinds(List<String> types) {
		return new Filter(null, new Kinds(types), anyOfThem("targetType", types), false);
	}

	Filter named(TargetNames names) {
		if (this.value instanceof Kinds kinds) {
			return anyOf("targetType",
					kinds.types().stream().flatMap((type) -> Stream.of(type, names.kind(type))).distinct().toList());
		}
		if (this.value instanceof Unwanted unwanted) {
			return not(unwanted.filters().stream().map((filter) -> filter.named(names)).toList());
		}
		if (this.value instanceof Things things) {
			return targets(things.all(), names);
		}
		if (!(this.value instanceof Wanted wanted)) {
			return this;
		}
		return new Filter(this.attribute, wanted,
				RELATED.equals(this.attribute) ? wanted.isRelated(names) : wanted.isTarget(names), this.searched);
	}

	/**
	 * One of several values, each of which an index knows in the order of time.
	 */
	static Filter anyOf(String attribute, List<?> values) {
		return new Filter(null, new AnyOf(attribute, values), anyOfThem(attribute, values),
				values.size() > MOST_RANGES);
	}

	/** Names by their beginning or end; what they are must be found out first. */
	static Filter pattern(String attribute, NamePatterns patterns) {
		return new Filter(null, new Names(attribute, patterns),
				Condition.any(patterns.all().stream().map((pattern) -> Condition.like(attribute, pattern)).toList()),
				true);
	}

	/** What is not like all of these at once; where a value is missing, it is not. */
	static Filter not(List<Filter> unwanted) {
		return new Filter(null, new Unwanted(unwanted),
				Condition
					.not(new Condition(Condition.Operator.ALL, "", unwanted.stream().map(Filter::wanted).toList())),
				true);
	}

	/** One of several things of a kind. */
	static Filter targets(List<Wanted> things, TargetNames names) {
		return new Filter(null, new Things(things),
				Condition.any(things.stream().map((thing) -> thing.isTarget(names)).toList()), true);
	}

	/** Whether it limits the time of recording. */
	boolean isOfPeriod() {
		return FROM.equals(this.attribute) || TO.equals(this.attribute);
	}

	/** Whether it leaves one tenant, or what belongs to none. */
	boolean isOfTenant() {
		return "tenant".equals(this.attribute);
	}

	/** Whether it may be what a reader's own is known by. */
	boolean confines() {
		return isOwn() || isOfTenant() || "actorId".equals(this.attribute);
	}

	/** What the database is asked. */
	Restriction condition() {
		return AuditFilters.restriction(this.wanted);
	}

	private static Condition anyOfThem(String attribute, List<?> values) {
		return Condition.any(values.stream().map((value) -> Condition.equal(attribute, value)).toList());
	}

	/** The conditions of which each is one range, or none where that is not so. */
	List<Restriction> ranges() {
		return (this.value instanceof AnyOf any && !this.searched) ? any.values()
			.stream()
			.map((value) -> AuditFilters.restriction(Condition.equal(any.attribute(), value)))
			.toList() : List.of();
	}

	static Filter missing(String attribute) {
		return new Filter(attribute, null, Condition.missing(attribute), false);
	}

	static Filter withoutAction(String action) {
		return new Filter(LEFT_OUT, action, Condition.unequal("action", action), false);
	}

	static Filter own(ActorType... types) {
		return new Filter(OWN, List.of(types), Condition.in("actorType", List.of(types)), false);
	}

	boolean isOwn() {
		return OWN.equals(this.attribute);
	}

	/**
	 * The condition of somebody who may see only what they did: no index must find by it
	 * what others did, which takes as long as there is of that.
	 */
	Restriction amongOwn() {
		return (this.attribute != null && FOUND_AMONG_OWN.contains(this.attribute)) ? condition()
				: AuditFilters.withoutIndex(condition());
	}

	static Filter other(Condition wanted) {
		return new Filter(null, null, wanted, false);
	}

	static Filter searched(Condition wanted) {
		return new Filter(null, null, wanted, true);
	}

	/** Whether it says which values of an attribute are wanted. */
	boolean isAbout(String name) {
		return name.equals(this.attribute) || (this.value instanceof AnyOf any && name.equals(any.attribute()));
	}

	boolean leavesOut() {
		return LEFT_OUT.equals(this.attribute);
	}

	/**
	 * Whether the index by which an actor's entries are found, or all, knows their order:
	 * what one actor searches must not take longer because others do much.
	 */
	boolean isOrdered() {
		return this.attribute != null && Set.of(FROM, TO, "actorId").contains(this.attribute);
	}

	/**
	 * Several values.
	 *
	 * @param attribute of what
	 * @param values the values
	 */
	private record AnyOf(String attribute, List<?> values) {

	}

	/**
	 * Names that are known in part.
	 *
	 * @param attribute of what
	 * @param patterns what they are like
	 */
	record Names(String attribute, NamePatterns patterns) {

	}

	/**
	 * What is not wanted all at once.
	 *
	 * @param filters what would be wanted
	 */
	private record Unwanted(List<Filter> filters) {

	}

	/**
	 * Several things.
	 *
	 * @param all the things
	 */
	private record Things(List<Wanted> all) {

	}

	/**
	 * Several kinds of targets.
	 *
	 * @param types what they are called
	 */
	private record Kinds(List<String> types) {

	}

}
