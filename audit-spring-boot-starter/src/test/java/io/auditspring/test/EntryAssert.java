package io.auditspring.test;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 */
public final class EntryAssert extends AbstractAssert<EntryAssert, List<RecordedEntry>> {

	private final List<RecordedEntry> all;

	private final List<String> wanted;

	EntryAssert(List<RecordedEntry> all) {
		this(all, all, List.of());
	}

	private EntryAssert(List<RecordedEntry> fitting, List<RecordedEntry> all, List<String> wanted) {
		super(fitting, EntryAssert.class);
		this.all = all;
		this.wanted = wanted;
	}

	EntryAssert narrowed() {
		if (this.actual.isEmpty()) {
			failWithMessage("Expected an entry %s, but %s", String.join(" ", this.wanted), TrailAssert.shown(this.all));
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
		List<String> all = new ArrayList<>(this.wanted);
		all.add(description);
		return new EntryAssert(this.actual.stream().filter(condition).toList(), this.all, all).narrowed();
	}

	private EntryAssert that(String what, @Nullable Object expected, Predicate<RecordedEntry> condition) {
		return that(what + " " + expected, condition);
	}

	public EntryAssert by(String actorId) {
		return that("by", actorId, (entry) -> entry.actorId().equals(actorId));
	}

	public EntryAssert byA(ActorType type) {
		return that("by a", type, (entry) -> entry.actorType() == type);
	}

	public EntryAssert named(String actorName) {
		return that("named", actorName, (entry) -> actorName.equals(entry.actorName()));
	}

	public EntryAssert impersonatedBy(String actorId) {
		return that("impersonated by", actorId, (entry) -> actorId.equals(entry.impersonatorId()));
	}

	public EntryAssert inTenant(String tenant) {
		return that("in tenant", tenant, (entry) -> tenant.equals(entry.tenant()));
	}

	public EntryAssert doing(String action) {
		return that("doing", action, (entry) -> entry.action().equals(action));
	}

	public EntryAssert inCategory(String category) {
		return that("in category", category, (entry) -> category.equals(entry.category()));
	}

	public EntryAssert withSeverity(Severity severity) {
		return that("with severity", severity, (entry) -> entry.severity() == severity);
	}

	public EntryAssert withOutcome(Outcome outcome) {
		return that("with outcome", outcome, (entry) -> entry.outcome() == outcome);
	}

	/**
	 * Checks the target.
	 * @param type the kind of target
	 * @param id which one; its text counts
	 * @return assertions about the entries that have it
	 */
	public EntryAssert on(String type, Object id) {
		return that("on " + type, id,
				(entry) -> type.equals(entry.targetType()) && String.valueOf(id).equals(entry.targetId()));
	}

	public EntryAssert withTargetName(String name) {
		return that("with target name", name, (entry) -> name.equals(entry.targetName()));
	}

	public EntryAssert withMessage(String message) {
		return that("with message", message, (entry) -> message.equals(entry.message()));
	}

	public EntryAssert withJustification(String justification) {
		return that("with justification", justification, (entry) -> justification.equals(entry.justification()));
	}

	/**
	 * Checks what went wrong.
	 * @param part a part of the error's text
	 * @return assertions about the entries that have it
	 */
	public EntryAssert withErrorContaining(String part) {
		return that("with error containing", part,
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
		return that("changing " + property + " from " + from + " to", to, (entry) -> {
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
		return that("with metadata " + key + " =", value,
				(entry) -> entry.metadata().has(key) && is(entry.metadata().path(key), value));
	}

	public EntryAssert relatedTo(String type, Object id) {
		return that("related to " + type, id, (entry) -> entry.related()
			.valueStream()
			.anyMatch((resource) -> is(resource.path("type"), type) && is(resource.path("id"), String.valueOf(id))));
	}

	/**
	 * Checks where the request came from.
	 * @param ipAddress the client's address
	 * @return assertions about the entries that came from there
	 */
	public EntryAssert from(String ipAddress) {
		return that("from", ipAddress, (entry) -> ipAddress.equals(entry.ipAddress()));
	}

	/**
	 * Checks what was requested.
	 * @param method the HTTP method
	 * @param path the template of the path, without the query
	 * @return assertions about the entries that came of it
	 */
	public EntryAssert requesting(String method, String path) {
		return that("requesting " + method, path, (entry) -> {
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
			failWithMessage("Expected one entry %s, but %s", String.join(" ", this.wanted),
					TrailAssert.shown(this.actual));
		}
		return this;
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

}
