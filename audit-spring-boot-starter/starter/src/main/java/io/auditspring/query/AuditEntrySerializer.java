/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

import io.auditspring.Actor;
import io.auditspring.Resource;
import io.auditspring.query.internal.value.StoredJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;

/**
 * Writes entries in one form, however the application has configured its JSON: every
 * member is there, {@code null} if it has no value, and times are ISO 8601.
 */
final class AuditEntrySerializer extends ValueSerializer<AuditEntry> {

	@Override
	public void serialize(AuditEntry entry, JsonGenerator json, SerializationContext context) {
		json.writeStartObject();
		writeCore(entry, json);
		writeData(entry, json);
		writeOrigin(entry, json);
		number(json, "revision", entry.getRevision());
		number(json, "durationMicros", entry.getDurationMicros());
		text(json, "prevHash", HexFormat.of().formatHex(entry.getPrevHash()));
		text(json, "hash", HexFormat.of().formatHex(entry.getHash()));
		json.writeEndObject();
	}

	private static void writeCore(AuditEntry entry, JsonGenerator json) {
		text(json, "id", entry.getId().toString());
		text(json, "chain", entry.getChain());
		number(json, "seq", entry.getSeq());
		time(json, "recordedAt", entry.getRecordedAt());
		time(json, "occurredAt", entry.getOccurredAt());
		text(json, "service", entry.getService());
		text(json, "tenant", entry.getTenant());
		text(json, "operationId", entry.getOperationId().toString());
		writeActor(entry, json);
		text(json, "action", entry.getAction());
		text(json, "category", entry.getCategory());
		constant(json, "severity", entry.getSeverity());
		constant(json, "outcome", entry.getOutcome());
	}

	private static void writeActor(AuditEntry entry, JsonGenerator json) {
		Actor actor = entry.getActor();
		json.writeName("actor");
		json.writeStartObject();
		constant(json, "type", entry.getActorType());
		text(json, "id", (actor != null) ? actor.id() : null);
		text(json, "name", (actor != null) ? actor.name() : null);
		text(json, "impersonatorId", (actor != null) ? actor.impersonatorId() : null);
		json.writeEndObject();
	}

	private static void writeData(AuditEntry entry, JsonGenerator json) {
		writeTarget(entry, json);
		writeRelated(entry, json);
		text(json, "message", entry.getMessage());
		text(json, "justification", entry.getJustification());
		text(json, "error", entry.getError());
		map(json, "before", entry.getBefore());
		map(json, "after", entry.getAfter());
		map(json, "changes", entry.getChanges());
		text(json, "changeSummary", entry.getChangeSummary());
		map(json, "metadata", entry.getMetadata());
	}

	private static void writeTarget(AuditEntry entry, JsonGenerator json) {
		json.writeName("target");
		if (entry.getTargetType() == null && entry.getTargetId() == null && entry.getTargetName() == null) {
			json.writeNull();
			return;
		}
		json.writeStartObject();
		text(json, "type", entry.getTargetType());
		text(json, "id", entry.getTargetId());
		text(json, "name", entry.getTargetName());
		json.writeEndObject();
	}

	private static void writeRelated(AuditEntry entry, JsonGenerator json) {
		json.writeName("related");
		json.writeStartArray();
		for (Resource resource : entry.getRelated()) {
			json.writeStartObject();
			text(json, "type", resource.type());
			text(json, "id", resource.id());
			json.writeEndObject();
		}
		json.writeEndArray();
	}

	private static void writeOrigin(AuditEntry entry, JsonGenerator json) {
		text(json, "ipAddress", entry.getIpAddress());
		text(json, "userAgent", entry.getUserAgent());
		text(json, "sessionId", entry.getSessionId());
		text(json, "deviceFingerprint", entry.getDeviceFingerprint());
		map(json, "geolocation", entry.getGeolocation());
		text(json, "traceId", entry.getTraceId());
	}

	private static void text(JsonGenerator json, String name, @Nullable String value) {
		json.writeName(name);
		if (value != null) {
			json.writeString(value);
		}
		else {
			json.writeNull();
		}
	}

	private static void number(JsonGenerator json, String name, @Nullable Long value) {
		json.writeName(name);
		if (value != null) {
			json.writeNumber(value);
		}
		else {
			json.writeNull();
		}
	}

	private static void time(JsonGenerator json, String name, Instant value) {
		text(json, name, value.toString());
	}

	private static void constant(JsonGenerator json, String name, Enum<?> value) {
		text(json, name, value.name().toLowerCase(Locale.ROOT));
	}

	private static void map(JsonGenerator json, String name, @Nullable Map<String, @Nullable Object> value) {
		json.writeName(name);
		json.writeTree(StoredJson.node(value));
	}

}
