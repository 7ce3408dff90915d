/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.query;

import java.util.Objects;

import io.auditspring.ledger.Schema;
import jakarta.persistence.EntityManager;

/**
 * Where a persistence unit has the ledger.
 */
final class LedgerNames {

	private LedgerNames() {
	}

	static Schema of(EntityManager entityManager) {
		Object schema = entityManager.getEntityManagerFactory().getProperties().get(AuditEntryMapping.SCHEMA);
		return new Schema(Objects.requireNonNull(schema, "not a persistence unit of the ledger").toString());
	}

}
