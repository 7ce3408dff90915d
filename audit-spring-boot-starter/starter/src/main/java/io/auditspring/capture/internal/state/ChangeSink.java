/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.function.Supplier;

import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.jspecify.annotations.Nullable;

/**
 * Takes what Hibernate changed, while its transaction is running.
 */
public interface ChangeSink {

	/**
	 * Whether somebody is interested in what this thread changes now. Asked first, so
	 * that nothing is spent on changes that belong to no audited call.
	 * @return whether to report changes
	 */
	boolean isOpen();

	/**
	 * Reports a change.
	 * @param change what became of the entity
	 * @param session the session that wrote it
	 * @param revision gives the number under which somebody else keeps a history, once
	 * that is written; {@code null} where nobody does
	 */
	void changed(EntityChange change, SharedSessionContractImplementor session,
			@Nullable Supplier<@Nullable Long> revision);

	/**
	 * Reports that an entity changed once more.
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param change what is to be read of it later
	 * @param session the session that wrote it
	 * @return {@code false} if nothing is known yet of the entity and of what changed, so
	 * that it has to be read and reported now
	 */
	boolean changedAgain(EntityKey key, String type, UnreadChange change, SharedSessionContractImplementor session);

	/**
	 * Says that a flush is over: from now on an application may set anything in memory.
	 * @param session the session that was flushed
	 */
	void flushed(SharedSessionContractImplementor session);

	/**
	 * Reports that an entity changed whose state is not captured.
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param session the session that wrote it
	 */
	void changedWithoutState(EntityKey key, String type, SharedSessionContractImplementor session);

	/**
	 * Reports that an entity changed in a persistence unit of which no state is captured,
	 * most likely in another database.
	 * @param key which entity
	 * @param type the kind of entity as entries show it
	 * @param session the session that wrote it
	 */
	void changedElsewhere(EntityKey key, String type, SharedSessionContractImplementor session);

}
