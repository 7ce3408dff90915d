/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import java.util.function.Supplier;

import io.auditspring.AuditDeliveryException;
import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.intercept.internal.call.EventRecorder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what has been done already. It never throws, whatever
 * {@code audit.failure-policy} says: when a login is told of, its session is saved, so an
 * exception would keep nobody out and only hide from the user that the login succeeded;
 * and an audit database that is down must not lock out those who could repair it. An
 * entry that cannot be kept is logged.
 */
final class CautiousRecorder {

	private static final Logger logger = LoggerFactory.getLogger(CautiousRecorder.class);

	private final Origins origins;

	private final EventRecorder recorder;

	CautiousRecorder(Origins origins, EventRecorder recorder) {
		this.origins = origins;
		this.recorder = recorder;
	}

	Origins origins() {
		return this.origins;
	}

	/**
	 * Records what happened.
	 * @param record what happened
	 * @param origin who did it, from where and when
	 * @return whether it is recorded
	 */
	boolean record(AuditRecord record, Supplier<Origin> origin) {
		return attempt(record.action(), () -> this.recorder.record(record, origin.get()));
	}

	/**
	 * Does something that must not break what it tells of.
	 * @param action what is told of
	 * @param work what to do
	 * @return whether that is in the trail, or will be
	 */
	boolean attempt(String action, Runnable work) {
		try {
			work.run();
			return true;
		}
		catch (AuditDeliveryException ex) {
			logger.error("'{}' could not be stored yet; it is kept, and written to the audit trail later", action,
					LoggedFailure.of(ex));
			return true;
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.error("'{}' could not be recorded in the audit trail", action, LoggedFailure.of(ex));
			return false;
		}
	}

}
