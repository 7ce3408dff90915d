/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.entry;

import io.auditspring.AuditContextHolder;
import org.hibernate.event.spi.PostUpsertEvent;
import org.hibernate.event.spi.PostUpsertEventListener;

/**
 * Tells an audited call of what it writes without knowing whether it is new: neither does
 * Envers listen to that, nor has anybody a state of before.
 */
final class UpsertListener implements PostUpsertEventListener {

	@Override
	public void onPostUpsert(PostUpsertEvent event) {
		if (AuditContextHolder.current() instanceof Operation operation) {
			String table = event.getPersister().getMappedTableDetails().getTableName();
			operation.bulk().add("upsert into " + table, 1L, event.getSession());
		}
	}

}
