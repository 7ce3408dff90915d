/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.origin;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditContextHolder;
import io.auditspring.TenantResolver;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.origin.CapturedContext.Legacy;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.LoggedFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.MDC;

import org.springframework.util.function.SingletonSupplier;

/**
 * Finds out who is calling, for which tenant and from where.
 */
public final class Origins {

	private static final Logger logger = LoggerFactory.getLogger(Origins.class);

	/** Whoever sent a request whose sender is not to be found out on this thread. */
	static final Actor UNKNOWN = new Actor(ActorType.ANONYMOUS, ActorSource.UNKNOWN, null, null);

	/** Where Micrometer Tracing, as Spring Boot sets it up, keeps the current trace. */
	private static final String TRACE_ID = "traceId";

	private final Supplier<List<ActorSource>> actors;

	private final Supplier<List<TenantResolver>> tenants;

	private final RequestSource requests;

	private final ThreadLocal<@Nullable Boolean> asking = new ThreadLocal<>();

	private final @Nullable Locations locations;

	private final CapturedContext capturedContext;

	private final ApplicationThreads threads;

	/**
	 * Creates the finder.
	 * @param actors where to look for the actor, first answer counts; asked for when the
	 * first call arrives
	 * @param tenants where to look for the tenant, in the same way
	 * @param requests where to look for the request
	 * @param locations where clients are, or {@code null} where nobody knows
	 * @param capturedContext what the running task inherits
	 * @param threads on which nothing is done for a request
	 */
	Origins(Supplier<List<ActorSource>> actors, Supplier<List<TenantResolver>> tenants, RequestSource requests,
			@Nullable Locations locations, CapturedContext capturedContext, ApplicationThreads threads) {
		this.actors = SingletonSupplier.of(actors);
		this.tenants = SingletonSupplier.of(tenants);
		this.requests = requests;
		this.locations = locations;
		this.capturedContext = capturedContext;
		this.threads = threads;
	}

	/**
	 * The finder of an application that finds out nothing, as auditing is switched off.
	 * @return a finder to which all is done by the system
	 */
	public static Origins ofNobody() {
		return new Origins(List::of, List::of, () -> RequestDetails.NONE, null, new CapturedContext(null),
				new ApplicationThreads());
	}

	/**
	 * The origin of a call that begins now on this thread.
	 * @return who, from where and when
	 */
	public Origin current() {
		Actor acting = AuditContextHolder.actor();
		Actor known = (acting != null) ? acting : knownActor(Level.WARN);
		Legacy legacy = this.capturedContext.current();
		boolean inherits = legacy != null && (acting != null || legacy.isOf(known));
		RequestDetails details = details(inherits ? legacy : null);
		RequestDetails request = details.tracedBy(MDC.get(TRACE_ID));
		return new Origin(Instant.now(), (known != null) ? known : nobody(details),
				tenant(inherits ? legacy : null, Level.WARN),
				(this.locations != null) ? request.locatedBy(this.locations) : request);
	}

	private Actor nobody(RequestDetails details) {
		if (this.asking.get() != null) {
			// What is asked for while the actor is looked for is asked for by us.
			return Actor.system();
		}
		if (details.isUntold()) {
			return UNKNOWN;
		}
		return details.isOfRequest() ? Actor.anonymous() : Actor.system();
	}

	/**
	 * What a task inherits that is handed over now on this thread.
	 * @return it, or {@code null} where nothing is known
	 */
	@Nullable Legacy legacy() {
		// Most tasks record nothing: what cannot be asked is told where an entry needs
		// it.
		Actor actor = knownActor(Level.DEBUG);
		Legacy inherited = this.capturedContext.current();
		Legacy own = (inherited != null && inherited.isOf(actor)) ? inherited : null;
		Legacy legacy = new Legacy(actor, tenant(own, Level.DEBUG), request(own).settled());
		// Where there are requests, it says something that the task is of none.
		return (legacy.isEmpty() && !this.threads.isServing()) ? null : legacy;
	}

	/**
	 * Does what is left of a call that has changed its thread. What the call calls has
	 * its origin, even if the executor knows nothing of us.
	 * @param <T> what the work gives
	 * @param origin the call's origin
	 * @param work what is left
	 * @return what the work gave
	 * @throws Throwable what the work threw
	 */
	public <T extends @Nullable Object> T within(Origin origin, Work<T> work) throws Throwable {
		Legacy inherited = this.capturedContext.current();
		if (inherited != null && !inherited.isOfNobody()) {
			return work.call();
		}
		Runnable leave = this.capturedContext
			.inherit(new Legacy(origin.actor(), origin.tenant(), origin.request().settled()));
		try {
			return work.call();
		}
		finally {
			leave.run();
		}
	}

	// A task that goes through the tenants sets them itself.
	private @Nullable String tenant(@Nullable Legacy legacy, Level level) {
		String tenant = askedTenant(level);
		return (tenant == null && legacy != null) ? legacy.tenant() : tenant;
	}

