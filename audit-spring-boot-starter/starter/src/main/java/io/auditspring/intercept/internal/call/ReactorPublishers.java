/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.auditspring.Actor;
import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.capture.internal.origin.Origins;
import io.auditspring.capture.internal.origin.SubscriberOrigin;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.intercept.internal.result.ReactivePart;
import io.auditspring.intercept.internal.result.ResultKind;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Waits for the results of audited methods that return a {@link Mono} or a {@link Flux}.
 * Every subscription is an operation of its own; without one nothing was done.
 */
final class ReactorPublishers implements AsynchronousPublishers {

	private final Mono<Actor> subscriber;

	ReactorPublishers(Mono<Actor> subscriber) {
		this.subscriber = subscriber;
	}

	@Override
	public @Nullable Object watch(Object publisher, Call call) {
		// An advice such as a reactive transaction calls the method when it is subscribed
		// to; what comes around to that once more passes us by.
		Mono<Run> begin = begin(call, !call.isReached());
		if (publisher instanceof Mono<?> mono) {
			return watch(covered(mono, call), begin).onErrorMap(ReactorPublishers::unwrapped);
		}
		return (publisher instanceof Flux<?> flux)
				? watch(covered(flux, call), begin).onErrorMap(ReactorPublishers::unwrapped) : null;
	}

	// A method that does not say that it returns a publisher was approved when it was
	// called, for one time.
	private <T> Mono<T> covered(Mono<T> mono, Call call) {
		return Mono.defer(() -> call.isCovered() ? mono : asked(call).then(mono));
	}

	private <T> Flux<T> covered(Flux<T> flux, Call call) {
		return Flux.defer(() -> call.isCovered() ? flux : asked(call).thenMany(flux));
	}

	@Override
	public Object approved(Class<?> type, Call call, Origins.Work<@Nullable Object> next) {
		Mono<Origin> asked = asked(call);
		return Mono.class.isAssignableFrom(type)
				? asked.<Object>flatMap((origin) -> Mono.<Object>from(made(call, origin, next)))
				: asked.<Object>flatMapMany((origin) -> made(call, origin, next));
	}

	// Whoever decides may be waited for. What a subscription has been granted counts for
	// all attempts within it.
	private Mono<Origin> asked(Call call) {
		return Mono.deferContextual((context) -> {
			Run run = context.getOrDefault(call, null);
			if (run != null && run.approval != null) {
				return Mono.just(run.origin);
			}
			Mono<Origin> asking = (run != null) ? Mono.just(run.origin)
					: SubscriberOrigin.of(call.origin(), this.subscriber);
			return asking.flatMap((origin) -> Mono.fromCallable(() -> {
				UUID approval = call.approve(origin);
				if (run != null) {
					run.isApproved(approval);
				}
				return origin;
			}).subscribeOn(Schedulers.boundedElastic()));
		});
	}

	// What the method calls on this thread is called by whoever subscribes.
	private static Publisher<?> made(Call call, Origin origin, Origins.Work<@Nullable Object> next) {
		try {
			return (call.auditing().origins().within(origin, next) instanceof Publisher<?> publisher) ? publisher
					: Mono.empty();
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			return Mono.error(ex);
		}
	}

	@Override
	public @Nullable Object watchMethod(Object publisher, Call call) {
		if (publisher instanceof Mono<?> mono) {
			return within(mono, call);
		}
		return (publisher instanceof Flux<?> flux) ? within(flux, call) : null;
	}

	@Override
	public @Nullable Object repeat(Object first, Callable<@Nullable Object> next) {
		AtomicBoolean begun = new AtomicBoolean();
		if (first instanceof Mono<?> mono) {
			return Mono.<Object>defer(() -> Mono.from(begun.compareAndSet(false, true) ? mono : next(next)));
		}
		return (first instanceof Flux<?> flux)
				? Flux.<Object>defer(() -> Flux.from(begun.compareAndSet(false, true) ? flux : next(next))) : null;
	}

