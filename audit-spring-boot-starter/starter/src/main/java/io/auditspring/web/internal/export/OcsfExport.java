/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries as lines of JSON in the Open Cybersecurity Schema Framework: sign-ins as
 * Authentication, what is done to users and roles as Account Change, other changes of
 * state as Entity Management, everything else as API Activity. What it has no name for is
 * below {@code unmapped}.
 */
final class OcsfExport {

	/** The version whose names and values these are. */
	static final String VERSION = "1.8.0";

	private static final Set<String> SIGN_INS = Set.of("login", "login.flood", "logout", "session.expired",
			"session.ended");

	private static final Set<String> ACCOUNTS = Set.of("user", "account", "role");

	private static final Set<String> METHODS = Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST",
			"PUT", "TRACE");

	private static final int OTHER = 99;

	private OcsfExport() {
	}

	/** Kinds of events. */
	private enum EventClass {

		ACCOUNT_CHANGE(3, 1), AUTHENTICATION(3, 2), ENTITY_MANAGEMENT(3, 4), API_ACTIVITY(6, 3);

		private final int category;

		private final int number;

		EventClass(int category, int number) {
			this.category = category;
			this.number = number;
		}

		int uid() {
			return this.category * 1000 + this.number;
		}

		static EventClass of(AuditEntry entry) {
			if (SIGN_INS.contains(entry.getAction())) {
				return AUTHENTICATION;
			}
			if (entry.getTargetType() == null) {
				return API_ACTIVITY;
			}
			if (ACCOUNTS.contains(entry.getTargetType().toLowerCase(Locale.ROOT))) {
				return ACCOUNT_CHANGE;
			}
			return (entry.getBefore() != null || entry.getAfter() != null) ? ENTITY_MANAGEMENT : API_ACTIVITY;
		}

	}

	static void write(Stream<AuditEntry> entries, boolean places, OutputStream out) throws IOException {
		EventFields.write(LedgerPlace.shown(entries, places), (entry) -> event(entry, LedgerPlace.of(entry, places)),
				out);
	}

	private static EventFields event(AuditEntry entry, LedgerPlace place) {
		EventClass eventClass = EventClass.of(entry);
		int activity = activity(eventClass, entry);
		boolean success = entry.getOutcome() == Outcome.SUCCESS;
		EventFields event = EventFields.of("time", entry.getOccurredAt().toEpochMilli())
			.put("class_uid", eventClass.uid())
			.put("category_uid", eventClass.category)
			.put("activity_id", activity)
			.put("activity_name", (activity == OTHER) ? entry.getAction() : null)
			.put("type_uid", eventClass.uid() * 100 + activity)
			.put("severity_id", severity(entry))
			.put("status_id", success ? 1 : 2)
			.put("status", success ? "Success" : "Failure")
			.put("status_code", (entry.getOutcome() == Outcome.DENIED) ? "denied" : null)
			.put("status_detail", entry.getError())
			.put("message", entry.getMessage())
			.put("metadata", metadata(entry, place))
			.put("actor", actor(entry))
			.put("src_endpoint", source(entry))
			.put("http_request", request(entry));
		putClassFields(event, eventClass, entry);
		return event.put("unmapped", rest(entry, eventClass, place));
	}

	private static void putClassFields(EventFields event, EventClass eventClass, AuditEntry entry) {
		switch (eventClass) {
			case AUTHENTICATION -> event.put("user", user(entry.getActor(), entry.getActorType()))
				.put("service", EventFields.of("name", service(entry)))
				.put("session", EventFields.of("uid", entry.getSessionId()));
			case ACCOUNT_CHANGE -> event.put("user", target(entry));
			case ENTITY_MANAGEMENT -> event.put("entity", entity(entry, entry.getBefore()))
				.put("entity_result", (entry.getAfter() != null) ? entity(entry, entry.getAfter()) : null)
				.put("comment", entry.getJustification());
			case API_ACTIVITY -> event
				.put("api",
						EventFields.of("operation", entry.getAction())
							.put("service", EventFields.of("name", service(entry))))
				.put("resources", resources(typed(entry)));
		}
	}

	private static int severity(AuditEntry entry) {
		return switch (entry.getSeverity()) {
			case INFO -> 1;
			case WARNING -> 3;
			case ERROR -> 4;
			case CRITICAL -> 5;
		};
	}

	private static int activity(EventClass eventClass, AuditEntry entry) {
		return switch (eventClass) {
			case AUTHENTICATION -> switch (entry.getAction()) {
				case "login" -> 1;
				case "logout", "session.expired", "session.ended" -> 2;
				default -> OTHER;
			};
			case ACCOUNT_CHANGE -> accountActivity(entry);
			case ENTITY_MANAGEMENT, API_ACTIVITY -> entry.getAction().equals("audit.read") ? 2 : change(entry, 3, 4);
		};
	}

	private static int accountActivity(AuditEntry entry) {
		String action = entry.getAction().toLowerCase(Locale.ROOT);
		if (action.contains("password")) {
			return action.contains("reset") ? 4 : 3;
		}
		return change(entry, OTHER, 6);
	}

	private static int change(AuditEntry entry, int updated, int deleted) {
		boolean before = entry.getBefore() != null;
		boolean after = entry.getAfter() != null;
		return before ? (after ? updated : deleted) : (after ? 1 : OTHER);
	}

	private static EventFields metadata(AuditEntry entry, LedgerPlace place) {
		return EventFields.of("version", VERSION)
			.put("uid", entry.getId().toString())
			.put("product",
					EventFields.of("name", "Audit Spring Boot Starter").put("vendor_name", "Audit Spring Boot Starter"))
			.put("log_name", entry.getChain())
			.put("sequence", place.seq())
			.put("event_code", entry.getAction())
			.put("correlation_uid", entry.getOperationId().toString())
			.put("tenant_uid", entry.getTenant())
			.put("original_time", entry.getOccurredAt().toString())
			.put("logged_time", entry.getRecordedAt().toEpochMilli());
	}

	private static EventFields actor(AuditEntry entry) {
		return EventFields.of("user", user(entry.getActor(), entry.getActorType()))
			.put("session", EventFields.of("uid", entry.getSessionId()));
	}

	private static EventFields user(@Nullable Actor actor, ActorType type) {
		return EventFields.of("uid", (actor != null) ? actor.id() : null)
			.put("name", (actor != null) ? actor.name() : EventFields.lower(type))
			.put("type_id", switch (type) {
				case USER -> 1;
				case SYSTEM -> 3;
				case SERVICE -> 4;
				case API_KEY, AGENT -> OTHER;
				case ANONYMOUS -> 0;
			})
			.put("type", switch (type) {
				case API_KEY, AGENT -> EventFields.lower(type);
				default -> null;
			});
	}

	/** The schema asks for a name or an identifier. */
	private static EventFields target(AuditEntry entry) {
		boolean unnamed = entry.getTargetName() == null && entry.getTargetId() == null;
		return EventFields.of("uid", entry.getTargetId())
			.put("name", unnamed ? entry.getTargetType() : entry.getTargetName());
	}

	private static EventFields typed(AuditEntry entry) {
		return target(entry).put("type", entry.getTargetType());
	}

	private static EventFields entity(AuditEntry entry, @Nullable Object state) {
		return typed(entry).put("data", state);
	}

	private static List<Map<String, Object>> resources(EventFields target) {
		return target.map().isEmpty() ? List.of() : List.of(target.map());
	}

	/** Where there was no request, the application's own name says from where it came. */
	private static EventFields source(AuditEntry entry) {
		return EventFields.of("ip", entry.getIpAddress())
			.put("svc_name", (entry.getIpAddress() == null) ? service(entry) : null)
			.put("location", location(Whereabouts.of(entry)));
	}

	/** The schema knows no coordinates without a place. */
	private static EventFields location(Whereabouts place) {
		EventFields location = EventFields.of("country", place.country())
			.put("region", place.region())
			.put("city", place.city());
		Whereabouts.Point point = place.point();
		return (point != null && !location.map().isEmpty())
				? location.put("lat", point.latitude()).put("long", point.longitude()) : location;
	}

	private static EventFields request(AuditEntry entry) {
		String method = EventFields.request(entry, "method");
		return EventFields.of("http_method", (method != null && METHODS.contains(method)) ? method : null)
			.put("url", EventFields.of("path", EventFields.request(entry, "path")))
			.put("user_agent", entry.getUserAgent());
	}

	private static String service(AuditEntry entry) {
		return (entry.getService() != null) ? entry.getService() : "unknown";
	}

	private static EventFields rest(AuditEntry entry, EventClass eventClass, LedgerPlace place) {
		EventFields rest = EventFields.of("hash", place.hash())
			.put("prev_hash", place.prevHash())
			.put("category", entry.getCategory())
			.put("outcome", EventFields.lower(entry.getOutcome()))
			.put("service", entry.getService())
			.put("actor_type", EventFields.lower(entry.getActorType()))
			.put("impersonator_id", (entry.getActor() != null) ? entry.getActor().impersonatorId() : null)
			.put("device", entry.getDeviceFingerprint())
			.put("trace_id", entry.getTraceId())
			.put("revision", place.revision())
			.put("duration_micros", entry.getDurationMicros())
			.put("related", entry.getRelated())
			.put("changes", entry.getChanges())
			.put("metadata", place.metadata(entry));
		if (eventClass == EventClass.ENTITY_MANAGEMENT) {
			return rest;
		}
		return rest.put("justification", entry.getJustification())
			.put("before", entry.getBefore())
			.put("after", entry.getAfter())
			.put("target",
					EventFields.of("type", entry.getTargetType())
						.put("id", entry.getTargetId())
						.put("name", entry.getTargetName()));
	}

}
