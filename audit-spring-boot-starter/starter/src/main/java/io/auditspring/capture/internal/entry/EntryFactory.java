/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.RequestContext;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.capture.internal.actor.ActorDetails;
import io.auditspring.capture.internal.origin.Locations;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestLine;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.Identifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.entry.Entry.ActorGroup;
import io.auditspring.ledger.internal.entry.Entry.DataGroup;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes entries of what was captured.
 */
public final class EntryFactory {

	private static final String ATTEMPT = "attempt";

	private static final int MAX_RELATED = 1_000;

	/** The kind, among what is related, of everybody who acts with the actor's rights. */
	public static final String AGENT = "Agent";

	/** Where the metadata tells who acts with the actor's rights. */
	public static final String DELEGATION = "delegation";

	private static final String REQUEST = "request";

	private static final String PATH = "path";

	private static final String STATED = "stated";

	private static final String STATE = "state";

	/** What is told of at once has happened now. */
	private static final Duration SAME_TIME = Duration.ofSeconds(1);

	private final @Nullable String service;

	private final @Nullable String defaultCategory;

	private final JsonValues values;

	private final Masking masking;

	private final EntityIdentifiers entities;

	private final Severities severities;

	private final Sentences sentences;

	private final @Nullable Locations locations;

	private final ActorDetails actors;

	/**
	 * Creates the factory.
	 * @param service the name of this application, or {@code null}
	 * @param defaultCategory the category of what names none, or {@code null}
	 * @param values how metadata is written
	 * @param masking what is hidden in error messages
	 * @param entities knows what entities are called, and which identifiers are secret
	 * @param severities how much attention outcomes deserve
	 * @param sentences says what became of entities
	 * @param locations where clients are that the application states, or {@code null}
	 * @param actors what is known of those who act
	 */
	EntryFactory(@Nullable String service, @Nullable String defaultCategory, JsonValues values, Masking masking,
			EntityIdentifiers entities, Severities severities, Sentences sentences, @Nullable Locations locations,
			ActorDetails actors) {
		this.service = service;
		this.defaultCategory = defaultCategory;
		this.values = values;
		this.masking = masking;
		this.entities = entities;
		this.severities = severities;
		this.sentences = sentences;
		this.locations = locations;
		this.actors = actors;
	}

	/**
	 * The record with a severity, where it leaves that to its outcome.
	 * @param record what happened
	 * @return the same, with one
	 */
	public AuditRecord graded(AuditRecord record) {
		return (record.severity() != null) ? record : record.toBuilder().severity(this.severities.of(record)).build();
	}

	/**
	 * The entry of the operation itself, without state. It takes a copy of all that the
	 * record refers to.
	 * @param operation the operation
	 * @param record what happened
	 * @param durationMicros how long it took, in microseconds, or {@code null}
	 * @return the entry
	 */
	public Entry entry(Operation operation, AuditRecord record, @Nullable Long durationMicros) {
		ObjectNode before = state(record.before());
		ObjectNode after = state(record.after());
		DataGroup data = new DataGroup(masked(record.targetName()), masked(record.message()),
				masked(record.justification()), masked(record.error()), json(before), json(after),
				json((before != null && after != null) ? EntityChange.differences(before, after) : null),
				metadata(record, operation), related(actor(record, operation), record.related()));
		String type = record.targetType();
		String id = record.targetId();
		return entry(operation.entryId(), operation, record, this.severities.of(record), record.outcome(),
				(type != null) ? this.entities.kind(type) : null,
				(type != null && id != null) ? this.entities.shown(type, id) : id, null, durationMicros, data);
	}

	private @Nullable ObjectNode state(@Nullable Map<String, @Nullable Object> stated) {
		if (stated == null) {
			return null;
		}
		ObjectNode state = JsonNodeFactory.instance.objectNode();
		stated.forEach((name, value) -> state.set(String.valueOf(name), this.values.toJsonByMembers(value)));
		return (ObjectNode) this.masking.mask(state);
	}

	/**
	 * The entry of an entity that the operation changed besides its target.
	 * @param operation the operation
	 * @param outcome how the operation ended
	 * @param change what became of the entity
	 * @param revision Envers' revision number, or {@code null}
	 * @return the entry
	 */
	public Entry entry(Operation operation, Outcome outcome, EntityChange change, @Nullable Long revision) {
		return entry(operation, operation.outline(), outcome, change, revision);
	}

