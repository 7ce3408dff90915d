/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

import io.auditspring.ledger.verify.ChainVerification;
import io.auditspring.ledger.verify.Verification;
import io.auditspring.signing.LedgerVerifier;
import org.jspecify.annotations.Nullable;

import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;

/**
 * The trail of an application that records nothing. There is no database to ask.
 */
final class EmptyTrail implements AuditTrail {

	private final LedgerVerifier verifier;

	EmptyTrail(LedgerVerifier verifier) {
		this.verifier = verifier;
	}

	@Override
	public Window<AuditEntry> find(AuditQuery query) {
		return Window.from(List.of(), (index) -> ScrollPosition.keyset());
	}

	@Override
	public Optional<AuditEntry> entry(UUID id) {
		return Optional.empty();
	}

	@Override
	public Window<AuditEntry> trail(String targetType, Object targetId) {
		return find(AuditQuery.all());
	}

	@Override
	public Stream<AuditEntry> stream(AuditQuery query) {
		return Stream.empty();
	}

	@Override
	public long count(AuditQuery query) {
		return 0;
	}

	@Override
	public Window<AuditOperation> operations(AuditQuery query) {
		return Window.from(List.of(), (index) -> ScrollPosition.keyset());
	}

	@Override
	public List<String> suggest(Attribute attribute, String prefix, int limit, AuditQuery within) {
		return List.of();
	}

	@Override
	public Activity activity(AuditQuery query, Instant from, Instant to, Duration interval) {
		return new Activity(from, to, interval, 0, List.of(), Map.of(), Map.of());
	}

	@Override
	public Optional<Map<String, @Nullable Object>> stateAt(AuditQuery trail, Instant at) {
		return Optional.empty();
	}

	@Override
	public Optional<Map<String, @Nullable Object>> stateAt(String targetType, Object targetId, Instant at) {
		return Optional.empty();
	}

	@Override
	public Optional<Instant> stateKnownSince(AuditQuery trail) {
		return Optional.empty();
	}

	@Override
	public Verification verify() {
		return this.verifier.verify();
	}

	@Override
	public ChainVerification verify(String chain) {
		return this.verifier.verify(chain);
	}

}
