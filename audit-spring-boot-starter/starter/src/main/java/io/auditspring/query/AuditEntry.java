/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.lang.reflect.Field;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Resource;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.ActorObject;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.CoreObject;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.StoredEntry;
import io.auditspring.query.internal.value.Inet;
import io.auditspring.query.internal.value.LowerCaseConverter;
import io.auditspring.query.internal.value.StoredJson;
import jakarta.persistence.Access;
import jakarta.persistence.AccessType;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Transient;
import jakarta.persistence.Tuple;
import jakarta.persistence.TupleElement;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.Subselect;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/**
 * An entry of the ledger. It can only be read: Hibernate knows it as the result of a
 * query, so that no schema generation touches the ledger's tables.
 *
 * @since 0.1.0
 */
@Entity(name = "AuditSpringEntry")
@Immutable
@Subselect("select * from audit.audit_log")
@Access(AccessType.FIELD)
@JsonSerialize(using = AuditEntrySerializer.class)
@SuppressWarnings({ "NullAway.Init", "unused" })
public class AuditEntry {

	/** What may be long. */
	static final Set<String> TEXTS = Set.of("related", "message", "justification", "error", "before", "after",
			"changes", "metadata");

	/** What an entry has in place of texts that are to be read by themselves. */
	static final String OMITTED = "omitted";

	private static final Map<String, Field> FIELDS = Stream.of(AuditEntry.class.getDeclaredFields())
		.filter((field) -> field.isAnnotationPresent(Column.class) || field.getName().equals(OMITTED))
		.collect(Collectors.toMap(Field::getName, Function.identity(), (one, other) -> one, LinkedHashMap::new));

	@Id
	@Column(name = "id")
	private UUID id;

	@Column(name = "chain")
	private String chain;

	@Column(name = "seq")
	private long seq;

	@Column(name = "recorded_at")
	private Instant recordedAt;

	@Column(name = "occurred_at")
	private Instant occurredAt;

	@Column(name = "service")
	private @Nullable String service;

	@Column(name = "tenant")
	private @Nullable String tenant;

	@Column(name = "operation_id")
	private UUID operationId;

	@Column(name = "actor_type")
	@Convert(converter = LowerCaseConverter.OfActorType.class)
	private ActorType actorType;

	@Column(name = "actor_id")
	private @Nullable String actorId;

	@Column(name = "actor_name")
	private @Nullable String actorName;

	@Column(name = "impersonator_id")
	private @Nullable String impersonatorId;

	@Column(name = "action")
	private String action;

	@Column(name = "category")
	private @Nullable String category;

	@Column(name = "severity")
	@Convert(converter = LowerCaseConverter.OfSeverity.class)
	private Severity severity;

	@Column(name = "outcome")
	@Convert(converter = LowerCaseConverter.OfOutcome.class)
	private Outcome outcome;

	@Column(name = "target_type")
	private @Nullable String targetType;

	@Column(name = "target_id")
	private @Nullable String targetId;

	@Column(name = "target_name")
	private @Nullable String targetName;

	@Column(name = "related")
	private @Nullable String related;

	@Column(name = "message")
	private @Nullable String message;

	@Column(name = "justification")
	private @Nullable String justification;

	@Column(name = "error")
	private @Nullable String error;

	@Column(name = "before_state")
	private @Nullable String before;

	@Column(name = "after_state")
	private @Nullable String after;

	@Column(name = "changes")
	private @Nullable String changes;

	@Column(name = "metadata")
	private @Nullable String metadata;

	@Column(name = "ip_address")
	private @Nullable String ipAddress;

	@Column(name = "user_agent")
	private @Nullable String userAgent;

	@Column(name = "session_id")
	private @Nullable String sessionId;

	@Column(name = "device_fingerprint")
	private @Nullable String deviceFingerprint;

	@Column(name = "geolocation")
	private @Nullable String geolocation;

	@Column(name = "trace_id")
	private @Nullable String traceId;

	@Column(name = "revision")
	private @Nullable Long revision;

	@Column(name = "duration_micros")
	private @Nullable Long durationMicros;

	@Column(name = "prev_hash")
	private byte[] prevHash;

	@Column(name = "hash")
	private byte[] hash;

	@Column(name = "data_digest")
	private byte @Nullable [] dataDigest;

	@Transient
	private @Nullable Long omitted;

