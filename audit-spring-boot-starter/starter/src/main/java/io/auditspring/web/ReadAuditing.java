/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.capture.internal.entry.TargetNames;

/**
 * Notes in the trail who reads it, before anything is answered.
 */
final class ReadAuditing {

	/** What reading is called in the trail. */
	static final String ACTION = "audit.read";

	private final AuditRecorder recorder;

	private final TargetNames names;

	ReadAuditing(AuditRecorder recorder, TargetNames names) {
		this.recorder = recorder;
		this.names = names;
	}

	void note(String what, Map<String, List<String>> parameters) {
		this.recorder.record(reading(what, parameters).build());
	}

	void note(String what, Map<String, List<String>> parameters, String type, String id) {
		this.recorder.record(reading(what, parameters).related(type, id).build());
	}

	private AuditRecord.Builder reading(String what, Map<String, List<String>> parameters) {
		AuditRecord.Builder record = AuditRecord.action(ACTION).category("audit").metadata("read", what);
		return parameters.isEmpty() ? record : record.metadata("parameters", shown(parameters));
	}

	// Who looks for a thing by a secret must not tell it to the next reader.
	private Map<String, Object> shown(Map<String, List<String>> parameters) {
		Map<String, Object> shown = new LinkedHashMap<>();
		List<String> types = parameters.getOrDefault(EntryParameters.TARGET_TYPE, List.of());
		parameters.forEach((name, values) -> {
			List<String> told = values.stream().map((value) -> shown(name, value, types)).toList();
			shown.put(name, (told.size() == 1) ? told.get(0) : told);
		});
		return shown;
	}

	private String shown(String name, String value, List<String> types) {
		return switch (name.startsWith("-") ? name.substring(1) : name) {
			case EntryParameters.TARGET_ID -> types.stream()
				.map((type) -> this.names.id(type, value))
				.filter((id) -> !id.equals(value))
				.findFirst()
				.orElse(value);
			case "related" -> {
				String kind = value.substring(0, Math.max(value.indexOf(':'), 0));
				yield kind + ':' + this.names.id(kind, value.substring(kind.length() + 1));
			}
			default -> value;
		};
	}

}
