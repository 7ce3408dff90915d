/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The changesets of Hibernate's own auditing, which comes with Hibernate 7.4. Their
 * identifiers may be numbers; by default they are points in time, which are no revisions.
 */
public final class ChangesetRevisions implements Revisions {

	@Override
	public boolean include(EntityPersister persister) {
		return persister.getAuditMapping() != null;
	}

	@Override
	public @Nullable Long revision(SharedSessionContractImplementor session) {
		return (session.getCurrentChangesetIdentifier() instanceof Number number) ? (Long) number.longValue() : null;
	}

}
