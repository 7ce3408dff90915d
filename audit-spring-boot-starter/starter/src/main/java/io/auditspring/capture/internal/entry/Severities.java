/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.Severity;

/**
 * How much attention entries deserve where nobody says it.
 *
 * @param failure what failed
 * @param denied what access control refused
 */
record Severities(Severity failure, Severity denied) {

	/** Those that need no configuration. */
	public static final Severities DEFAULT = new Severities(Severity.ERROR, Severity.WARNING);

	Severity of(AuditRecord record) {
		Severity said = record.severity();
		return (said != null) ? said : of(record, record.outcome());
	}

	/**
	 * How much an outcome deserves that is another one than what was said of the record.
	 * @param record what was said
	 * @param outcome how it ended
	 * @return its severity
	 */
	Severity of(AuditRecord record, Outcome outcome) {
		return switch (outcome) {
			case SUCCESS -> (record.severity() != null) ? record.severity() : Severity.INFO;
			case FAILURE -> (record.failureSeverity() != null) ? record.failureSeverity() : this.failure;
			case DENIED -> this.denied;
		};
	}

}
