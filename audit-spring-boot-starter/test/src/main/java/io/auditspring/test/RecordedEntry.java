/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.test;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.stream.Collectors;

import io.auditspring.ActorType;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.ledger.internal.entry.CanonicalJson;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * An entry as the ledger holds it. JSON that is not there is a missing node.
 *
 * @param seq its position in the chain
 * @param operationId shared by all entries of one call
 * @param actorType the kind of actor
 * @param actorId who did it
 * @param actorName the actor's name, or {@code null}
 * @param impersonatorId who really did it, or {@code null}
 * @param tenant on whose behalf, or {@code null}
 * @param action what was done
 * @param category its category, or {@code null}
 * @param severity how severe
 * @param outcome with what outcome
 * @param targetType the kind of target, or {@code null}
 * @param targetId the target's id, or {@code null}
 * @param targetName the target's name, or {@code null}
 * @param message the message, or {@code null}
 * @param justification the justification, or {@code null}
 * @param error what went wrong, or {@code null}
 * @param ipAddress the client's address, or {@code null}
 * @param traceId the trace, or {@code null}
 * @param before the state before
 * @param after the state after
 * @param changes the differences
 * @param metadata the metadata
 * @param related further resources
 * @since 0.1.0
 */
public record RecordedEntry(long seq, String operationId, ActorType actorType, String actorId,
		@Nullable String actorName, @Nullable String impersonatorId, @Nullable String tenant, String action,
		@Nullable String category, Severity severity, Outcome outcome, @Nullable String targetType,
		@Nullable String targetId, @Nullable String targetName, @Nullable String message,
		@Nullable String justification, @Nullable String error, @Nullable String ipAddress, @Nullable String traceId,
		JsonNode before, JsonNode after, JsonNode changes, JsonNode metadata, JsonNode related) {

	private static final JsonMapper JSON = JsonMapper.shared();

	static RecordedEntry read(ResultSet row, int number) throws SQLException {
		return new RecordedEntry(row.getLong("seq"), row.getString("operation_id"),
				ActorType.valueOf(constant(row, "actor_type")), row.getString("actor_id"), row.getString("actor_name"),
				row.getString("impersonator_id"), row.getString("tenant"), row.getString("action"),
				row.getString("category"), Severity.valueOf(constant(row, "severity")),
				Outcome.valueOf(constant(row, "outcome")), row.getString("target_type"), row.getString("target_id"),
				row.getString("target_name"), row.getString("message"), row.getString("justification"),
				row.getString("error"), row.getString("ip_address"), row.getString("trace_id"),
				json(row, "before_state"), json(row, "after_state"), json(row, "changes"), json(row, "metadata"),
				json(row, "related"));
	}

	static RecordedEntry of(long seq, Entry entry) {
		Entry.ActorGroup actor = entry.actor();
		Entry.DataGroup data = entry.data();
		return new RecordedEntry(seq, entry.operation().toString(), entry.actorType(), actor.id(), actor.name(),
				actor.impersonator(), entry.tenant(), entry.action(), entry.category(), entry.severity(),
				entry.outcome(), entry.targetType(), entry.targetId(), data.targetName(), data.message(),
				data.justification(), data.error(), actor.ip(), entry.traceId(), json(data.before()),
				json(data.after()), json(data.changes()), json(data.metadata()), json(data.related()));
	}

	private static JsonNode json(@Nullable CanonicalJson json) {
		return (json != null) ? json.toNode() : MissingNode.getInstance();
	}

	private static String constant(ResultSet row, String column) throws SQLException {
		return row.getString(column).toUpperCase(Locale.ROOT);
	}

	private static JsonNode json(ResultSet row, String column) throws SQLException {
		String text = row.getString(column);
		return (text != null) ? JSON.readTree(text) : MissingNode.getInstance();
	}

	/**
	 * The entry on one line, for failure messages.
	 */
	@Override
	public String toString() {
		StringBuilder text = new StringBuilder("#").append(this.seq)
			.append(' ')
			.append(this.actorId)
			.append(' ')
			.append(this.action);
		if (this.targetType != null) {
			text.append(" on ").append(this.targetType).append(' ').append(this.targetId);
		}
		text.append(": ").append(this.outcome.name().toLowerCase(Locale.ROOT));
		append(text, "error", this.error);
		append(text, "message", this.message);
		append(text, "changes", changesText());
		append(text, "metadata", this.metadata.isMissingNode() ? null : this.metadata.toString());
		return text.toString();
	}

	private static void append(StringBuilder text, String name, @Nullable String value) {
		if (value != null) {
			text.append(", ").append(name).append(' ').append(value);
		}
	}

	@Nullable String changesText() {
		return this.changes.isEmpty() ? null
				: this.changes.properties()
					.stream()
					.map((change) -> change.getKey() + ": " + change.getValue().path("from") + " → "
							+ change.getValue().path("to"))
					.collect(Collectors.joining(", "));
	}

}
