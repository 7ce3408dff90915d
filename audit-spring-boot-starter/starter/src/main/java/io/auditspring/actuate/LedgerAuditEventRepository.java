/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Outcome;
import io.auditspring.ledger.internal.entry.ControlActions;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;

/**
 * Keeps the audit events of Spring Boot Actuator in the ledger. It gives back what was
 * added, and what Spring Security told; other entries are for those who may read the
 * whole trail. Like them, an event is found a moment after it was added.
 */
final class LedgerAuditEventRepository implements AuditEventRepository {

	private static final String ACTUATOR = "actuator";

	private static final List<String> CATEGORIES = List.of(ACTUATOR, "authentication", "authorization");

	private static final String FAILURE = "_FAILURE";

	private final AuditRecorder recorder;

	private final AuditTrail trail;

	LedgerAuditEventRepository(AuditRecorder recorder, AuditTrail trail) {
		this.recorder = recorder;
		this.trail = trail;
	}

	/**
	 * Records an event: its type as the action, its principal as the actor, its data as
	 * metadata. Types that end with {@code _FAILURE}, as Spring Boot's do, have that
	 * outcome.
	 * @param event the event
	 */
	@Override
	public void add(AuditEvent event) {
		boolean failed = event.getType().endsWith(FAILURE);
		this.recorder.record(AuditRecord.action(action(event.getType()))
			.category(ACTUATOR)
			.outcome(failed ? Outcome.FAILURE : Outcome.SUCCESS)
			.actor(actor(event.getPrincipal()))
			.occurredAt(event.getTimestamp())
			.metadata(event.getData())
			.build());
	}

	private static String action(String type) {
		return ControlActions.include(type) ? ACTUATOR + '.' + type : type;
	}

	private static @Nullable Actor actor(String principal) {
		Actor system = Actor.system();
		if (principal.isEmpty()) {
			return null;
		}
		return principal.equals(system.id()) ? system : Actor.user(principal);
	}

	/**
	 * Finds events.
	 * @param principal the actor's id, or {@code null} for all
	 * @param after the time they were recorded after, or {@code null} for any
	 * @param type the action, or {@code null} for all
	 * @return the newest 1,000 of each category, or fewer where they are long, oldest
	 * first
	 */
	@Override
	public List<AuditEvent> find(@Nullable String principal, @Nullable Instant after, @Nullable String type) {
		AuditQuery query = AuditQuery.all().limit(AuditQuery.MAX_LIMIT);
		query = (principal != null) ? query.actor(principal) : query;
		query = (after != null) ? query.from(after) : query;
		AuditQuery found = (type != null) ? query.action(action(type)) : query;
		return CATEGORIES.stream()
			.flatMap((category) -> entries(found.category(category)))
			.map(LedgerAuditEventRepository::event)
			.sorted(Comparator.comparing(AuditEvent::getTimestamp))
			.toList();
	}

	private Stream<AuditEntry> entries(AuditQuery query) {
		return this.trail.look(query).entries().stream();
	}

	private static AuditEvent event(AuditEntry entry) {
		Map<String, @Nullable Object> data = new LinkedHashMap<>();
		if (entry.getMetadata() != null) {
			data.putAll(entry.getMetadata());
		}
		data.put("outcome", entry.getOutcome());
		Actor actor = entry.getActor();
		return new AuditEvent(entry.getOccurredAt(), (actor != null) ? actor.id() : null, entry.getAction(), data);
	}

}
