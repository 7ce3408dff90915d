/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.entry.UnsavedWork;
import io.auditspring.delivery.internal.transaction.AfterCompletion;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.PendingResult;
import io.auditspring.intercept.internal.result.ResultKind;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at an audited call. It describes how the attempt ended while its entry can
 * still become part of the transaction that the method runs in.
 */
final class Attempt {

	private static final String NOT_SAVED = "Not saved when the call ended: ";

	private final Call call;

	private final MethodInvocation invocation;

	private final Operation operation;

	private final @Nullable AuditTransaction transaction;

	/** Whether it never came to the method: something around it answered, or refused. */
	private final boolean past;

	private Attempt(Call call, MethodInvocation invocation, Operation operation, @Nullable AuditTransaction transaction,
			boolean past) {
		this.call = call;
		this.invocation = invocation;
		this.operation = operation;
		this.transaction = transaction;
		this.past = past;
	}

	/**
	 * Begins an attempt that has come as far as the method.
	 * @param call the call
	 * @param invocation the call as the inner interceptor sees it
	 * @return the attempt, to {@linkplain #proceed proceed} with
	 */
	static Attempt begin(Call call, MethodInvocation invocation) {
		if (call.method().resultKind() != ResultKind.AT_ONCE && OtherAdvice.mayTryAgain(invocation)) {
			call.isPersistent();
		}
		Operation operation = call.begin();
		if (!applies(call, invocation, operation)) {
			operation.skip();
		}
		call.keep(call.method().secretsThatMayChange(invocation.getArguments(), call.auditing().texts()));
		AuditTransaction transaction = call.auditing().transactions().current();
		if (call.isTriedAgain() && call.isOnItsThread()) {
			// What earlier attempts left would else come after what this one commits.
			call.afterCompletion().attemptedAgain();
			if (transaction != null) {
				transaction.follows(call.afterCompletion());
			}
		}
		return new Attempt(call, invocation, operation, transaction, false);
	}

	// As far as that is known before it runs.
	private static boolean applies(Call call, MethodInvocation invocation, Operation operation) {
		AuditedMethod method = call.method();
		if (!method.isDecidedBefore()) {
			return true;
		}
		Map<String, @Nullable Object> errors = new HashMap<>(0);
		boolean applies = method.applies(errors,
				new Description(new Attempt(call, invocation, operation, null, false), null, null).openContext());
		call.decide(new Call.Decision(applies, errors));
		return applies;
	}

	/**
	 * What the outer interceptor knows of a call: it never came to its method, or has
	 * returned while its result was still to come.
	 * @param call the call
	 * @param operation what it stands for
	 * @return the attempt, whose end is to be told
	 */
	static Attempt seenFromOutside(Call call, Operation operation) {
		return new Attempt(call, call.invocation(), operation, null, !call.isReached());
	}

	Call call() {
		return this.call;
	}

	AuditedMethod method() {
		return this.call.method();
	}

	MethodInvocation invocation() {
		return this.invocation;
	}

	Operation operation() {
		return this.operation;
	}

	/**
	 * Runs the method, and what is within the inner interceptor besides.
	 * @return what it returned, or what takes the place of that
	 * @throws Throwable what it threw
	 */
	@Nullable Object proceed() throws Throwable {
		Object result;
		try {
			result = proceedWithContext();
		}
		catch (Throwable ex) {
			if (this.call.tellsSubscribers()) {
				// The subscription has the entry.
				throw ex;
			}
			if (this.call.recordsAtOnce() && OtherAdvice.mayTryAgain(this.invocation)) {
				// Nobody waits for the end: this entry is delivered before another
				// attempt begins.
				this.call.isOneOfSeveral();
			}
			AuditAdvice.attempt(ex, () -> record(new Description(this, null, ex), ex));
			throw ex;
		}
		// On another thread nobody waits for what is not declared.
		ResultKind kind = this.call.isOnItsThread() ? this.call.kindOf(result) : method().resultKind();
		if (kind != ResultKind.AT_ONCE) {
			return returned(result, kind);
		}
		record(ended(result, null), null);
		return result;
	}

