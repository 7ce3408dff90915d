package io.auditspring.capture;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import io.auditspring.Actor;
import io.auditspring.AuditContextHolder;
import io.auditspring.TenantResolver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

import org.springframework.util.function.SingletonSupplier;

/**
 * Finds out who is calling, for which tenant and from where.
 */
public final class Origins {

	private static final Logger logger = LoggerFactory.getLogger(Origins.class);

	/** Where Micrometer Tracing, as Spring Boot sets it up, keeps the current trace. */
	private static final String TRACE_ID = "traceId";

	private final Supplier<List<ActorSource>> actors;

	private final Supplier<List<TenantResolver>> tenants;

	private final RequestSource requests;

	private final ThreadLocal<@Nullable Boolean> asking = new ThreadLocal<>();

	private final @Nullable Locations locations;

	/**
	 * Creates the finder.
	 * @param actors where to look for the actor, first answer counts; asked for when the
	 * first call arrives
	 * @param tenants where to look for the tenant, in the same way
	 * @param requests where to look for the request
	 * @param locations where clients are, or {@code null} where nobody knows
	 */
	public Origins(Supplier<List<ActorSource>> actors, Supplier<List<TenantResolver>> tenants, RequestSource requests,
			@Nullable Locations locations) {
		this.actors = SingletonSupplier.of(actors);
		this.tenants = SingletonSupplier.of(tenants);
		this.requests = requests;
		this.locations = locations;
	}

	/**
	 * The origin of a call that begins now on this thread.
	 * @return who, from where and when
	 */
	public Origin current() {
		return new Origin(Instant.now(), actor(), first(this.tenants.get(), TenantResolver::resolveTenant, "tenant"),
				request());
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
		Actor actor = first(this.actors.get(), ActorSource::currentActor, "actor");
		return (actor != null) ? actor : Actor.system();
	}

	private static <S, T> @Nullable T first(List<S> sources, Function<S, @Nullable T> question, String what) {
		for (S source : sources) {
			T answer = ask(source, question, what);
			if (answer != null) {
				return answer;
			}
		}
		return null;
	}

	private static <S, T> @Nullable T ask(S source, Function<S, @Nullable T> question, String what) {
		try {
			return question.apply(source);
		}
		catch (RuntimeException ex) {
			// The business call does not depend on knowing who calls it.
			logger.warn("The {} could not be taken from {}; the next source is asked", what, source, ex);
			return null;
		}
	}

}
