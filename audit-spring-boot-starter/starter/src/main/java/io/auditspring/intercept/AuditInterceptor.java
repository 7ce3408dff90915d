package io.auditspring.intercept;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.Operation;
import io.auditspring.capture.UnsavedWork;
import io.auditspring.delivery.internal.transaction.AfterCompletion;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.ResultKind;
import io.auditspring.intercept.internal.result.Settled;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The innermost interceptor of an audited call, within its transaction. It describes how
 * the call ended while its entry can still become part of that transaction.
 */
final class AuditInterceptor implements MethodInterceptor {

	private static final String NOT_SAVED = "Not saved: the transaction that the call joined was over";

	private final Supplier<Auditing> auditing;

	AuditInterceptor(Supplier<Auditing> auditing) {
		this.auditing = auditing;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		AuditFrame frame = AuditFrame.of(invocation);
		if (frame == null) {
			return invocation.proceed();
		}
		Auditing auditing = this.auditing.get();
		return frame.isOnItsThread() ? invoke(invocation, frame, auditing)
				: auditing.origins().within(frame.origin(), () -> invoke(invocation, frame, auditing));
	}

	private static @Nullable Object invoke(MethodInvocation invocation, AuditFrame frame, Auditing auditing)
			throws Throwable {
		if (frame.method().resultKind() != ResultKind.AT_ONCE && OtherAdvice.mayTryAgain(invocation)) {
			frame.isPersistent();
		}
		Operation operation = frame.begin();
		if (!frame.method().mayApply(operation, invocation, auditing.expressions())) {
			operation.skip();
		}
		AuditTransaction transaction = auditing.transactions().current();
		if (frame.isTriedAgain() && frame.isOnItsThread()) {
			follow(frame.afterCompletion(), transaction);
		}
		Object result;
		try {
			result = proceed(invocation, frame, operation, transaction, auditing);
		}
		catch (Throwable ex) {
			if (frame.recordsAtOnce() && OtherAdvice.mayTryAgain(invocation)) {
				// Nobody waits for the end: this entry is delivered before another
				// attempt begins.
				frame.isOneOfSeveral();
			}
			AuditBoundary.attempt(ex,
					() -> ended(new Call(frame.method(), operation, invocation, null, ex).describe(auditing), frame,
							transaction, auditing, ex, invocation));
			throw ex;
		}
		if (frame.method().resultKind() != ResultKind.AT_ONCE) {
			return returned(result, operation, invocation, frame, transaction, auditing);
		}
		ended(new Call(frame.method(), operation, invocation, result, null).describe(auditing), frame, transaction,
				auditing, null, invocation);
		return result;
	}

	// What earlier attempts left would else come after what this one commits.
	private static void follow(AfterCompletion attempts, @Nullable AuditTransaction transaction) {
		attempts.attemptedAgain();
		if (transaction != null) {
			transaction.follows(attempts);
		}
	}

	private static @Nullable Object returned(@Nullable Object result, Operation operation, MethodInvocation invocation,
			AuditFrame frame, @Nullable AuditTransaction transaction, Auditing auditing) {
		ResultKind resultKind = frame.method().resultKind();
		AsynchronousCall call = new AsynchronousCall(auditing, frame, invocation);
		boolean outstanding = resultKind.isOutstanding(result);
		Settled settled = outstanding ? null : Settled.returned(resultKind, result);
		if (settled == null || (transaction == null && frame.mayBeTriedLater() && settled.failure() != null)) {
			leave(frame, operation, transaction);
			return watchMethod(result, call, operation);
		}
		frame.leave(null, transaction);
		if (frame.mayBeTriedLater() && settled.failure() != null) {
			frame.isOneOfSeveral();
		}
		ended(call.call(operation, settled).describe(auditing), frame, transaction, auditing, settled.failure(),
				invocation);
		return result;
	}

	private static @Nullable Object watchMethod(@Nullable Object result, AsynchronousCall call, Operation attempt) {
		if (result instanceof CompletionStage<?> stage) {
			return call.frame().mayBeTriedLater() ? AsynchronousStages.watchAttempt(stage, call, attempt) : result;
		}
		AsynchronousPublishers publishers = call.auditing().publishers();
		Object watched = (publishers != null && result != null) ? publishers.watchMethod(result, call) : null;
		return (watched != null) ? watched : result;
	}

	// The outer interceptor waits for the result.
	private static void leave(AuditFrame frame, Operation operation, @Nullable AuditTransaction transaction) {
		if (transaction != null) {
			transaction.awaits(operation);
		}
		frame.leave(operation, transaction);
	}

	// Behind an asynchronous advice the outer interceptor has long returned.
	private static void ended(CompletedOperation ending, AuditFrame frame, @Nullable AuditTransaction transaction,
			Auditing auditing, @Nullable Throwable failure, MethodInvocation invocation) {
		if (transaction != null) {
			transaction.add(ending);
		}
		else if (!frame.recordsAtOnce()) {
			frame.afterCompletion().add(ending);
		}
		else {
			AfterCompletion afterCompletion = auditing.transactions().afterCompletion();
			afterCompletion.add(ending);
			afterCompletion.settle((failure != null)
					? frame.method().describe(failure, invocation.getArguments(), auditing.texts()) : null);
		}
	}

	private static @Nullable Object proceed(MethodInvocation invocation, AuditFrame frame, Operation operation,
			@Nullable AuditTransaction transaction, Auditing auditing) throws Throwable {
		AuditTransaction joined = (transaction == frame.enclosing()) ? transaction : null;
		if (joined != null) {
			joined.joinedBy(operation, frame.method().saves());
		}
		else if (transaction != null) {
			transaction.ownedBy(operation, frame.recordsAtOnce() ? null : frame.afterCompletion());
		}
		AuditContext previous = AuditContextHolder.replace(operation);
		handOver(auditing.transactions().unsaved(transaction), previous, operation);
		try {
			Object result = proceed(invocation, operation, joined);
			handOver(auditing.transactions().unsaved(transaction), operation, previous);
			if (operation.isLosing()) {
				operation.undo(NOT_SAVED);
			}
			return result;
		}
		catch (Throwable ex) {
			handOver(auditing.transactions().unsaved(transaction), operation, previous);
			throw ex;
		}
		finally {
			AuditContextHolder.replace(previous);
		}
	}

	// What a session holds at each change of calls tells which of them did it.
	private static void handOver(@Nullable UnsavedWork work, @Nullable AuditContext from, @Nullable AuditContext to) {
		if (work != null && from instanceof Operation operation) {
			operation.leaves(work);
		}
		if (work != null && to instanceof Operation operation) {
			operation.finds(work);
		}
	}

	private static @Nullable Object proceed(MethodInvocation invocation, Operation operation,
			@Nullable AuditTransaction joined) throws Throwable {
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			if (joined != null) {
				AuditBoundary.attempt(ex, () -> joined.brokenOffBy(operation));
			}
			throw ex;
		}
		if (joined != null) {
			joined.leftBy(operation);
		}
		return result;
	}

}
