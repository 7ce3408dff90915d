/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.UUID;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

/**
 * An audit entry before the ledger takes it: everything but its place in a chain. Its
 * groups are those that are hashed, and can be redacted, together.
 * <p>
 * An entry only ever holds what the ledger can store unchanged, so that what is hashed is
 * what is stored: in texts U+0000 and unpaired surrogates become U+FFFD, times are cut to
 * microseconds, and an IP address is an address in its shortest family, or {@code null}.
 *
 * @param id a version 7 UUID, assigned at capture
 * @param occurredAt when it happened, in the years 1 to 9999
 * @param service the application that recorded it
 * @param tenant on whose behalf, or {@code null}
 * @param operation shared by the entries of one operation
 * @param action what was done
 * @param category the type of event
 * @param severity how much attention it deserves
 * @param outcome how it ended
 * @param actorType the kind of party that did it
 * @param targetType the kind of thing it was done to, or {@code null}
 * @param targetId which one, or {@code null}
 * @param revision Envers' revision number, or {@code null}
 * @param durationMicros how long the call took, in microseconds, or {@code null}
 * @param traceId the distributed trace, or {@code null}
 * @param actor who and from where
 * @param data what exactly
 */
public record Entry(UUID id, Instant occurredAt, @Nullable String service, @Nullable String tenant, UUID operation,
		String action, @Nullable String category, Severity severity, Outcome outcome, ActorType actorType,
		@Nullable String targetType, @Nullable String targetId, @Nullable Long revision, @Nullable Long durationMicros,
		@Nullable String traceId, ActorGroup actor, DataGroup data) {

	public Entry {
		occurredAt = Timestamps.truncate(occurredAt);
		service = Text.normalizeNullable(service);
		tenant = Text.normalizeNullable(tenant);
		action = Text.normalize(action);
		category = Text.normalizeNullable(category);
		targetType = Text.normalizeNullable(targetType);
		targetId = Text.normalizeNullable(targetId);
		traceId = Text.normalizeNullable(traceId);
	}

	public Entry with(Severity severity, Outcome outcome) {
		return new Entry(this.id, this.occurredAt, this.service, this.tenant, this.operation, this.action,
				this.category, severity, outcome, this.actorType, this.targetType, this.targetId, this.revision,
				this.durationMicros, this.traceId, this.actor, this.data);
	}

	public Entry withTarget(String type, String id, @Nullable Long revision) {
		return new Entry(this.id, this.occurredAt, this.service, this.tenant, this.operation, this.action,
				this.category, this.severity, this.outcome, this.actorType, type, id, revision, this.durationMicros,
				this.traceId, this.actor, this.data);
	}

	public Entry with(DataGroup data) {
		return new Entry(this.id, this.occurredAt, this.service, this.tenant, this.operation, this.action,
				this.category, this.severity, this.outcome, this.actorType, this.targetType, this.targetId,
				this.revision, this.durationMicros, this.traceId, this.actor, data);
	}

	/**
	 * Whether an entry can be of a time.
	 * @param instant the time
	 * @return whether it lies in the years 1 to 9999
	 */
	public static boolean isTime(Instant instant) {
		return Timestamps.isExpressible(instant);
	}

	/**
	 * Who did it and from where.
	 *
	 * @param id the actor's id
	 * @param name the actor's name, or {@code null}
	 * @param impersonator who really acted, or {@code null}
	 * @param ip the client's address in text, or {@code null}; what is not an address
	 * becomes {@code null}
	 * @param userAgent the client's program, or {@code null}
	 * @param session a digest of the session id, or {@code null}
	 * @param device the device's fingerprint, or {@code null}
	 * @param geo an object that says where the client was, or {@code null}
	 */
	public record ActorGroup(String id, @Nullable String name, @Nullable String impersonator, @Nullable String ip,
			@Nullable String userAgent, @Nullable String session, @Nullable String device,
			@Nullable CanonicalJson geo) {

		public ActorGroup {
			id = Text.normalize(id);
			name = Text.normalizeNullable(name);
			impersonator = Text.normalizeNullable(impersonator);
			ip = IpAddress.normalize(ip);
			userAgent = Text.normalizeNullable(userAgent);
			session = Text.normalizeNullable(session);
			device = Text.normalizeNullable(device);
		}

	}

	/**
	 * What exactly was done.
	 *
	 * @param targetName the target's name, or {@code null}
	 * @param message a sentence for people to read, or {@code null}
	 * @param justification why it was done, or {@code null}
	 * @param error what went wrong, or {@code null}
	 * @param before an object, the target's state before, or {@code null}
	 * @param after an object, the target's state after, or {@code null}
	 * @param changes an object of what differs between the two, or {@code null}
	 * @param metadata an object of details, or {@code null}
	 * @param related an array of further things it concerns, each with {@code type} and
	 * {@code id}, or {@code null}
	 */
	public record DataGroup(@Nullable String targetName, @Nullable String message, @Nullable String justification,
			@Nullable String error, @Nullable CanonicalJson before, @Nullable CanonicalJson after,
			@Nullable CanonicalJson changes, @Nullable CanonicalJson metadata, @Nullable CanonicalJson related) {

		public DataGroup {
			targetName = Text.normalizeNullable(targetName);
			message = Text.normalizeNullable(message);
			justification = Text.normalizeNullable(justification);
			error = Text.normalizeNullable(error);
		}

		public DataGroup withMessage(String message) {
			return new DataGroup(this.targetName, message, this.justification, this.error, this.before, this.after,
					this.changes, this.metadata, this.related);
		}

		public DataGroup withError(@Nullable String error) {
			return new DataGroup(this.targetName, this.message, this.justification, error, this.before, this.after,
					this.changes, this.metadata, this.related);
		}

		public DataGroup withState(@Nullable CanonicalJson before, @Nullable CanonicalJson after,
				@Nullable CanonicalJson changes) {
			return new DataGroup(this.targetName, this.message, this.justification, this.error, before, after, changes,
					this.metadata, this.related);
		}

		public DataGroup withMetadata(@Nullable CanonicalJson metadata) {
			return new DataGroup(this.targetName, this.message, this.justification, this.error, this.before, this.after,
					this.changes, metadata, this.related);
		}

	}

}
