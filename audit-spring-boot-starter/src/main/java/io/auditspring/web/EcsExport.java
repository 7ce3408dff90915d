package io.auditspring.web;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.auditspring.Actor;
import io.auditspring.Outcome;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.Target;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes entries as lines of JSON with the names of the Elastic Common Schema, which
 * SIEMs know. What it has no name for is below {@code audit}.
 */
final class EcsExport {

	/** The version whose names and values these are. */
	static final String VERSION = "8.17.0";

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<String, String> CATEGORIES = Map.of("authentication", "authentication", "authorization",
			"iam", "configuration_change", "configuration", "configuration", "configuration");

	private EcsExport() {
	}

	static void write(Stream<AuditEntry> entries, OutputStream out) throws IOException {
		for (Iterator<AuditEntry> each = entries.iterator(); each.hasNext();) {
			out.write(JSON.writeValueAsBytes(event(each.next())));
			out.write('\n');
		}
	}

	private static Map<String, Object> event(AuditEntry entry) {
		Map<String, Object> event = new LinkedHashMap<>();
		put(event, "@timestamp", entry.getOccurredAt().toString());
		put(event, "ecs", Map.of("version", VERSION));
		put(event, "message", entry.getMessage());
		put(event, "log", Map.of("level", lower(entry.getSeverity())));
		put(event, "event", what(entry));
		put(event, "user", user(entry.getActor()));
		put(event, "source", object("ip", entry.getIpAddress()));
		put(event, "user_agent", object("original", entry.getUserAgent()));
		put(event, "service", object("name", entry.getService()));
		put(event, "organization", object("id", entry.getTenant()));
		put(event, "trace", object("id", entry.getTraceId()));
		put(event, "error", object("message", entry.getError()));
		put(event, "related", related(entry));
		put(event, "audit", rest(entry));
		return event;
	}

	private static Map<String, Object> what(AuditEntry entry) {
		Map<String, Object> what = new LinkedHashMap<>();
		put(what, "kind", "event");
		put(what, "id", entry.getId().toString());
		put(what, "action", entry.getAction());
		put(what, "category", List.of(CATEGORIES.getOrDefault(String.valueOf(entry.getCategory()), "api")));
		put(what, "type", types(entry));
		put(what, "outcome", (entry.getOutcome() == Outcome.SUCCESS) ? "success" : "failure");
		put(what, "created", entry.getOccurredAt().toString());
		put(what, "ingested", entry.getRecordedAt().toString());
		put(what, "sequence", entry.getSeq());
		put(what, "hash", HexFormat.of().formatHex(entry.getHash()));
		put(what, "reason", entry.getJustification());
		put(what, "duration", (entry.getDurationMicros() != null) ? entry.getDurationMicros() * 1000 : null);
		return what;
	}

	private static List<String> types(AuditEntry entry) {
		List<String> types = new ArrayList<>();
		boolean before = entry.getBefore() != null;
		boolean after = entry.getAfter() != null;
		if (entry.getAction().equals("login")) {
			types.add("start");
		}
		else if (entry.getAction().equals("logout") || entry.getAction().equals("session.expired")) {
			types.add("end");
		}
		else {
			types.add(before ? (after ? "change" : "deletion") : (after ? "creation" : "info"));
		}
		if (entry.getOutcome() == Outcome.DENIED) {
			types.add("denied");
		}
		return types;
	}

	/** Who acts in another's name is the user, the other one whose rights were used. */
	private static Map<String, Object> user(@Nullable Actor actor) {
		if (actor == null) {
			return Map.of();
		}
		Map<String, Object> user = new LinkedHashMap<>();
		put(user, "id", actor.id());
		put(user, "name", actor.name());
		if (actor.impersonatorId() == null) {
			return user;
		}
		Map<String, Object> impersonator = new LinkedHashMap<>();
		put(impersonator, "id", actor.impersonatorId());
		put(impersonator, "effective", user);
		return impersonator;
	}

	private static Map<String, Object> related(AuditEntry entry) {
		Map<String, Object> related = new LinkedHashMap<>();
		Actor actor = entry.getActor();
		put(related, "user",
				(actor != null) ? Stream.of(actor.id(), actor.name(), actor.impersonatorId())
					.filter(Objects::nonNull)
					.distinct()
					.toList() : null);
		put(related, "ip", (entry.getIpAddress() != null) ? List.of(entry.getIpAddress()) : null);
		return related;
	}

	private static Map<String, Object> rest(AuditEntry entry) {
		Map<String, Object> rest = new LinkedHashMap<>();
		put(rest, "chain", entry.getChain());
		put(rest, "prev_hash", HexFormat.of().formatHex(entry.getPrevHash()));
		put(rest, "operation_id", entry.getOperationId().toString());
		put(rest, "category", entry.getCategory());
		put(rest, "outcome", lower(entry.getOutcome()));
		put(rest, "actor_type", lower(entry.getActorType()));
		put(rest, "session", entry.getSessionId());
		put(rest, "device", entry.getDeviceFingerprint());
		put(rest, "location", entry.getGeolocation());
		put(rest, "revision", entry.getRevision());
		put(rest, "target", target(entry.getTarget()));
		put(rest, "related", entry.getRelated());
		put(rest, "metadata", entry.getMetadata());
		// Texts: a field for each property of each entity would soon be too many.
		put(rest, "before", text(entry.getBefore()));
		put(rest, "after", text(entry.getAfter()));
		put(rest, "changes", text(entry.getChanges()));
		return rest;
	}

	private static Map<String, Object> target(@Nullable Target target) {
		Map<String, Object> object = new LinkedHashMap<>();
		if (target != null) {
			put(object, "type", target.type());
			put(object, "id", target.id());
			put(object, "name", target.name());
		}
		return object;
	}

	private static Map<String, Object> object(String name, @Nullable Object value) {
		return (value != null) ? Map.of(name, value) : Map.of();
	}

	private static void put(Map<String, Object> object, String name, @Nullable Object value) {
		boolean empty = (value instanceof Map<?, ?> map && map.isEmpty())
				|| (value instanceof Collection<?> list && list.isEmpty());
		if (value != null && !empty) {
			object.put(name, value);
		}
	}

	private static @Nullable String text(@Nullable Object json) {
		return (json != null) ? JSON.writeValueAsString(json) : null;
	}

	private static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
