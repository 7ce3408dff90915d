package io.auditspring.intercept;

import java.time.Instant;
import java.util.concurrent.CancellationException;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditContextHolder;
import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.Operation;
import io.auditspring.capture.Origin;
import io.auditspring.delivery.AuditTransaction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Waits for the results of audited methods that return a {@link Mono} or a {@link Flux}.
 * Every subscription is an operation of its own; without one nothing was done.
 */
public final class ReactorPublishers implements LatePublishers {

	private final Mono<Actor> subscriber;

	/**
	 * Creates the watch.
	 * @param subscriber the actor as far as the subscriber's context knows one
	 */
	public ReactorPublishers(Mono<Actor> subscriber) {
		// A context that cannot say who it is must not break the pipeline.
		this.subscriber = subscriber.onErrorComplete();
	}

	@Override
	public @Nullable Object watch(Object publisher, LateCall call) {
		Mono<Run> begin = begin(call);
		if (publisher instanceof Mono<?> mono) {
			return watch(mono, begin).onErrorMap(ReactorPublishers::unwrapped);
		}
		return (publisher instanceof Flux<?> flux) ? watch(flux, begin).onErrorMap(ReactorPublishers::unwrapped) : null;
	}

	// Reactor tells of an entry that could not be kept by an exception of its own.
	private static Throwable unwrapped(Throwable failure) {
		return (failure.getClass() == RuntimeException.class
				&& failure.getCause() instanceof AuditDeliveryException trouble) ? trouble : failure;
	}

	private static <T> Mono<T> watch(Mono<T> mono, Mono<Run> begin) {
		return Mono.usingWhen(begin, (run) -> mono.doOnNext((value) -> run.result = value), Run::completed, Run::failed,
				Run::cancelled);
	}

	// Not the elements: there may be millions.
	private static <T> Flux<T> watch(Flux<T> flux, Mono<Run> begin) {
		return Flux.usingWhen(begin, (run) -> {
			run.result = 0L;
			return flux.doOnNext((element) -> run.result = ++run.count);
		}, Run::completed, Run::failed, Run::cancelled);
	}

	private Mono<Run> begin(LateCall call) {
		Origin caller = call.frame().origin();
		boolean known = !caller.actor().equals(Actor.system()) && caller.actor().type() != ActorType.ANONYMOUS;
		if (AuditContextHolder.actor() != null || known) {
			return Mono.fromSupplier(() -> new Run(call, caller, caller.actor()));
		}
		return this.subscriber.defaultIfEmpty(caller.actor()).map((actor) -> new Run(call, caller, actor));
	}

	/**
	 * One subscription. Signals of a subscription come one after the other.
	 */
	private static final class Run {

		private final LateCall call;

		private final Operation operation;

		private final @Nullable AuditTransaction waiting;

		private @Nullable Object result;

		private long count;

		Run(LateCall call, Origin caller, Actor actor) {
			this.call = call;
			this.operation = call.begin(new Origin(Instant.now(), actor, caller.tenant(), caller.request()));
			this.waiting = call.waiting();
		}

		Mono<Void> completed() {
			return end(new Settled(this.result, null));
		}

		// The subscriber gets the failure of the call; that of its entry is attached.
		Mono<Void> failed(Throwable failure) {
			return end(Settled.of(null, failure)).onErrorResume((trouble) -> {
				failure.addSuppressed(trouble);
				return Mono.empty();
			});
		}

		Mono<Void> cancelled() {
			return end(new Settled(this.result, new CancellationException("The subscriber cancelled")));
		}

		private Mono<Void> end(Settled settled) {
			return Mono.fromCompletionStage(() -> {
				Operation left = this.call.frame().left();
				if (left != null) {
					this.operation.follow(left);
				}
				return this.call.ended(this.operation, settled, this.waiting);
			}).then();
		}

	}

}
