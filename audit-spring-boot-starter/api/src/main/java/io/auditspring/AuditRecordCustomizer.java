/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * Adds to what is recorded, wherever it comes from: annotated calls,
 * {@link AuditRecorder} and security events. Define a bean; several are called in their
 * order, each with what the one before left. Called on the thread that records, before
 * anything is masked.
 * <p>
 * One that throws never breaks the call: what it did is dropped, and the entry names it
 * in its metadata under {@code customizerErrors}. What a customizer records itself is not
 * customized again.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AuditRecordCustomizer {

	/**
	 * Adds to a record.
	 * @param record what is known; the actor and the time are filled in, state that the
	 * call changed is not part of it
	 * @param additions takes what is to be added or replaced; the action, the outcome and
	 * the delivery stay as they are
	 */
	void customize(AuditRecord record, AuditRecord.Additions additions);

}