	private static Publisher<?> next(Callable<@Nullable Object> next) {
		try {
			return (next.call() instanceof Publisher<?> publisher) ? publisher : Mono.empty();
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
	}

	// Somebody else may subscribe on the way, such as a cache, and keep the result.
	private static <T> Mono<T> within(Mono<T> mono, Call call) {
		return Mono.deferContextual((context) -> {
			Run run = context.getOrDefault(call, null);
			if (run == null) {
				return mono;
			}
			Mono<Void> earlier = run.begin(context);
			return !call.mayBeTriedLater() ? mono : earlier.then(mono.doOnSuccess((value) -> run.attemptReturned())
				.onErrorResume((failure) -> run.attemptFailed(failure).then(Mono.error(failure))));
		});
	}

	private static <T> Flux<T> within(Flux<T> flux, Call call) {
		return Flux.deferContextual((context) -> {
			Run run = context.getOrDefault(call, null);
			if (run == null) {
				return flux;
			}
			Mono<Void> earlier = run.begin(context);
			return !call.mayBeTriedLater() ? flux : earlier.thenMany(flux.doOnComplete(run::attemptReturned)
				.onErrorResume((failure) -> run.attemptFailed(failure).thenMany(Flux.error(failure))));
		});
	}

	// Reactor tells of an entry that could not be kept by an exception of its own.
	private static Throwable unwrapped(Throwable failure) {
		return (failure.getClass() == RuntimeException.class
				&& failure.getCause() instanceof AuditDeliveryException trouble) ? trouble : failure;
	}

	private static <T> Mono<T> watch(Mono<T> mono, Mono<Run> begin) {
		return Mono.usingWhen(begin, (run) -> mono.doOnNext((value) -> run.result = value).contextWrite(run::passOn),
				Run::completed, Run::failed, Run::cancelled);
	}

	// Not the elements: there may be millions.
	private static <T> Flux<T> watch(Flux<T> flux, Mono<Run> begin) {
		return Flux.usingWhen(begin, (run) -> {
			run.result = 0L;
			return flux.doOnNext((element) -> run.result = ++run.count).contextWrite(run::passOn);
		}, Run::completed, Run::failed, Run::cancelled);
	}

	private Mono<Run> begin(Call call, boolean passing) {
		return SubscriberOrigin.of(call.origin(), this.subscriber).map((origin) -> new Run(call, passing, origin));
	}

	/**
	 * One subscription. Signals of a subscription come one after the other.
	 */
	private static final class Run {

		private static final String ROLLED_BACK = "The transaction was rolled back";

		private static final String NOT_COMMITTED = "The commit failed or was not answered";

		private final Call call;

		/** Whether further attempts come to the method without being seen here. */
		private final boolean passing;

		private final Origin origin;

		private final @Nullable AuditTransaction waiting;

		/** What the attempt stands for that is being made. */
		private Operation operation;

		private int attempts;

		/** What of it is undone if a reactive transaction is, or null. */
		private @Nullable ReactivePart part;

		private boolean recorded;

		/** What was said while the method made the publisher of this attempt. */
		private @Nullable Operation left;

		/**
		 * Whether the attempt that is being made has ended well, as far as the method.
		 */
		private boolean returned;

		private @Nullable Object result;

		private long count;

		/** What this subscription was approved by, or null. */
		private volatile @Nullable UUID approval;

		Run(Call call, boolean passing, Origin origin) {
			this.call = call;
			this.passing = passing;
			this.origin = origin;
			this.operation = call.beginElsewhere(this.origin);
			this.waiting = call.waiting();
			int attempt = call.nextAttempt();
			if (attempt > 1) {
				// Its subscriber tries again.
				this.operation.isAttempt(attempt);
			}
		}

		void isApproved(UUID approval) {
			this.approval = approval;
			this.operation.related(Call.APPROVAL, approval);
		}

		/** What a further attempt stands for. */
		private Operation again() {
			Operation again = this.call.beginElsewhere(this.origin.at(Instant.now()));
			UUID approval = this.approval;
			if (approval != null) {
				again.related(Call.APPROVAL, approval);
			}
			again.isAttempt(this.call.nextAttempt());
			return again;
		}

		Context passOn(Context context) {
			return context.put(this.call, this);
		}

		/**
		 * Begins an attempt. The transaction may be one that an advice has begun in
		 * between.
		 * @param context the context of who subscribes to the method's publisher
		 * @return records an earlier attempt of which nobody knew yet that it is not the
		 * last one
		 */
		Mono<Void> begin(ContextView context) {
			boolean again = this.attempts++ > 0 && this.call.mayBeTriedLater();
			Mono<Void> earlier = (again && this.returned) ? attemptFollowed() : Mono.empty();
			this.part = ReactivePart.of(context);
			this.left = this.call.left();
			if (again) {
				this.operation = again();
				this.recorded = false;
				this.returned = false;
				this.count = 0;
			}
			return earlier;
		}

		void attemptReturned() {
			this.returned = true;
		}

		// It returned, but its commit failed, or what is around it wants another one.
		private Mono<Void> attemptFollowed() {
			this.operation.isAttempt(this.call.nextAttempt());
			this.call.hasFailedLater();
			return end(null, null).onErrorComplete();
		}

		// Recorded before the next one begins, whatever becomes of a transaction.
		Mono<Void> attemptFailed(Throwable failure) {
			this.recorded = true;
			this.part = null;
			this.operation.isAttempt(this.call.nextAttempt());
			return recordFailure(failure);
		}

		Mono<Void> completed() {
			boolean uncommitted = this.part != null && this.part.isUncommitted();
			if (!this.recorded && !(this.passing && uncommitted && this.call.mayBeTriedLater())) {
				return end(this.result, null);
			}
			// Another attempt made it, or somebody else answered in the end.
			return (this.recorded ? Mono.<Void>empty() : attemptFollowed())
				.then(Mono.defer(() -> this.passing ? endUnseen() : Mono.empty()));
		}

		private Mono<Void> endUnseen() {
			this.part = null;
			this.operation = again();
			if (OtherAdvice.mayAnswer(this.call.invocation())) {
				this.operation.metadata("answeredBy", OtherAdvice.answering(this.call.invocation()));
			}
			return end(this.result, null);
		}

		Mono<Void> failed(Throwable failure) {
			return this.recorded ? Mono.empty() : recordFailure(failure);
		}

		// The subscriber gets the failure of the call; that of its entry is attached.
		private Mono<Void> recordFailure(Throwable failure) {
			this.call.hasFailedLater();
			return end(null, ResultKind.unwrapped(failure)).onErrorResume((trouble) -> {
				failure.addSuppressed(trouble);
				return Mono.empty();
			});
		}

		Mono<Void> cancelled() {
			return end(this.result, new CancellationException("The subscriber cancelled"));
		}

		private Mono<Void> end(@Nullable Object result, @Nullable Throwable failure) {
			Operation ended = this.operation;
			Operation left = (this.left != null) ? this.left : this.call.left();
			ReactivePart part = this.part;
			return (part == null) ? end(ended, left, result, failure) : part.end((committed) -> {
				if (!committed && failure == null) {
					ended.undo(part.isUncommitted() ? NOT_COMMITTED : ROLLED_BACK);
				}
				return end(ended, left, result, failure);
			});
		}

		private Mono<Void> end(Operation ended, @Nullable Operation left, @Nullable Object result,
				@Nullable Throwable failure) {
			return Mono.fromCompletionStage(() -> {
				if (left != null) {
					ended.follow(left);
				}
				return Attempt.seenFromOutside(this.call, ended).endedLater(result, failure, this.waiting);
			}).then();
		}

	}

}
