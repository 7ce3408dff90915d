/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.entry;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What is hashed of an entry besides its two groups, as texts: those that are stored when
 * it is written, those that are found when it is verified (where anything may be
 * missing). Members are described in the format, {@code core}.
 */
public record CoreObject(@Nullable String chain, @Nullable Long seq, @Nullable String id, @Nullable String recordedAt,
		@Nullable String occurredAt, @Nullable String service, @Nullable String tenant, @Nullable String operation,
		@Nullable String action, @Nullable String category, @Nullable String severity, @Nullable String outcome,
		@Nullable String actorType, @Nullable String targetType, @Nullable String targetId, @Nullable Long revision,
		@Nullable Long durationMicros, @Nullable String traceId) {

	private static final long VERSION = 1;

	public static CoreObject of(Entry entry, String chain, long seq, Instant recordedAt) {
		return new CoreObject(chain, seq, entry.id().toString(), Timestamps.format(recordedAt),
				Timestamps.format(entry.occurredAt()), entry.service(), entry.tenant(), entry.operation().toString(),
				entry.action(), entry.category(), stored(entry.severity()), stored(entry.outcome()),
				stored(entry.actorType()), entry.targetType(), entry.targetId(), entry.revision(),
				entry.durationMicros(), entry.traceId());
	}

	public static String stored(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

	String canonical(byte[] actorDigest, byte[] dataDigest, byte[] prevHash) {
		HexFormat hex = HexFormat.of();
		return new CanonicalObject().text("action", this.action)
			.text("actor", hex.formatHex(actorDigest))
			.text("actorType", this.actorType)
			.text("category", this.category)
			.text("chain", this.chain)
			.text("data", hex.formatHex(dataDigest))
			.number("durationMicros", this.durationMicros)
			.text("id", this.id)
			.text("occurredAt", this.occurredAt)
			.text("operation", this.operation)
			.text("outcome", this.outcome)
			.text("prev", hex.formatHex(prevHash))
			.text("recordedAt", this.recordedAt)
			.number("revision", this.revision)
			.number("seq", this.seq)
			.text("service", this.service)
			.text("severity", this.severity)
			.text("targetId", this.targetId)
			.text("targetType", this.targetType)
			.text("tenant", this.tenant)
			.text("traceId", this.traceId)
			.number("v", VERSION)
			.toString();
	}

}
