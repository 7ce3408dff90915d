package io.auditspring.web;

import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.query.TargetNames;

/**
 * Notes in the trail who reads it, before anything is answered.
 */
public final class Readings {

	/** What reading is called in the trail. */
	static final String ACTION = "audit.read";

	private final AuditRecorder recorder;

	private final TargetNames names;

	/**
	 * Creates the notes.
	 * @param recorder records them
	 * @param names knows what of a target may be told
	 */
	public Readings(AuditRecorder recorder, TargetNames names) {
		this.recorder = recorder;
		this.names = names;
	}

	void note(String what, Map<String, String> parameters) {
		this.recorder.record(reading(what, parameters).build());
	}

	void note(String what, Map<String, String> parameters, String type, String id) {
		this.recorder.record(reading(what, parameters).related(type, id).build());
	}

	private AuditRecord.Builder reading(String what, Map<String, String> parameters) {
		AuditRecord.Builder record = AuditRecord.action(ACTION).category("audit").metadata("read", what);
		return parameters.isEmpty() ? record : record.metadata("parameters", shown(parameters));
	}

	// Who looks for a thing by a secret must not tell it to the next reader.
	private Map<String, String> shown(Map<String, String> parameters) {
		Map<String, String> shown = new LinkedHashMap<>(parameters);
		String type = parameters.get(EntryParameters.TARGET_TYPE);
		shown.computeIfPresent(EntryParameters.TARGET_ID, (name, id) -> (type != null) ? this.names.id(type, id) : id);
		shown.computeIfPresent("related", (name, related) -> {
			String kind = related.substring(0, Math.max(related.indexOf(':'), 0));
			return kind + ':' + this.names.id(kind, related.substring(kind.length() + 1));
		});
		return shown;
	}

}
