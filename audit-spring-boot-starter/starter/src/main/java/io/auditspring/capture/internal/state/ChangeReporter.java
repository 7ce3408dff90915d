/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.state;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.auditspring.capture.internal.mapping.StateSource;
import io.auditspring.capture.internal.state.EntityStates.BeforeAndAfter;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.MappedValues;
import org.hibernate.engine.spi.EntityKey;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.NestedExceptionUtils;

/**
 * Reports what became of entities. Whatever goes wrong while their state is read never
 * reaches the flush that is running: the report then says so instead.
 */
final class ChangeReporter {

	private static final Logger logger = LoggerFactory.getLogger(ChangeReporter.class);

	private final ChangeSink sink;

	private final MappedValues values;

	private final StateSource source;

	private final EntityTypes types;

	private final EntityShapes shapes;

	private final Map<EntityPersister, Boolean> missed = new ConcurrentHashMap<>();

	private final Set<String> failed = ConcurrentHashMap.newKeySet();

	ChangeReporter(ChangeSink sink, MappedValues values, StateSource source, EntityTypes types, EntityShapes shapes) {
		this.sink = sink;
		this.values = values;
		this.source = source;
		this.types = types;
		this.shapes = shapes;
	}

	boolean isOpen() {
		return this.sink.isOpen();
	}

	/**
	 * Reports a change.
	 * @param persister the entity's persister
	 * @param id its identifier
	 * @param session the session that wrote it
	 * @param reading reads its states
	 */
	void report(EntityPersister persister, Object id, SharedSessionContractImplementor session, Reading reading) {
		EntityChange change = change(persister, id, session, reading);
		if (change != null) {
			this.sink.changed(change, session,
					this.source.include(persister) ? () -> this.source.revision(session) : null);
		}
	}

	/**
	 * Reports a change that an element of an entity tells of, without reading it for each
	 * of them.
	 * @param touched which entity, and what changed
	 * @param session the session that wrote it
	 * @param reading reads its states
	 */
	void report(UnreadChange touched, SharedSessionContractImplementor session, Reading reading) {
		EntityPersister persister = touched.entry().getPersister();
		Object id = touched.entry().getId();
		EntityKey key = key(persister, id, session);
		UnreadChange unread = touched.readBy(() -> change(persister, id, session, reading));
		if (key != null && !this.sink.changedAgain(key, this.types.of(persister).shown(), unread, session)) {
			report(persister, id, session, reading);
		}
	}

	void flushed(SharedSessionContractImplementor session) {
		this.sink.flushed(session);
	}

	/**
	 * Reports a change of an entity whose state is not captured, unless somebody wants it
	 * so.
	 * @param persister the entity's persister
	 * @param id its identifier
	 * @param session the session that wrote it
	 */
	void miss(EntityPersister persister, Object id, SharedSessionContractImplementor session) {
		if (this.missed.computeIfAbsent(persister, this.source::misses)) {
			EntityKey key = key(persister, id, session);
			if (key != null) {
				this.sink.changedWithoutState(key, this.types.of(persister).shown(), session);
			}
		}
	}

	/**
	 * Does what must not break a flush.
	 * @param persister the persister of the entity at hand
	 * @param step what to do
	 */
	void attempt(EntityPersister persister, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logOnce(this.types.of(persister).shown(), ex);
		}
	}

	/**
	 * Reads the states of an entity.
	 * @param persister the entity's persister
	 * @param id its identifier
	 * @param session the session that holds it
	 * @param reading reads its states
	 * @return what became of it, or {@code null} where nothing did, or nobody can tell
	 * which entity it is
	 */
	@Nullable EntityChange change(EntityPersister persister, Object id, SharedSessionContractImplementor session,
			Reading reading) {
		EntityNames names = this.types.of(persister);
		EntityKey key = key(persister, id, session);
		if (key == null) {
			return null;
		}
		String text = "";
		try {
			text = this.values.text(persister, id, session);
			BeforeAndAfter states = reading.read();
			return (states != null) ? new EntityChange(key, names, text, states.before(), states.after(),
					states.unseen(), this.shapes.of(persister).leftOut(), null) : null;
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logOnce(names.shown(), ex);
			return new EntityChange(key, names, text, null, null, Set.of(), Set.of(),
					NestedExceptionUtils.getMostSpecificCause(ex).getClass().getSimpleName());
		}
	}

	// The application's identifier class is asked for its hash code.
	private @Nullable EntityKey key(EntityPersister persister, Object id, SharedSessionContractImplementor session) {
		try {
			return session.generateEntityKey(id, persister);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logOnce(this.types.of(persister).shown(), ex);
			return null;
		}
	}

	// The message of an exception may quote the value that it stumbled over.
	private void logOnce(String type, Throwable ex) {
		if (this.failed.add(type)) {
			Throwable cause = NestedExceptionUtils.getMostSpecificCause(ex);
			StackTraceElement[] trace = cause.getStackTrace();
			logger.warn("The state of {} cannot be read, its entries lack it: {} at {}", type,
					cause.getClass().getName(), (trace.length > 0) ? trace[0] : "an unknown place");
		}
	}

	/**
	 * Reads the states of an entity.
	 */
	@FunctionalInterface
	interface Reading {

		/**
		 * Reads them.
		 * @return the states, or {@code null} where nothing changed that is audited
		 */
		@Nullable BeforeAndAfter read();

	}

}
