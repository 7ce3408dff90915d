/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * Records what no method call stands for. Inject the bean; one of the application's own
 * takes its place.
 *
 * @since 0.1.0
 */
public interface AuditRecorder {

	/**
	 * Records an event. Actor, request and time are filled in where the record leaves
	 * them open. Within a transaction the entry is delivered with it, like that of an
	 * {@link Audited} call.
	 * @param record what happened
	 * @return the receipt, which may be ignored
	 * @throws AuditDeliveryException if the entry cannot be stored now, and
	 * {@code audit.failure-policy} is {@code propagate}; it is kept all the same
	 */
	AuditReceipt record(AuditRecord record);

}
