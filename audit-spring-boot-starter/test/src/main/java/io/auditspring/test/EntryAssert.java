/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Assertions about one entry. Each leaves those entries that fit, and fails when none is
 * left, with what was asked for and what there is.
 *
 * @since 0.1.0
 */
public final class EntryAssert extends AbstractAssert<EntryAssert, List<RecordedEntry>> {

	private final List<RecordedEntry> all;

	private final List<Wish> wishes;

	private final Function<String, Set<String>> kinds;

	EntryAssert(List<RecordedEntry> all, Function<String, Set<String>> kinds) {
		this(all, all, List.of(), kinds);
	}

	private EntryAssert(List<RecordedEntry> fitting, List<RecordedEntry> all, List<Wish> wishes,
			Function<String, Set<String>> kinds) {
		super(fitting, EntryAssert.class);
		this.kinds = kinds;
		this.all = all;
		this.wishes = wishes;
	}

	EntryAssert narrowed(AbstractAssert<?, ?> before) {
		as("%s", before.descriptionText());
		if (this.actual.isEmpty()) {
			failWithMessage("%s", NearestEntries.missing(this.wishes, this.all));
		}
		return this;
	}

	/**
	 * Checks anything else.
	 * @param description what the entry must be like, for the failure message
	 * @param condition tells whether it is
	 * @return assertions about the entries that are
	 */
	public EntryAssert that(String description, Predicate<RecordedEntry> condition) {
		return that(new Wish(description, condition, (entry) -> null));
	}

	private EntryAssert has(String what, @Nullable Object expected,
			Function<RecordedEntry, @Nullable Object> property) {
		return that(what + " " + expected, property, (entry) -> Objects.equals(property.apply(entry), expected));
	}

	private EntryAssert that(String description, Function<RecordedEntry, @Nullable Object> property,
			Predicate<RecordedEntry> condition) {
		return that(new Wish(description, condition, property));
	}

	private EntryAssert that(Wish wish) {
		List<Wish> further = new ArrayList<>(this.wishes);
		further.add(wish);
		return new EntryAssert(this.actual.stream().filter(wish.condition()).toList(), this.all, further, this.kinds)
			.narrowed(this);
	}

	public EntryAssert by(String actorId) {
		return has("by", actorId, RecordedEntry::actorId);
	}

	public EntryAssert byA(ActorType type) {
		return has("by a", type, RecordedEntry::actorType);
	}

	public EntryAssert named(String actorName) {
		return has("named", actorName, RecordedEntry::actorName);
	}

	public EntryAssert impersonatedBy(String actorId) {
		return has("impersonated by", actorId, RecordedEntry::impersonatorId);
	}

	public EntryAssert inTenant(String tenant) {
		return has("in tenant", tenant, RecordedEntry::tenant);
	}

	public EntryAssert doing(String action) {
		return has("doing", action, RecordedEntry::action);
	}

	public EntryAssert inCategory(String category) {
		return has("in category", category, RecordedEntry::category);
	}

	public EntryAssert withSeverity(Severity severity) {
		return has("with severity", severity, RecordedEntry::severity);
	}

	public EntryAssert withOutcome(Outcome outcome) {
		return has("with outcome", outcome, RecordedEntry::outcome);
	}

	/**
	 * Checks the target.
	 * @param type the kind of target; of an entity each of its names, as in a call
	 * @param id which one; its text counts
	 * @return assertions about the entries that have it
	 */
	public EntryAssert on(String type, Object id) {
		return that("on " + type + " " + id,
				(entry) -> (entry.targetType() != null) ? entry.targetType() + " " + entry.targetId() : null,
				(entry) -> entry.targetType() != null && this.kinds.apply(type).contains(entry.targetType())
						&& String.valueOf(id).equals(entry.targetId()));
	}

	public EntryAssert withTargetName(String name) {
		return has("with target name", name, RecordedEntry::targetName);
	}

	public EntryAssert withMessage(String message) {
		return has("with message", message, RecordedEntry::message);
	}

	public EntryAssert withJustification(String justification) {
		return has("with justification", justification, RecordedEntry::justification);
	}

	/**
	 * Checks what went wrong.
	 * @param part a part of the error's text
	 * @return assertions about the entries that have it
	 */
	public EntryAssert withErrorContaining(String part) {
		return that("with error containing " + part, RecordedEntry::error,
				(entry) -> entry.error() != null && Objects.requireNonNull(entry.error()).contains(part));
	}

	/**
	 * Checks what the call changed.
	 * @param property the property
	 * @param from its value before, as JSON shows it; numbers count by their value
	 * @param to its value after
	 * @return assertions about the entries that say so
	 */
	public EntryAssert changing(String property, @Nullable Object from, @Nullable Object to) {
		return that("changing " + property + " from " + from + " to " + to, RecordedEntry::changesText, (entry) -> {
			JsonNode change = entry.changes().path(property);
			return change.isObject() && is(change.path("from"), from) && is(change.path("to"), to);
		});
	}

	/**
	 * Checks a value of the metadata.
	 * @param key its name
	 * @param value the value, as JSON shows it; numbers count by their value
	 * @return assertions about the entries that have it
	 */
	public EntryAssert withMetadata(String key, @Nullable Object value) {
		return that("with metadata " + key + " = " + value,
				(entry) -> entry.metadata().has(key) ? key + " = " + entry.metadata().path(key) : null,
				(entry) -> entry.metadata().has(key) && is(entry.metadata().path(key), value));
	}

	public EntryAssert relatedTo(String type, Object id) {
		return that("related to " + type + " " + id, (entry) -> shown(entry.related()), (entry) -> entry.related()
			.valueStream()
			.anyMatch((resource) -> is(resource.path("type"), type) && is(resource.path("id"), String.valueOf(id))));
	}

	/**
	 * Checks where the request came from.
	 * @param ipAddress the client's address
	 * @return assertions about the entries that came from there
	 */
	public EntryAssert from(String ipAddress) {
		return has("from", ipAddress, RecordedEntry::ipAddress);
	}

	/**
	 * Checks what was requested.
	 * @param method the HTTP method
	 * @param path the template of the path, without the query
	 * @return assertions about the entries that came of it
	 */
	public EntryAssert requesting(String method, String path) {
		return that("requesting " + method + " " + path, (entry) -> shown(entry.metadata().path("request")),
				(entry) -> {
					JsonNode request = entry.metadata().path("request");
					return is(request.path("method"), method) && is(request.path("path"), path);
				});
	}

	/**
	 * Checks that no other entry fits what was asked for so far.
	 * @return this
	 */
	public EntryAssert once() {
		if (this.actual.size() != 1) {
			failWithMessage("%s", NearestEntries.several(this.wishes, this.actual));
		}
		return this;
	}

	private static @Nullable Object shown(JsonNode node) {
		return node.isMissingNode() ? null : node.toString();
	}

	private static boolean is(JsonNode node, @Nullable Object expected) {
		if (expected == null || node.isNull()) {
			return expected == null && node.isNull();
		}
		if (expected instanceof Number number && node.isNumber()) {
			return new BigDecimal(number.toString()).compareTo(node.decimalValue()) == 0;
		}
		return expected.toString().equals(node.isString() ? node.stringValue() : node.toString());
	}

	/**
	 * What an entry must be like.
	 *
	 * @param description what was asked for
	 * @param condition whether an entry is like that
	 * @param property what it is like instead, or {@code null} if there is nothing to
	 * show
	 */
	record Wish(String description, Predicate<RecordedEntry> condition,
			Function<RecordedEntry, @Nullable Object> property) {

	}

}