	/**
	 * The entry of an entity that no audited call changed.
	 * @param id shared by all that was changed with it
	 * @param origin who changed it, as far as that is known
	 * @param change what became of the entity
	 * @param revision Envers' revision number, or {@code null}
	 * @return the entry
	 */
	public Entry unattributed(UUID id, Origin origin, EntityChange change, @Nullable Long revision) {
		AuditRecord record = AuditRecord.action(change.action()).build();
		return entry(new Operation(id, origin, record, true), record, Outcome.SUCCESS, change, revision);
	}

	private Entry entry(Operation operation, AuditRecord record, Outcome outcome, EntityChange change,
			@Nullable Long revision) {
		DataGroup data = new DataGroup(null, this.sentences.of(change.action(), change.type(), change.id()), null, null,
				json(change.before()), json(change.after()), json(change.changes()),
				metadata(metadata(operation.origin().actor(), operation.origin().request(), Map.of()), change),
				related(operation.origin().actor(), List.of()));
		return entry(TimeOrderedIds.next(), operation, record, this.severities.of(record, outcome), outcome,
				change.type(), change.id(), revision, null, data);
	}

	/**
	 * The entry of what an entity was like when nobody had changed it.
	 * @param operation the operation that looks at it
	 * @param state its state, as what it became
	 * @return the entry
	 */
	public Entry baseline(Operation operation, EntityChange state) {
		DataGroup data = new DataGroup(null, null, null, null, null, json(state.after()), null, metadata(null, state),
				null);
		return entry(TimeOrderedIds.next(), operation, operation.outline(), this.severities.of(operation.outline()),
				Outcome.SUCCESS, state.type(), state.id(), null, null, data);
	}

	/**
	 * The operation's entry with the state of its target.
	 * @param entry the entry without state
	 * @param change what became of the target
	 * @param revision Envers' revision number, or {@code null}
	 * @return the entry with state
	 */
	public Entry withState(Entry entry, EntityChange change, @Nullable Long revision) {
		DataGroup data = entry.data();
		return entry
			.withTarget(
					Identifiers.limit((entry.targetType() != null) ? change.type(entry.targetType()) : change.type()),
					Identifiers.limit(change.id()), revision)
			.with(data.withState(json(change.before()), json(change.after()), json(change.changes()))
				.withMetadata(metadata(observed(data), change)));
	}

	/**
	 * The operation's entry with what it changed without state, once it is sure that this
	 * lasted: the statements that changed rows directly, and how many entities of which
	 * kind changed whose state is not captured.
	 * @param entry the entry
	 * @param operation the operation
	 * @return the entry, with {@code bulk} and {@code withoutState} in its metadata where
	 * there were any
	 */
	public Entry withUnseen(Entry entry, Operation operation) {
		ArrayNode statements = operation.isBulk() ? operation.bulk().toJson() : null;
		Entry seen = (statements != null && !statements.isEmpty()) ? with(entry, "bulk", statements) : entry;
		Map<String, Integer> withoutState = operation.withoutState();
		if (withoutState.isEmpty()) {
			return seen;
		}
		ObjectNode counts = JsonNodeFactory.instance.objectNode();
		withoutState.forEach(counts::put);
		return with(seen, "withoutState", counts);
	}

	private static Entry with(Entry entry, String key, JsonNode value) {
		return entry.with(entry.data().withMetadata(with(entry.data().metadata(), key, value)));
	}

	/**
	 * What entries call a kind of entity.
	 * @param entity its mapped name
	 * @return its name
	 */
	public String kind(String entity) {
		return this.entities.kind(entity);
	}

	/**
	 * The entry of one of several attempts at a call.
	 * @param entry the entry
	 * @param attempt which one, from 1; 0 where no other is known
	 * @return the entry, with {@code attempt} in its metadata where there are several and
	 * nobody has said so yet
	 */
	public Entry withAttempt(Entry entry, int attempt) {
		CanonicalJson metadata = entry.data().metadata();
		boolean said = metadata != null && metadata.toNode().has(ATTEMPT);
		return (attempt == 0 || said) ? entry : entry
			.with(entry.data().withMetadata(with(metadata, ATTEMPT, JsonNodeFactory.instance.numberNode(attempt))));
	}

	/**
	 * The entry of what returned, and was not kept.
	 * @param entry the entry
	 * @param record what was said of it
	 * @param error what went wrong, or {@code null} as long as nobody knows
	 * @return the entry of a failure
	 */
	public Entry failed(Entry entry, AuditRecord record, @Nullable String error) {
		return ended(entry, this.severities.of(record, Outcome.FAILURE), Outcome.FAILURE, error);
	}