	private @Nullable Object proceedWithContext() throws Throwable {
		AuditTransaction joined = joined();
		if (joined != null) {
			AuditTransaction around = joined;
			Operation running = (AuditContextHolder.current() instanceof Operation outer) ? outer : null;
			reach(() -> around.joinedBy(this.operation, running, method().saves()));
		}
		else if (this.transaction != null) {
			AuditTransaction own = this.transaction;
			reach(() -> own.ownedBy(this.operation, this.call.recordsAtOnce() ? null : this.call.afterCompletion()));
		}
		AuditContext previous = AuditContextHolder.replace(this.operation);
		handOver(previous, this.operation);
		try {
			Object result = proceedWithin(joined);
			tellUnsaved(handOver(this.operation, previous));
			return result;
		}
		catch (Throwable ex) {
			handOver(this.operation, previous);
			throw ex;
		}
		finally {
			AuditContextHolder.replace(previous);
		}
	}

	private void tellUnsaved(@Nullable UnsavedWork last) {
		if (last != null && last.isObscure() && !method().plain()) {
			this.operation.metadata("readOnly", true);
		}
		Set<String> kinds = new TreeSet<>();
		for (UnsavedWork work : this.operation.unsaved()) {
			if (work.isLoss()) {
				this.operation.undo(NOT_SAVED + work.reason());
			}
			work.entities().forEach((entity) -> kinds.add(this.call.auditing().factory().kind(entity)));
		}
		if (!kinds.isEmpty()) {
			this.operation.metadata("notSaved", kinds);
		}
	}

	private void reach(Runnable beginning) {
		try {
			beginning.run();
		}
		catch (RuntimeException ex) {
			// What others have left to be flushed cannot be stored.
			this.operation.metadata("reached", false);
			throw ex;
		}
	}

	private @Nullable Object proceedWithin(@Nullable AuditTransaction joined) throws Throwable {
		Object result;
		try {
			result = this.invocation.proceed();
		}
		catch (Throwable ex) {
			if (joined != null) {
				AuditAdvice.attempt(ex, () -> joined.brokenOffBy(this.operation));
			}
			throw ex;
		}
		if (joined != null) {
			joined.leftBy(this.operation);
		}
		return result;
	}

	private @Nullable AuditTransaction joined() {
		return (this.transaction == this.call.enclosing()) ? this.transaction : null;
	}

	// What a session holds at each change of calls tells which of them did it.
	private @Nullable UnsavedWork handOver(@Nullable AuditContext from, @Nullable AuditContext to) {
		UnsavedWork work = this.call.auditing().transactions().unsaved(this.transaction);
		if (work != null && from instanceof Operation operation) {
			operation.leaves(work);
		}
		if (work != null && to instanceof Operation operation) {
			operation.finds(work);
		}
		return work;
	}

	// Behind an asynchronous advice the outer interceptor has long returned.
	private void record(Description description, @Nullable Throwable failure) {
		if (this.operation.isSkipped()) {
			if (this.transaction != null) {
				this.transaction.leftOut(this.operation);
			}
			return;
		}
		CompletedOperation completed = description.complete();
		if (this.transaction != null && this.transaction.add(completed)) {
			return;
		}
		if (!this.call.recordsAtOnce()) {
			this.call.afterCompletion().add(completed);
		}
		else {
			AfterCompletion afterCompletion = this.call.auditing().transactions().afterCompletion();
			afterCompletion.add(completed);
			afterCompletion.settle((failure != null) ? AuditedMethod.describe(failure, secrets(failure)) : null);
		}
	}

	/**
	 * What an exception must not tell.
	 * @param failure the exception
	 * @return secret arguments of this call, and of calls within it that failed
	 */
	Set<String> secrets(@Nullable Throwable failure) {
		Set<String> secrets = method().secrets(failure, this.invocation.getArguments(), this.call.auditing().texts());
		secrets.addAll(this.operation.hidden());
		secrets.addAll(this.call.kept());
		return secrets;
	}

