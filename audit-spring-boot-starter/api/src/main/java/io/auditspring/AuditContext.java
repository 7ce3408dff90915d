/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

import java.util.UUID;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * The audited call that is running on this thread, for what it only learns on its way.
 * What is set here takes precedence over what the annotation says. Outside an audited
 * call nothing happens.
 *
 * @since 0.1.0
 */
public interface AuditContext {

	/**
	 * The context of the innermost audited call that is running on this thread.
	 * @return the context; outside an audited call one that ignores everything
	 */
	static AuditContext current() {
		return AuditContextHolder.current();
	}

	/**
	 * Does the work in the name of somebody else. Calls may be nested, the innermost
	 * counts. Tasks that the work hands to an executor that Spring Boot built, or to one
	 * that propagates Micrometer's context, are in the same name.
	 * @param <T> what the work gives
	 * @param actor who is to be recorded as acting
	 * @param work what to do
	 * @return what the work gave
	 * @throws Exception what the work threw
	 */
	static <T extends @Nullable Object> T runAs(Actor actor, Callable<T> work) throws Exception {
		Actor previous = AuditContextHolder.replaceActor(actor);
		try {
			return work.call();
		}
		finally {
			AuditContextHolder.replaceActor(previous);
		}
	}

	/**
	 * Does the work as an agent who acts on behalf of somebody else, with whose rights:
	 * {@code onBehalfOf} is recorded as the actor, the agent as who really acts. An agent
	 * that acts for nobody but itself is the actor of {@link #runAs(Actor, Callable)}.
	 * @param <T> what the work gives
	 * @param agent who really acts
	 * @param onBehalfOf whose rights count
	 * @param work what to do
	 * @return what the work gave
	 * @throws Exception what the work threw
	 */
	static <T extends @Nullable Object> T runAs(Actor agent, Actor onBehalfOf, Callable<T> work) throws Exception {
		return runAs(onBehalfOf.delegatedTo(agent.id()), work);
	}

	/**
	 * The id that the call's entry will have, to be shown to a user or kept beside what
	 * the call does. There is no such entry if it is skipped, or its condition is false;
	 * of several attempts at a call each has its own.
	 * @return a version 7 UUID, or {@code null} outside an audited call
	 */
	@Nullable UUID entryId();

	/**
	 * Says what the call is done to.
	 * @param type the kind of thing, or {@code null}
	 * @param id its identifier, or an entity, which stands for its identifier, each as it
	 * is when the call has ended; of anything else the text is kept, without secrets.
	 * {@code null} and an empty {@code Optional} for none
	 * @return this context
	 */
	AuditContext target(@Nullable String type, @Nullable Object id);

	AuditContext targetName(@Nullable String name);

	AuditContext message(@Nullable String message);

	AuditContext justification(@Nullable String justification);

	/**
	 * Adds a detail.
	 * @param key its name
	 * @param value anything; the entry shows what it is now, without secrets, whatever
	 * becomes of it later
	 * @return this context
	 */
	AuditContext metadata(String key, @Nullable Object value);

	/**
	 * Adds a further thing that the call concerns.
	 * @param type the kind of thing
	 * @param id its identifier, or an entity, as with {@link #target}
	 * @return this context
	 */
	AuditContext related(String type, Object id);

	/**
	 * Says that the call fails, though it returns: for methods that tell it in what they
	 * return. What is thrown counts more, and of what is said here the last.
	 * @param error what went wrong, as the entry shows it, or {@code null}
	 * @return this context
	 */
	AuditContext failed(@Nullable String error);

	/**
	 * Says that the call was denied, though it returns. What is thrown counts more, and
	 * of what is said here the last.
	 * @param error why, as the entry shows it, or {@code null}
	 * @return this context
	 */
	AuditContext denied(@Nullable String error);

	/**
	 * Suppresses the call's entry.
	 * @return this context
	 */
	AuditContext skip();

}
