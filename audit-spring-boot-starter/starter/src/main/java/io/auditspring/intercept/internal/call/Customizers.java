/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecordCustomizer;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.function.SingletonSupplier;

/**
 * Lets the application's customizers add to records.
 */
public final class Customizers {

	private static final Logger logger = LoggerFactory.getLogger(Customizers.class);

	private static final String ERRORS = "customizerErrors";

	private final Supplier<Map<String, AuditRecordCustomizer>> customizers;

	private final ThreadLocal<@Nullable Boolean> busy = new ThreadLocal<>();

	/**
	 * Creates it.
	 * @param customizers the customizers in their order, by the names of their beans;
	 * asked for when the first record arrives
	 */
	Customizers(Supplier<Map<String, AuditRecordCustomizer>> customizers) {
		this.customizers = SingletonSupplier.of(customizers);
	}

	/**
	 * Lets them add to a record.
	 * @param record what is known
	 * @param origin who did it and when, where the record does not say
	 * @return the record with what they add
	 */
	AuditRecord customize(AuditRecord record, Origin origin) {
		Map<String, AuditRecordCustomizer> all = this.customizers.get();
		if (all.isEmpty() || this.busy.get() != null) {
			return record;
		}
		this.busy.set(true);
		try {
			return customize(completed(record, origin), all);
		}
		finally {
			this.busy.remove();
		}
	}

	private static AuditRecord completed(AuditRecord record, Origin origin) {
		return record.toBuilder()
			.actor((record.actor() != null) ? record.actor() : origin.actor())
			.occurredAt((record.occurredAt() != null) ? record.occurredAt() : origin.occurredAt())
			.build();
	}

	private static AuditRecord customize(AuditRecord record, Map<String, AuditRecordCustomizer> all) {
		AuditRecord customized = record;
		Map<String, String> errors = new LinkedHashMap<>(0);
		for (Map.Entry<String, AuditRecordCustomizer> one : all.entrySet()) {
			try {
				AuditRecord.Builder builder = customized.toBuilder();
				one.getValue().customize(customized, builder);
				// Whoever casts what he is given changes neither.
				customized = builder.outcome(record.outcome()).delivery(record.delivery()).build();
			}
			catch (Throwable ex) {
				FatalErrors.rethrow(ex);
				logger.debug("'{}' could not customize '{}'", one.getKey(), record.action(), LoggedFailure.of(ex));
				// Not the message, which likes to repeat the values.
				errors.put(one.getKey(), ex.getClass().getSimpleName());
			}
		}
		return errors.isEmpty() ? customized : customized.toBuilder().metadata(ERRORS, errors).build();
	}

}
