/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.capture.internal.entry.TargetNames;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.query.internal.value.NamePattern;

/**
 * Notes in the trail who reads it, before anything is answered.
 */
final class ReadAuditing {

	/** What reading is called in the trail. */
	static final String ACTION = "audit.read";

	private final AuditRecorder recorder;

	private final TargetNames names;

	private final Masking masking;

	ReadAuditing(AuditRecorder recorder, TargetNames names, Masking masking) {
		this.recorder = recorder;
		this.names = names;
		this.masking = masking;
	}

	void note(String what, Map<String, List<String>> parameters) {
		this.recorder.record(reading(what, parameters).build());
	}

	void note(String what, Map<String, List<String>> parameters, String type, String id) {
		this.recorder.record(reading(what, parameters).related(type, id).build());
	}

	private AuditRecord.Builder reading(String what, Map<String, List<String>> parameters) {
		AuditRecord.Builder record = AuditRecord.action(ACTION).category("audit").metadata("read", what);
		if (parameters.isEmpty()) {
			return record;
		}
		Map<String, Object> told = new LinkedHashMap<>();
		shown(parameters).forEach((name, values) -> told.put(name, (values.size() == 1) ? values.get(0) : values));
		return record.metadata("parameters", told);
	}

	/**
	 * What may be told of a question: whoever looks for a thing by a secret must not tell
	 * it to the next reader.
	 * @param parameters what was asked for
	 * @return the same without secrets
	 */
	Map<String, List<String>> shown(Map<String, List<String>> parameters) {
		Map<String, List<String>> shown = new LinkedHashMap<>();
		List<String> types = parameters.getOrDefault(EntryParameters.TARGET_TYPE, List.of());
		parameters.forEach(
				(name, values) -> shown.put(name, values.stream().map((value) -> shown(name, value, types)).toList()));
		return shown;
	}

	private String shown(String name, String value, List<String> types) {
		return switch (name.startsWith("-") ? name.substring(1) : name) {
			case EntryParameters.TARGET_ID -> id(types, value);
			case "target", "related" -> {
				String kind = value.substring(0, Math.max(value.indexOf(':'), 0));
				yield kind + ':' + id(List.of(kind), value.substring(kind.length() + 1));
			}
			case "metadata", "q" -> this.masking.mask(value);
			default -> value;
		};
	}

	/** Nobody knows of which kind an id is that is looked for without one. */
	private String id(List<String> kinds, String id) {
		String said = NamePattern.isPattern(id) ? id : NamePattern.exact(id);
		Stream<String> shown = kinds.isEmpty() ? Stream.of(this.names.idOfAny((kind) -> true, said))
				: kinds.stream().map((kind) -> shown(kind, said));
		return shown.filter((other) -> !other.equals(said)).findFirst().orElse(id);
	}

	private String shown(String kind, String id) {
		return NamePattern.isPattern(kind) ? this.names.idOfAny(NamePattern.parse(kind)::matches, id)
				: this.names.id(NamePattern.exact(kind), id);
	}

}