	private RequestDetails request(@Nullable Legacy legacy) {
		return details(legacy).tracedBy(MDC.get(TRACE_ID));
	}

	// A task of no request may be done on a thread that serves one.
	private RequestDetails details(@Nullable Legacy legacy) {
		if (legacy != null && legacy.request().isOfRequest()) {
			return legacy.request();
		}
		RequestDetails own = details();
		return (legacy != null && !own.isOfRequest()) ? legacy.request() : own;
	}

	private RequestDetails details() {
		try {
			RequestDetails details = this.requests.currentRequest();
			return (details == RequestDetails.NONE && !this.threads.includeCurrent()) ? RequestDetails.UNTOLD : details;
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// A request that has been recycled, a session store that does not answer.
			logger.warn("The request could not be read; the entry does not show it", LoggedFailure.of(ex));
			return RequestDetails.UNREADABLE;
		}
	}

	/**
	 * The origin of somebody who leaves: their session may have been ended by it, and
	 * another one begun.
	 * @return who, from where and when
	 */
	public Origin leaving() {
		Origin origin = current();
		String session = leave();
		return (session != null) ? origin.inSession(session) : origin;
	}

	private @Nullable String leave() {
		try {
			return this.requests.leave();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// Likewise.
			logger.warn("The session could not be read; the entry does not show it", LoggedFailure.of(ex));
			return null;
		}
	}

	/**
	 * The origin of somebody who signs in.
	 * @return who, from where and when
	 */
	public Origin arriving() {
		Origin origin = current();
		try {
			this.requests.arrive();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// Likewise.
			logger.warn("The request could not be marked; a login may have two entries", LoggedFailure.of(ex));
		}
		return origin;
	}

	/**
	 * The origin of what is told of after its request is over.
	 * @param actor who did it
	 * @param ip the client's address in text, or {@code null}
	 * @param session a digest of the session id, or {@code null}
	 * @return who, from where, and now as the time
	 */
	public Origin past(Actor actor, @Nullable String ip, @Nullable String session) {
		return new Origin(Instant.now(), actor, null, RequestDetails.of(ip, session));
	}

	private @Nullable Actor knownActor(Level level) {
		if (this.asking.get() != null) {
			// To find the actor somebody makes an audited call: it is made by us.
			return null;
		}
		this.asking.set(true);
		try {
			return askedActor(level);
		}
		finally {
			this.asking.remove();
		}
	}

	// Whoever could not be asked may have known somebody: nobody is not who acts then.
	private @Nullable Actor askedActor(Level level) {
		Actor unknown = null;
		for (ActorSource source : actorSources()) {
			try {
				Actor actor = source.currentActor();
				if (actor != null) {
					return (unknown != null && actor.type() == ActorType.ANONYMOUS) ? unknown : actor;
				}
			}
			catch (Throwable ex) {
				notTaken("actor", source, ex, level);
				unknown = (unknown != null) ? unknown : ActorSource.unknown(ex);
			}
		}
		return unknown;
	}

	private List<ActorSource> actorSources() {
		try {
			return this.actors.get();
		}
		catch (Throwable ex) {
			Actor unknown = ActorSource.unknown(ex);
			notAsked("actor", ex);
			return List.of(() -> unknown);
		}
	}

	private @Nullable String askedTenant(Level level) {
		for (TenantResolver resolver : tenantResolvers()) {
			try {
				String tenant = resolver.resolveTenant();
				if (tenant != null) {
					return tenant;
				}
			}
			catch (Throwable ex) {
				notTaken("tenant", resolver, ex, level);
			}
		}
		return null;
	}

	/**
	 * Whose entries somebody may read. What an entry may lack, a reader may not: without
	 * a tenant they would read what belongs to none.
	 * @return the tenant, or {@code null} if nobody names one
	 * @throws RuntimeException if somebody who could be asked fails
	 */
	public @Nullable String tenantOfReader() {
		for (TenantResolver resolver : this.tenants.get()) {
			String tenant = resolver.resolveTenant();
			if (tenant != null) {
				return tenant;
			}
		}
		return null;
	}

	private List<TenantResolver> tenantResolvers() {
		try {
			return this.tenants.get();
		}
		catch (Throwable ex) {
			notAsked("tenant", ex);
			return List.of();
		}
	}

	// A bean of the application that is created late, and cannot be.
	private static void notAsked(String what, Throwable failure) {
		FatalErrors.rethrow(failure);
		logger.warn("Nobody can be asked for the {}", what, LoggedFailure.of(failure));
	}

	// The business call does not depend on knowing who calls it.
	private static void notTaken(String what, Object source, Throwable failure, Level level) {
		FatalErrors.rethrow(failure);
		logger.atLevel(level)
			.setCause(LoggedFailure.of(failure))
			.log("The {} could not be taken from {}; the next source is asked", what, source.getClass().getName());
	}

	/**
	 * Something to do.
	 *
	 * @param <T> what it gives
	 */
	@FunctionalInterface
	public interface Work<T extends @Nullable Object> {

		T call() throws Throwable;

	}

}