	protected AuditEntry() {
	}

	/**
	 * Takes an entry of the archive, which is read without JPA.
	 */
	static AuditEntry of(StoredEntry stored) {
		AuditEntry entry = new AuditEntry();
		CoreObject core = stored.core();
		ActorObject actor = stored.actor();
		Entry.DataGroup data = stored.data();
		entry.id = UUID.fromString(Objects.requireNonNull(core.id()));
		entry.chain = Objects.requireNonNull(core.chain());
		entry.seq = Objects.requireNonNull(core.seq());
		entry.recordedAt = Instant.parse(Objects.requireNonNull(core.recordedAt()));
		entry.occurredAt = Instant.parse(Objects.requireNonNull(core.occurredAt()));
		entry.service = core.service();
		entry.tenant = core.tenant();
		entry.operationId = UUID.fromString(Objects.requireNonNull(core.operation()));
		entry.actorType = ActorType.valueOf(constant(core.actorType()));
		entry.actorId = actor.id();
		entry.actorName = actor.name();
		entry.impersonatorId = actor.impersonator();
		entry.action = Objects.requireNonNull(core.action());
		entry.category = core.category();
		entry.severity = Severity.valueOf(constant(core.severity()));
		entry.outcome = Outcome.valueOf(constant(core.outcome()));
		entry.targetType = core.targetType();
		entry.targetId = core.targetId();
		entry.targetName = data.targetName();
		entry.related = text(data.related());
		entry.message = data.message();
		entry.justification = data.justification();
		entry.error = data.error();
		entry.before = text(data.before());
		entry.after = text(data.after());
		entry.changes = text(data.changes());
		entry.metadata = text(data.metadata());
		entry.ipAddress = Inet.text(actor.ip());
		entry.userAgent = actor.userAgent();
		entry.sessionId = actor.session();
		entry.deviceFingerprint = actor.device();
		entry.geolocation = text(actor.geo());
		entry.traceId = core.traceId();
		entry.revision = core.revision();
		entry.durationMicros = core.durationMicros();
		entry.prevHash = stored.prevHash();
		entry.hash = stored.hash();
		entry.dataDigest = stored.dataDigest();
		return entry;
	}

	/**
	 * What is read of entries.
	 * @param unread attributes that are left out
	 * @return the names of all others
	 */
	static List<String> attributes(Set<String> unread) {
		return FIELDS.keySet().stream().filter((name) -> !name.equals(OMITTED) && !unread.contains(name)).toList();
	}

