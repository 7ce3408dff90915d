/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.delivery;

import java.util.List;
import java.util.Map;

import io.auditspring.database.internal.Nowhere;
import io.auditspring.delivery.internal.worker.DeliveryStatistics;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.LedgerWriter;

/**
 * The quarantine of an application that records nothing.
 */
final class EmptyQuarantine extends Quarantine {

	private static final Schema SCHEMA = new Schema("audit");

	EmptyQuarantine() {
		super(new Nowhere(), SCHEMA, "main", new LedgerWriter(SCHEMA), new DeliveryStatistics(), 0);
	}

	@Override
	public long count() {
		return 0;
	}

	@Override
	public List<QuarantinedEntries> list(int limit) {
		return List.of();
	}

	@Override
	public Retry retry(long id) {
		return Retry.GONE;
	}

	@Override
	public Map<Long, Retry> retryAll() {
		return Map.of();
	}

}
