/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web.internal.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.Outcome;
import io.auditspring.query.AuditEntry;
import org.jspecify.annotations.Nullable;

/**
 * Writes entries as lines of JSON with the names of the Elastic Common Schema, which
 * SIEMs know. What it has no name for is a text below {@code labels}.
 */
final class EcsExport {

	/** The version whose names and values these are. */
	static final String VERSION = "9.4.0";

	private static final String MODULE = "audit";

	private static final Set<String> SESSION_ENDS = Set.of("logout", "session.expired", "session.ended");

	private EcsExport() {
	}

	static void write(Stream<AuditEntry> entries, boolean places, OutputStream out) throws IOException {
		EventFields.write(LedgerPlace.shown(entries, places), (entry) -> event(entry, LedgerPlace.of(entry, places)),
				out);
	}

	private static EventFields event(AuditEntry entry, LedgerPlace place) {
		return EventFields.of("@timestamp", entry.getOccurredAt().toString())
			.put("ecs", EventFields.of("version", VERSION))
			.put("message", entry.getMessage())
			.put("log", EventFields.of("level", EventFields.lower(entry.getSeverity())))
			.put("event", what(entry, place))
			.put("user", user(entry.getActor()))
			.put("source", EventFields.of("ip", entry.getIpAddress()).put("geo", geo(Whereabouts.of(entry))))
			.put("http", EventFields.of("request", EventFields.of("method", EventFields.request(entry, "method"))))
			.put("url", EventFields.of("path", EventFields.request(entry, "path")))
			.put("user_agent", EventFields.of("original", entry.getUserAgent()))
			.put("service", EventFields.of("name", entry.getService()))
			.put("organization", EventFields.of("id", entry.getTenant()))
			.put("trace", EventFields.of("id", entry.getTraceId()))
			.put("error", EventFields.of("message", entry.getError()))
			.put("related", related(entry))
			.put("labels", labels(entry, place));
	}

	private static EventFields what(AuditEntry entry, LedgerPlace place) {
		String category = category(entry);
		return EventFields.of("kind", "event")
			.put("id", entry.getId().toString())
			.put("module", MODULE)
			.put("dataset", MODULE + ".entry")
			.put("provider", "audit-spring-boot-starter")
			.put("action", entry.getAction())
			.put("category", List.of(category))
			.put("type", types(entry, category))
			.put("outcome", (entry.getOutcome() == Outcome.SUCCESS) ? "success" : "failure")
			.put("severity", entry.getSeverity().ordinal() + 1)
			.put("sequence", place.seq())
			.put("hash", place.hash())
			.put("reason", entry.getJustification())
			.put("duration", (entry.getDurationMicros() != null) ? entry.getDurationMicros() * 1000 : null);
	}

	/**
	 * The schema says which types a category knows; all of ours are known to this one.
	 */
	private static String category(AuditEntry entry) {
		if (entry.getOutcome() == Outcome.DENIED) {
			return "api";
		}
		return switch (String.valueOf(entry.getCategory())) {
			case "authentication" -> isChange(entry) ? "iam" : "authentication";
			case "authorization", "iam" -> "iam";
			case "configuration_change", "configuration" -> "configuration";
			default -> "api";
		};
	}

	private static List<String> types(AuditEntry entry, String category) {
		String type = "info";
		if (isChange(entry)) {
			type = (entry.getBefore() == null) ? "creation" : (entry.getAfter() == null) ? "deletion" : "change";
		}
		else if (category.equals("authentication") && entry.getAction().equals("login")) {
			type = "start";
		}
		else if (category.equals("authentication") && SESSION_ENDS.contains(entry.getAction())) {
			type = "end";
		}
		return (entry.getOutcome() == Outcome.DENIED) ? List.of(type, "denied") : List.of(type);
	}

	private static boolean isChange(AuditEntry entry) {
		return entry.getBefore() != null || entry.getAfter() != null;
	}

	/** Who acts in another's name is the user, the other one whose rights were used. */
	private static EventFields user(@Nullable Actor actor) {
		if (actor == null) {
			return new EventFields();
		}
		EventFields user = EventFields.of("id", actor.id()).put("name", actor.name());
		return (actor.impersonatorId() == null) ? user
				: EventFields.of("id", actor.impersonatorId()).put("effective", user);
	}

	private static EventFields geo(Whereabouts place) {
		String region = (place.country() != null && place.region() != null) ? place.country() + "-" + place.region()
				: null;
		Whereabouts.Point point = place.point();
		return EventFields.of("country_iso_code", place.country())
			.put("region_iso_code", region)
			.put("city_name", place.city())
			.put("location", (point != null) ? Map.of("lat", point.latitude(), "lon", point.longitude()) : null);
	}

	private static EventFields related(AuditEntry entry) {
		Actor actor = entry.getActor();
		return EventFields
			.of("user",
					(actor != null) ? Stream.of(actor.id(), actor.name(), actor.impersonatorId())
						.filter(Objects::nonNull)
						.distinct()
						.toList() : null)
			.put("ip", (entry.getIpAddress() != null) ? List.of(entry.getIpAddress()) : null);
	}

	private static EventFields labels(AuditEntry entry, LedgerPlace place) {
		return EventFields.of("recorded_at", entry.getRecordedAt().toString())
			.put("chain", entry.getChain())
			.put("prev_hash", place.prevHash())
			.put("operation_id", entry.getOperationId().toString())
			.put("category", entry.getCategory())
			.put("outcome", EventFields.lower(entry.getOutcome()))
			.put("actor_type", EventFields.lower(entry.getActorType()))
			.put("session", entry.getSessionId())
			.put("device", entry.getDeviceFingerprint())
			.put("revision", (place.revision() != null) ? place.revision().toString() : null)
			.put("target_type", entry.getTargetType())
			.put("target_id", entry.getTargetId())
			.put("target_name", entry.getTargetName())
			.putText("related", entry.getRelated())
			.putText("geolocation", entry.getGeolocation())
			.putText("before", entry.getBefore())
			.putText("after", entry.getAfter())
			.putText("changes", entry.getChanges())
			.putText("metadata", place.metadata(entry));
	}

}
