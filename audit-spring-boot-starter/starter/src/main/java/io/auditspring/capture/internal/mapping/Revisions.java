/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.mapping;

import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * A history of entities that somebody else keeps, whose numbers entries refer to.
 */
public interface Revisions {

	/** Nobody keeps one. */
	Revisions NONE = new Revisions() {

		@Override
		public boolean include(EntityPersister persister) {
			return false;
		}

		@Override
		public @Nullable Long revision(SharedSessionContractImplementor session) {
			return null;
		}

	};

	/**
	 * Whether changes of an entity are part of the history.
	 * @param persister the entity's persister
	 * @return whether they are
	 */
	boolean include(EntityPersister persister);

	/**
	 * The number of what the running transaction changed. To be asked only where it did
	 * change something that is part of the history, and once that is written.
	 * @param session the session
	 * @return the number, or {@code null} where there is none
	 */
	@Nullable Long revision(SharedSessionContractImplementor session);

}
