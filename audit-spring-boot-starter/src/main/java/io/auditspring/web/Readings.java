package io.auditspring.web;

import java.util.Map;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;

/**
 * Notes in the trail who reads it, before anything is answered.
 */
public final class Readings {

	/** What reading is called in the trail. */
	static final String ACTION = "audit.read";

	private final AuditRecorder recorder;

	/**
	 * Creates the notes.
	 * @param recorder records them
	 */
	public Readings(AuditRecorder recorder) {
		this.recorder = recorder;
	}

	void note(String what, Map<String, String> parameters) {
		this.recorder.record(reading(what, parameters).build());
	}

	void note(String what, Map<String, String> parameters, String type, String id) {
		this.recorder.record(reading(what, parameters).related(type, id).build());
	}

	private static AuditRecord.Builder reading(String what, Map<String, String> parameters) {
		AuditRecord.Builder record = AuditRecord.action(ACTION).category("audit").metadata("read", what);
		return parameters.isEmpty() ? record : record.metadata("parameters", parameters);
	}

}
