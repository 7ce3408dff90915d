package io.auditspring.intercept;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

import io.auditspring.capture.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.delivery.internal.transaction.AfterCompletion;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * What the outer interceptor hands to the inner one. It travels with the invocation, so
 * that it arrives even where the call changes the thread between the two.
 */
final class AuditFrame {

	private static final String ATTRIBUTE = AuditFrame.class.getName();

	private final Thread thread = Thread.currentThread();

	private final UUID operationId = Operation.newId();

	private final AuditedMethod method;

	private final Origin origin;

	private final @Nullable AuditTransaction enclosing;

	private final AfterCompletion afterCompletion;

	private volatile int attempts;

	private @Nullable Operation first;

	private volatile @Nullable Throwable refusal;

	private volatile boolean joined;

	private volatile @Nullable Operation left;

	/** Whether further attempts may begin when the outer interceptor has returned. */
	private volatile boolean persistent;

	/** Attempts that are recorded as failed, of a call whose result comes later. */
	private Set<Operation> failed = Set.of();

	private int failures;

	AuditFrame(AuditedMethod method, Origin origin, @Nullable AuditTransaction enclosing,
			AfterCompletion afterCompletion) {
		this.method = method;
		this.origin = origin;
		this.enclosing = enclosing;
		this.afterCompletion = afterCompletion;
	}

	static @Nullable AuditFrame of(MethodInvocation invocation) {
		return (AuditFrame) ((ProxyMethodInvocation) invocation).getUserAttribute(ATTRIBUTE);
	}

	void attachTo(MethodInvocation invocation) {
		((ProxyMethodInvocation) invocation).setUserAttribute(ATTRIBUTE, this);
	}

	AuditedMethod method() {
		return this.method;
	}

	Origin origin() {
		return this.origin;
	}

	/**
	 * The operation that the call stands for; several attempts at the call are one.
	 * @return its id
	 */
	UUID operationId() {
		return this.operationId;
	}

	/**
	 * Whether the call has not changed the thread, so that the outer interceptor is still
	 * there when it ends.
	 * @return {@code false} behind an asynchronous advice
	 */
	boolean isOnItsThread() {
		return Thread.currentThread() == this.thread;
	}

	/**
	 * The transaction that was running when the call arrived.
	 * @return it, or {@code null}
	 */
	@Nullable AuditTransaction enclosing() {
		return this.enclosing;
	}

	/**
	 * Says that something may try again when the result that comes later is a failure.
	 */
	void isPersistent() {
		this.persistent = true;
	}

	/**
	 * Whether an attempt that fails is recorded at once, before another one begins.
	 * @return {@code false} where the outer interceptor does it in the end
	 */
	boolean recordsAtOnce() {
		return this.persistent || !isOnItsThread();
	}

	boolean mayBeTriedLater() {
		return this.persistent;
	}

	/**
	 * Takes an attempt that is to be recorded as failed. Whoever around the method gave
	 * up waiting for it may have been first.
	 * @param attempt the attempt
	 * @return whether it has not been recorded yet
	 */
	synchronized boolean fails(Operation attempt) {
		if (this.left == attempt) {
			this.left = null;
		}
		if (this.failed.isEmpty()) {
			this.failed = new HashSet<>();
		}
		return this.failed.add(attempt);
	}

	/**
	 * Counts an attempt that has failed later.
	 */
	synchronized void hasFailedLater() {
		this.failures++;
	}

	/**
	 * Which attempt it is that begins now, where each begins by a subscription.
	 * @return its number from 1
	 */
	synchronized int nextAttempt() {
		return this.failures + 1;
	}

	AfterCompletion afterCompletion() {
		return this.afterCompletion;
	}

	/**
	 * Whether the call came as far as the method itself.
	 * @return {@code false} if something refused it before
	 */
	boolean isReached() {
		return this.attempts > 0;
	}

	/**
	 * Begins an attempt at the call: its first where nothing around the method makes
	 * further ones.
	 * @return an operation with its own time, which knows its number as soon as there are
	 * several
	 */
	synchronized Operation begin() {
		this.attempts++;
		boolean again = this.first != null;
		Operation operation = new Operation(this.operationId, again ? this.origin.at(Instant.now()) : this.origin,
				this.method.outline(), this.method.capturesState());
		if (this.first == null) {
			this.first = operation;
		}
		else {
			isOneOfSeveral();
			operation.isAttempt(this.attempts);
		}
		return operation;
	}

	/**
	 * Says that there are, or may be, several attempts: then the first one has a number,
	 * too.
	 */
	synchronized void isOneOfSeveral() {
		if (this.first != null) {
			this.first.isAttempt(1);
		}
	}

	/**
	 * Whether the method has been tried before.
	 * @return {@code true} from the second attempt on
	 */
	boolean isTriedAgain() {
		return this.attempts > 1;
	}

	/**
	 * What access control refused the call with before it came to the method.
	 * @return the refusal, or {@code null} as long as there is none
	 */
	@Nullable Throwable refusal() {
		return this.refusal;
	}

	void refused(Throwable refusal) {
		this.refusal = refusal;
	}

	/**
	 * The operation of a call that has returned while its result is still to come.
	 * @return it, or {@code null} if the entry of the call has been made, or is not begun
	 */
	@Nullable Operation left() {
		return this.left;
	}

	/**
	 * What of it ran within a transaction that is undone with it.
	 * @param transaction the transaction
	 * @param attempt the attempt that has ended
	 * @return that, or {@code null} if it ran elsewhere
	 */
	@Nullable Operation partOf(AuditTransaction transaction, Operation attempt) {
		Operation left = this.left;
		return (this.joined && transaction == this.enclosing) ? ((left != null) ? left : attempt) : null;
	}

	/**
	 * Says that the call has returned.
	 * @param operation the operation where its result is still to come, else {@code null}
	 * @param transaction the transaction it ran in, or {@code null}
	 */
	void leave(@Nullable Operation operation, @Nullable AuditTransaction transaction) {
		this.joined = transaction != null && transaction == this.enclosing;
		this.left = operation;
	}

}
