/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.delivery.internal.worker.EntryFollower;
import io.auditspring.ledger.internal.entry.Entry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Copies entries that are in the ledger to OpenTelemetry, for those who watch logs there.
 * Nothing is promised of the copy: it may be missing or come twice, and proves nothing.
 * What can be personal stays out of it, but for the actor's id.
 */
final class OpenTelemetryCopy implements EntryFollower {

	private static final org.slf4j.Logger logger = LoggerFactory.getLogger(OpenTelemetryCopy.class);

	private final Logger records;

	private volatile boolean failed;

	OpenTelemetryCopy(OpenTelemetry openTelemetry) {
		this.records = openTelemetry.getLogsBridge().get("io.auditspring");
	}

	@Override
	public void delivered(List<Entry> entries) {
		try {
			entries.forEach(this::copy);
			this.failed = false;
		}
		catch (RuntimeException ex) {
			// The entries are in the ledger, whatever becomes of their copies.
			if (!this.failed) {
				logger.warn(
						"Copies of audit entries could not be given to OpenTelemetry; the entries are in the ledger",
						LoggedFailure.of(ex));
			}
			this.failed = true;
		}
	}

	private void copy(Entry entry) {
		LogRecordBuilder copy = this.records.logRecordBuilder()
			.setEventName("audit.entry")
			.setTimestamp(TimeUnit.SECONDS.toNanos(entry.occurredAt().getEpochSecond()) + entry.occurredAt().getNano(),
					TimeUnit.NANOSECONDS)
			.setSeverity(severity(entry))
			.setBody(entry.action());
		set(copy, "audit.entry.id", entry.id().toString());
		set(copy, "audit.operation.id", entry.operation().toString());
		set(copy, "audit.action", entry.action());
		set(copy, "audit.category", entry.category());
		set(copy, "audit.outcome", lower(entry.outcome()));
		set(copy, "audit.target.type", entry.targetType());
		set(copy, "audit.target.id", entry.targetId());
		set(copy, "audit.actor.type", lower(entry.actorType()));
		set(copy, "audit.actor.id", entry.actor().id());
		set(copy, "audit.tenant", entry.tenant());
		set(copy, "audit.service", entry.service());
		set(copy, "audit.trace.id", entry.traceId());
		copy.emit();
	}

	private static void set(LogRecordBuilder copy, String name, @Nullable String value) {
		if (value != null) {
			copy.setAttribute(name, value);
		}
	}

	private static String lower(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	private static Severity severity(Entry entry) {
		return switch (entry.severity()) {
			case INFO -> Severity.INFO;
			case WARNING -> Severity.WARN;
			case ERROR -> Severity.ERROR;
			case CRITICAL -> Severity.FATAL;
		};
	}

}