	/**
	 * The entry of a failure of which it is known what went wrong.
	 * @param entry the entry
	 * @param error what went wrong
	 * @return the entry that says it
	 */
	public Entry explained(Entry entry, String error) {
		return ended(entry, entry.severity(), entry.outcome(), error);
	}

	private Entry ended(Entry entry, Severity severity, Outcome outcome, @Nullable String error) {
		return entry.with(severity, outcome).with(entry.data().withError(masked(error)));
	}

	private Entry entry(UUID id, Operation operation, AuditRecord record, Severity severity, Outcome outcome,
			@Nullable String targetType, @Nullable String targetId, @Nullable Long revision,
			@Nullable Long durationMicros, DataGroup data) {
		Origin origin = operation.origin();
		Actor actor = actor(record, operation);
		return new Entry(id, occurredAt(record, origin), this.service, Identifiers.limitNullable(origin.tenant()),
				operation.id(), Identifiers.limit(record.action()),
				Identifiers.limitNullable((record.category() != null) ? record.category() : this.defaultCategory),
				severity, outcome, actor.type(), Identifiers.limitNullable(targetType),
				Identifiers.limitNullable(targetId), revision, durationMicros,
				Identifiers.limitNullable(origin.request().traceId()), group(actor, request(record, origin)), data);
	}

	private static Instant occurredAt(AuditRecord record, Origin origin) {
		Instant said = record.occurredAt();
		return (said != null && Entry.isTime(said)) ? said : origin.occurredAt();
	}

	// A header is a stranger's text, and may say anything.
	private ActorGroup group(Actor actor, RequestDetails request) {
		return new ActorGroup(Identifiers.limit(actor.id()), Identifiers.limitNullable(actor.name()),
				Identifiers.limitNullable(actor.impersonatorId()), request.ip(), masked(request.userAgent()),
				request.session(), masked(request.device()), request.location().get());
	}

	// Of what is cut nobody knows any longer where a secret in it ends.
	private @Nullable String masked(@Nullable String text) {
		return (text != null) ? Limits.text(this.masking.mask(text)) : null;
	}

	private RequestDetails request(AuditRecord record, Origin origin) {
		RequestContext stated = record.request();
		if (stated == null) {
			return origin.request();
		}
		String address = stated.ipAddress();
		return RequestDetails.stated(stated,
				(address != null && this.locations != null) ? this.locations.of(address) : () -> null,
				origin.request().traceId());
	}

	private @Nullable CanonicalJson metadata(AuditRecord record, Operation operation) {
		Origin origin = operation.origin();
		Actor actor = actor(record, operation);
		Instant said = record.occurredAt();
		boolean expressible = said == null || Entry.isTime(said);
		List<String> stated = stated(record, origin);
		if (expressible && stated.isEmpty()) {
			return metadata(actor, origin.request(), record.metadata());
		}
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>(record.metadata());
		if (!expressible) {
			metadata.put("occurredAt", String.valueOf(said));
		}
		if (!stated.isEmpty()) {
			metadata.put(STATED, stated);
		}
		return metadata(actor, (record.request() != null) ? RequestDetails.NONE : origin.request(), metadata);
	}

	// Whoever reads the entry must see what nobody here has observed.
	private static List<String> stated(AuditRecord record, Origin origin) {
		List<String> stated = new ArrayList<>(0);
		Instant said = record.occurredAt();
		if (said != null && Duration.between(said, origin.occurredAt()).abs().compareTo(SAME_TIME) > 0) {
			stated.add("occurredAt");
		}
		if (record.request() != null) {
			stated.add("request");
		}
		if (record.before() != null || record.after() != null) {
			stated.add(STATE);
		}
		return stated;
	}

	/** The metadata where what is observed takes the place of a state that was stated. */
	private static @Nullable CanonicalJson observed(DataGroup data) {
		CanonicalJson metadata = data.metadata();
		if (metadata == null || data.before() == null && data.after() == null
				|| !(metadata.toNode() instanceof ObjectNode said)) {
			return metadata;
		}
		ArrayNode stated = JsonNodeFactory.instance.arrayNode();
		said.path(STATED).forEach((each) -> {
			if (!STATE.equals(each.asString(""))) {
				stated.add(each);
			}
		});
		ObjectNode observed = said.deepCopy();
		if (stated.isEmpty()) {
			observed.remove(STATED);
		}
		else {
			observed.set(STATED, stated);
		}
		return observed.isEmpty() ? null : CanonicalJson.of(observed);
	}