	private @Nullable Object returned(@Nullable Object result, ResultKind kind) {
		boolean outstanding = kind.isOutstanding(result);
		Throwable failure = outstanding ? null : kind.failureIn(result);
		boolean triedLater = failure != null && this.call.mayBeTriedLater();
		if (outstanding || (triedLater && this.transaction == null)) {
			// The outer interceptor waits for the result.
			if (this.transaction != null) {
				this.transaction.awaits(this.operation);
			}
			this.call.leave(this.operation, this.transaction);
			return watched(result);
		}
		this.call.leave(null, this.transaction);
		if (triedLater) {
			this.call.isOneOfSeveral();
		}
		record(ended(kind.valueIn(result), failure), failure);
		return result;
	}

	private @Nullable Object watched(@Nullable Object result) {
		if (result instanceof CompletionStage<?> stage) {
			return this.call.mayBeTriedLater() ? AsynchronousStages.watchAttempt(stage, this) : result;
		}
		AsynchronousPublishers publishers = this.call.auditing().publishers();
		Object watched = (publishers != null && result != null) ? publishers.watchMethod(result, this.call) : null;
		return (watched != null) ? watched : result;
	}

	/**
	 * Says how it ended, as far as that is not by an exception that the method throws
	 * itself.
	 * @param result what it returned, or {@code null}
	 * @param failure what it failed with, or {@code null}
	 * @return the description of it
	 */
	Description ended(@Nullable Object result, @Nullable Throwable failure) {
		if (failure instanceof CancellationException) {
			this.operation.metadata("cancelled", true);
		}
		if (this.past && failure == null) {
			answered(result);
		}
		if (failure == null && PendingResult.isOne(result)) {
			this.operation.metadata("pending", true);
		}
		return new Description(this, result, failure);
	}

	// Another advice answered, or left the method out.
	private void answered(@Nullable Object answer) {
		if (answer != null || isAnsweredByNothing()) {
			this.operation.metadata("answeredBy", OtherAdvice.answering(this.invocation));
		}
		else if (this.call.auditing().skipped() == SkippedCalls.IGNORE) {
			this.operation.skip();
		}
		else {
			this.operation.metadata("skipped", true);
		}
	}

	/**
	 * Whether it was left out: nobody answered in place of the method.
	 * @param answer what was returned, or {@code null}
	 * @return {@code false} also where the method was run
	 */
	boolean isLeftOut(@Nullable Object answer) {
		return this.past && answer == null && !isAnsweredByNothing();
	}

	// That there is nothing is what a cache remembers of such a method.
	private boolean isAnsweredByNothing() {
		return this.invocation.getMethod().getReturnType() != void.class && OtherAdvice.isCached(this.invocation);
	}

	/**
	 * Records that the result is there, without waiting for the database.
	 * @param result the result, or {@code null}
	 * @param failure why there is none, or {@code null}
	 * @param waiting the transaction that may be waiting for the result, or {@code null}
	 * @return completes when the entry is durable as promised, or as soon as it is in the
	 * hands of the transaction that may be waiting
	 */
	CompletableFuture<?> endedLater(@Nullable Object result, @Nullable Throwable failure,
			@Nullable AuditTransaction waiting) {
		Description description = ended(result, failure);
		return this.call.auditing()
			.late()
			.deliver(this.operation.outline().delivery(), description::complete, (waiting != null)
					? (completed) -> waiting.arrived(completed, this.call.partOf(waiting, this.operation)) : null);
	}

	/**
	 * Records that it has failed later, after which something around the method may try
	 * again.
	 * @param failure what it failed with
	 * @return as of any result that comes later
	 */
	CompletableFuture<?> failedLater(Throwable failure) {
		if (!this.call.fails(this.operation)) {
			return CompletableFuture.completedFuture(null);
		}
		this.call.isOneOfSeveral();
		return endedLater(null, failure, this.call.enclosing());
	}

}
