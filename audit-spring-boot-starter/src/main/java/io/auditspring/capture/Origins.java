package io.auditspring.capture;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.AuditContextHolder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import org.springframework.util.function.SingletonSupplier;

/**
 * Finds out who is calling and from where.
 */
public final class Origins {

	private static final Logger logger = LoggerFactory.getLogger(Origins.class);

	/** Where Micrometer Tracing, as Spring Boot sets it up, keeps the current trace. */
	private static final String TRACE_ID = "traceId";

	private final Supplier<List<ActorSource>> actors;

	private final RequestSource requests;

	private final ThreadLocal<@Nullable Boolean> asking = new ThreadLocal<>();

	private final @Nullable Locations locations;

	/**
	 * Creates the finder.
	 * @param actors where to look for the actor, first answer counts; asked for when the
	 * first call arrives
	 * @param requests where to look for the request
	 * @param locations where clients are, or {@code null} where nobody knows
	 */
	public Origins(Supplier<List<ActorSource>> actors, RequestSource requests, @Nullable Locations locations) {
		this.actors = SingletonSupplier.of(actors);
		this.requests = requests;
		this.locations = locations;
	}

	/**
	 * The origin of a call that begins now on this thread.
	 * @return who, from where and when
	 */
	public Origin current() {
		return new Origin(Instant.now(), actor(), request());
	}

	private RequestDetails request() {
		RequestDetails request = details().tracedBy(MDC.get(TRACE_ID));
		return (this.locations != null) ? request.locatedBy(this.locations) : request;
	}

	private RequestDetails details() {
		try {
			return this.requests.currentRequest();
		}
		catch (RuntimeException ex) {
			// A request that has been recycled, a session store that does not answer.
			logger.warn("The request could not be read; the entry does not show it", ex);
			return RequestDetails.NONE;
		}
	}

	private Actor actor() {
		Actor actor = AuditContextHolder.actor();
		if (actor != null) {
			return actor;
		}
		if (this.asking.get() != null) {
			// To find the actor somebody makes an audited call: it is made by us.
			return Actor.system();
		}
		this.asking.set(true);
		try {
			return ask();
		}
		finally {
			this.asking.remove();
		}
	}

	private Actor ask() {
		for (ActorSource source : this.actors.get()) {
			Actor actor = ask(source);
			if (actor != null) {
				return actor;
			}
		}
		return Actor.system();
	}

	private static @Nullable Actor ask(ActorSource source) {
		try {
			return source.currentActor();
		}
		catch (RuntimeException ex) {
			// The business call does not depend on knowing who calls it.
			logger.warn("The actor could not be taken from {}; the next source is asked", source, ex);
			return null;
		}
	}

}