	// Persons are looked for in who acted: nothing takes the place of that, hides it or
	// cuts it.
	private @Nullable CanonicalJson metadata(Actor actor, RequestDetails request, Map<String, @Nullable Object> own) {
		CanonicalJson described = described(actor, request, own);
		if (actor.delegation().isEmpty()) {
			return described;
		}
		ArrayNode delegation = JsonNodeFactory.instance.arrayNode();
		actor.delegation().stream().map(Identifiers::limit).forEach(delegation::add);
		return with(described, DELEGATION, delegation);
	}

	// What the application says itself takes precedence. One by one, so that a value that
	// cannot be written leaves the others.
	private @Nullable CanonicalJson described(Actor actor, RequestDetails request, Map<String, @Nullable Object> own) {
		Map<String, ?> attributes = this.actors.of(actor);
		RequestLine line = request.line().get();
		if (line == null && attributes.isEmpty() && own.isEmpty()) {
			return null;
		}
		ObjectNode metadata = JsonNodeFactory.instance.objectNode();
		ObjectNode requested = JsonNodeFactory.instance.objectNode();
		if (line != null) {
			metadata.set(REQUEST, requested);
			requested.put("method", line.method())
				.put(PATH, line.template() ? line.path() : this.entities.maskPath(line.path()));
			if (line.id() != null) {
				requested.put("id", line.id());
			}
		}
		if (!attributes.isEmpty()) {
			metadata.set("actorAttributes", this.values.toJsonByMembers(attributes));
		}
		own.forEach((key, value) -> metadata.set(String.valueOf(key), this.values.toJsonByMembers(value)));
		this.masking.mask(metadata);
		if (line != null && line.template() && metadata.get(REQUEST) == requested && !this.masking.hides(PATH)) {
			// What it has after a colon is no value.
			requested.put(PATH, line.path());
		}
		return metadata.isEmpty() ? null : json(metadata);
	}

	private static @Nullable CanonicalJson metadata(@Nullable CanonicalJson metadata, EntityChange change) {
		if (change.failure() != null) {
			return with(metadata, "stateErrors",
					JsonNodeFactory.instance.objectNode().put(change.type(), change.failure()));
		}
		if (!change.leftOut().isEmpty()) {
			ObjectNode leftOut = JsonNodeFactory.instance.objectNode();
			new TreeSet<>(change.leftOut()).forEach(leftOut.putArray(change.type())::add);
			return with(metadata, "notAudited", leftOut);
		}
		return metadata;
	}

	private static CanonicalJson with(@Nullable CanonicalJson metadata, String key, JsonNode value) {
		ObjectNode node = JsonNodeFactory.instance.objectNode();
		if (metadata != null && metadata.toNode() instanceof ObjectNode said) {
			node.setAll(said);
		}
		node.set(key, value);
		return CanonicalJson.of(node);
	}

	private static Actor actor(AuditRecord record, Operation operation) {
		return (record.actor() != null) ? record.actor() : operation.origin().actor();
	}

	// Whoever asks for what an agent did, or had done, must find it, whosever rights it
	// had. It is no entity of the application's that may have the same name.
	private @Nullable CanonicalJson related(Actor actor, List<Resource> related) {
		List<String> acting = (actor.delegation().isEmpty() && actor.type() == ActorType.AGENT) ? List.of(actor.id())
				: actor.delegation();
		List<Resource> agents = acting.stream().distinct().map((id) -> new Resource(AGENT, id)).toList();
		List<Resource> others = related.stream().filter((resource) -> !agents.contains(resource)).toList();
		if (agents.isEmpty() && others.isEmpty()) {
			return null;
		}
		ArrayNode array = JsonNodeFactory.instance.arrayNode();
		agents.forEach((agent) -> related(array, agent.type(), agent.id()));
		others.stream()
			.limit(MAX_RELATED)
			.forEach((resource) -> related(array, this.entities.kind(resource.type()),
					this.entities.shown(resource.type(), resource.id())));
		if (others.size() > MAX_RELATED) {
			related(array, "…", (others.size() - MAX_RELATED) + " more");
		}
		return CanonicalJson.of(array);
	}

	private static void related(ArrayNode array, String type, String id) {
		array.addObject().put("type", Identifiers.limit(type)).put("id", Identifiers.limit(id));
	}

	private @Nullable CanonicalJson json(@Nullable JsonNode node) {
		return (node != null) ? CanonicalJson.of(this.values.limits().limit(node)) : null;
	}

}