	/**
	 * Takes an entry of which not everything was read.
	 * @param row what was read, by the names of attributes
	 */
	static AuditEntry of(Tuple row) {
		AuditEntry entry = new AuditEntry();
		List<TupleElement<?>> read = row.getElements();
		for (int i = 0; i < read.size(); i++) {
			try {
				Objects.requireNonNull(FIELDS.get(read.get(i).getAlias())).set(entry, row.get(i));
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return entry;
	}

	/** Whether its texts are to be read by themselves, as they are long. */
	boolean isOmitted() {
		return this.omitted != null;
	}

	/** How long its texts are together, those that were omitted too, about. */
	long length() {
		return (this.omitted != null) ? this.omitted
				: Stream
					.of(this.related, this.message, this.justification, this.error, this.before, this.after,
							this.changes, this.metadata)
					.filter(Objects::nonNull)
					.mapToLong(String::length)
					.sum();
	}

	private static String constant(@Nullable String name) {
		return Objects.requireNonNull(name).toUpperCase(Locale.ROOT);
	}

	private static @Nullable String text(@Nullable CanonicalJson json) {
		return (json != null) ? json.toString() : null;
	}

	public UUID getId() {
		return this.id;
	}

	/**
	 * The chain the entry is in.
	 * @return the chain's name
	 */
	public String getChain() {
		return this.chain;
	}

	/**
	 * The entry's place in its chain.
	 * @return the place, from 0
	 */
	public long getSeq() {
		return this.seq;
	}

	/**
	 * When the ledger took the entry. Never decreases within a chain.
	 * @return the time, in whole microseconds
	 */
	public Instant getRecordedAt() {
		return this.recordedAt;
	}

	/**
	 * When it happened.
	 * @return the time, in whole microseconds
	 */
	public Instant getOccurredAt() {
		return this.occurredAt;
	}

	public @Nullable String getService() {
		return this.service;
	}

	public @Nullable String getTenant() {
		return this.tenant;
	}

	/**
	 * What the entries of one operation share.
	 * @return the operation's id
	 */
	public UUID getOperationId() {
		return this.operationId;
	}

	/**
	 * Who did it.
	 * @return the actor, or {@code null} once it is redacted
	 */
	public @Nullable Actor getActor() {
		return (this.actorId != null) ? new Actor(this.actorType, this.actorId, this.actorName, this.impersonatorId)
				: null;
	}

	/**
	 * The kind of party that did it, known even if the actor is redacted.
	 * @return the kind
	 */
	public ActorType getActorType() {
		return this.actorType;
	}

	public String getAction() {
		return this.action;
	}

	public @Nullable String getCategory() {
		return this.category;
	}

	public Severity getSeverity() {
		return this.severity;
	}

	public Outcome getOutcome() {
		return this.outcome;
	}

	/**
	 * The kind of thing it was done to.
	 * @return such as {@code Order}, or {@code null} if the entry names none
	 */
	public @Nullable String getTargetType() {
		return this.targetType;
	}

	/**
	 * Which thing it was done to.
	 * @return its id, or {@code null} if the entry names none
	 */
	public @Nullable String getTargetId() {
		return this.targetId;
	}

	/**
	 * What people call the thing it was done to.
	 * @return its name, or {@code null} if the entry names none
	 */
	public @Nullable String getTargetName() {
		return this.targetName;
	}

	/**
	 * Further things it concerned.
	 * @return the things, possibly none
	 */
	public List<Resource> getRelated() {
		return StoredJson.resources(this.related);
	}

	public @Nullable String getMessage() {
		return this.message;
	}

	public @Nullable String getJustification() {
		return this.justification;
	}

	public @Nullable String getError() {
		return this.error;
	}

	/**
	 * The target's state before.
	 * @return values by property, numbers exact, or {@code null} if not recorded
	 */
	public @Nullable Map<String, @Nullable Object> getBefore() {
		return StoredJson.map(this.before);
	}

	/**
	 * The target's state after.
	 * @return values by property, numbers exact, or {@code null} if not recorded
	 */
	public @Nullable Map<String, @Nullable Object> getAfter() {
		return StoredJson.map(this.after);
	}

	/**
	 * What differs between the states.
	 * @return by property a map of {@code from} and {@code to}, or {@code null} if not
	 * recorded
	 */
	public @Nullable Map<String, @Nullable Object> getChanges() {
		return StoredJson.map(this.changes);
	}

	/**
	 * What was changed, in one line without localisation.
	 * @return such as {@code status: NEW → APPROVED}, or {@code null} where nothing was
	 * updated
	 * @see ChangeSummary
	 */
	public @Nullable String getChangeSummary() {
		return ChangeSummary.plain().of(this, Locale.ROOT);
	}

	public @Nullable Map<String, @Nullable Object> getMetadata() {
		return StoredJson.map(this.metadata);
	}

	public @Nullable String getIpAddress() {
		return this.ipAddress;
	}

	public @Nullable String getUserAgent() {
		return this.userAgent;
	}

	/**
	 * A digest of the session's id.
	 * @return the digest, or {@code null}
	 */
	public @Nullable String getSessionId() {
		return this.sessionId;
	}

	public @Nullable String getDeviceFingerprint() {
		return this.deviceFingerprint;
	}

	public @Nullable Map<String, @Nullable Object> getGeolocation() {
		return StoredJson.map(this.geolocation);
	}

	public @Nullable String getTraceId() {
		return this.traceId;
	}

	/**
	 * Envers' revision.
	 * @return its number, or {@code null}
	 */
	public @Nullable Long getRevision() {
		return this.revision;
	}

	/**
	 * How long the call took.
	 * @return microseconds, or {@code null}
	 */
	public @Nullable Long getDurationMicros() {
		return this.durationMicros;
	}

	public byte[] getPrevHash() {
		return this.prevHash.clone();
	}

	public byte[] getHash() {
		return this.hash.clone();
	}

	/**
	 * Whether message, state, metadata and the like were erased after the entry was
	 * written.
	 * @return whether they were
	 */
	public boolean isDataErased() {
		return this.dataDigest != null;
	}

}
