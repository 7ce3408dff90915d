/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import io.auditspring.ApprovalException;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.delivery.internal.transaction.AfterCompletion;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.intercept.internal.access.CallApproval;
import io.auditspring.intercept.internal.result.ResultKind;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An audited call, as all attempts at it share it. It travels with the invocation, so
 * that it arrives at the inner interceptor even where the thread changes on the way.
 */
final class Call {

	/** What an entry calls the approval of a call. */
	static final String APPROVAL = "Approval";

	private static final String ATTRIBUTE = Call.class.getName();

	private final Thread thread = Thread.currentThread();

	private final UUID operationId;

	/** Whether it is part of an operation that others belong to as well. */
	private final boolean shared;

	private final Auditing auditing;

	private final AuditedMethod method;

	private final MethodInvocation invocation;

	private final Origin origin;

	private final @Nullable AuditTransaction enclosing;

	private final AfterCompletion afterCompletion;

	private volatile boolean guarded;

	private volatile @Nullable Boolean needed;

	private volatile @Nullable UUID approval;

	private boolean taken;

	private volatile boolean deferred;

	private volatile Decision decision = Decision.NONE;

	private volatile int attempts;

	private @Nullable Operation first;

	private volatile @Nullable Operation latest;

	private volatile @Nullable Throwable refusal;

	private volatile boolean joined;

	private volatile @Nullable Operation left;

	/** Secrets that the arguments may hold no longer when the call has ended. */
	private volatile Set<String> kept = Set.of();

	/** Whether further attempts may begin when the outer interceptor has returned. */
	private volatile boolean persistent;

	/** Attempts that are recorded as failed, of a call whose result comes later. */
	private Set<Operation> failed = Set.of();

	private int failures;

	/**
	 * Begins a call.
	 * @param auditing what to work with
	 * @param method what is known of the method
	 * @param invocation the call as the outer interceptor sees it
	 */
	Call(Auditing auditing, AuditedMethod method, MethodInvocation invocation) {
		this.auditing = auditing;
		this.method = method;
		this.invocation = invocation;
		this.origin = auditing.origins().current();
		this.enclosing = auditing.transactions().current();
		this.afterCompletion = auditing.transactions().afterCompletion();
		Operation around = Operation.enclosing();
		this.operationId = (around != null) ? around.id() : Operation.newId();
		this.shared = around != null || method.encloses();
	}

	static @Nullable Call of(MethodInvocation invocation) {
		return (Call) ((ProxyMethodInvocation) invocation).getUserAttribute(ATTRIBUTE);
	}

	void attachTo(MethodInvocation invocation) {
		((ProxyMethodInvocation) invocation).setUserAttribute(ATTRIBUTE, this);
	}

	Auditing auditing() {
		return this.auditing;
	}

	AuditedMethod method() {
		return this.method;
	}

	/**
	 * Whether somebody must approve the call, and has not.
	 * @return whether {@link #pass()}, or with each subscription
	 * {@link #approve(Origin)}, must come first
	 * @throws ApprovalException if nobody can approve anything
	 */
	boolean needsApproval() {
		Boolean needed = this.needed;
		if (needed == null) {
			needed = isApprovalRequired();
			this.needed = needed;
		}
		return needed && this.approval == null;
	}

	private boolean isApprovalRequired() {
		CallApproval approvals = this.auditing.approvals().get();
		if (this.method.encloses() || (approvals == null && this.method.approval() == null)) {
			return false;
		}
		if (approvals == null) {
			throw new ApprovalException("Nothing can be approved here, so %s is refused".formatted(action()));
		}
		return this.method.approval() != null
				|| approvals.isRequired(action(), this.method.named(this.invocation.getArguments()));
	}

	/**
	 * Says that something around the method sees to the approval with each attempt.
	 */
	void isGuarded() {
		this.guarded = true;
	}

	/**
	 * Whether something around the method has seen to the approval.
	 * @return {@code false} if the innermost interceptor has to
	 */
	boolean isSeenTo() {
		return this.guarded;
	}

	/**
	 * Says that the method is called by who subscribes to what stands for its result, who
	 * is told of all that it throws.
	 */
	void isDeferred() {
		this.deferred = true;
	}

	/**
	 * Whether what the method throws is told to who subscribes.
	 * @return {@code false} if whoever called gets it
	 */
	boolean tellsSubscribers() {
		return this.deferred;
	}

	/**
	 * Uses an approval for this call, and all attempts at it.
	 * @throws ApprovalException if there is none
	 */
	void pass() {
		this.approval = approve(this.origin);
	}

	/**
	 * Uses an approval.
	 * @param asking who asks
	 * @return the approval's id
	 * @throws ApprovalException if there is none
	 */
	UUID approve(Origin asking) {
		CallApproval approvals = Objects.requireNonNull(this.auditing.approvals().get());
		String reason = (this.method.approval() != null) ? this.method.approval() : "";
		@Nullable Object[] arguments = this.invocation.getArguments();
		return approvals.use(action(), reason, this.method.named(arguments),
				this.method.named(this.method.visible(arguments)), asking);
	}

	/**
	 * Takes the approval of a call that has returned what can be subscribed to more than
	 * once.
	 * @return whether the first subscription has yet to be made, or needs no approval
	 */
	synchronized boolean isCovered() {
		boolean covered = this.approval == null || !this.taken;
		this.taken = true;
		return covered;
	}

	private String action() {
		return this.method.outline().action();
	}

	/**
	 * The call as the outer interceptor sees it. What is around the method may hand other
	 * arguments on.
	 * @return the outermost invocation
	 */
	MethodInvocation invocation() {
		return this.invocation;
	}

	Origin origin() {
		return this.origin;
	}

	/**
	 * When the result of the call is there.
	 * @param returned what it returned
	 * @return the kind
	 */
	ResultKind kindOf(@Nullable Object returned) {
		return this.method.resultKind().of(returned, this.auditing.publishers() != null);
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
	 * The transaction that may be waiting for a result that comes later.
	 * @return that of the running thread, else that of the call, else {@code null}
	 */
	@Nullable AuditTransaction waiting() {
		AuditTransaction current = this.auditing.transactions().current();
		return (current != null) ? current : this.enclosing;
	}

	AfterCompletion afterCompletion() {
		return this.afterCompletion;
	}

	/**
	 * Delivers what is left for the end of the call.
	 * @param failure what the call threw, or {@code null}
	 */
	void settle(@Nullable Throwable failure) {
		this.auditing.transactions()
			.settle(this.afterCompletion, (failure != null) ? AuditedMethod.describe(failure, secrets(failure)) : null);
	}

	/**
	 * Says what the call fails with. The call around it may fail with the same, and must
	 * not tell what this one hides in it.
	 * @param failure the exception
	 */
	void fails(Throwable failure) {
		if (AuditContextHolder.current() instanceof Operation around) {
			around.hide(secrets(failure));
		}
	}

	private Set<String> secrets(Throwable failure) {
		Set<String> secrets = this.method.secrets(failure, this.invocation.getArguments(), this.auditing.texts());
		Operation latest = this.latest;
		if (latest != null) {
			secrets.addAll(latest.hidden());
		}
		secrets.addAll(this.kept);
		return secrets;
	}

	/**
	 * Keeps secrets of the arguments before the method can wipe them.
	 * @param secrets their texts
	 */
	void keep(Set<String> secrets) {
		if (secrets.isEmpty()) {
			return;
		}
		synchronized (this) {
			Set<String> all = new HashSet<>(this.kept);
			all.addAll(secrets);
			this.kept = all;
		}
	}

	Set<String> kept() {
		return this.kept;
	}

	/**
	 * Takes what the condition says before the method runs.
	 * @param decision what it says of the attempt that begins
	 */
	void decide(Decision decision) {
		this.decision = decision;
	}

	/**
	 * What the condition said before the method ran.
	 * @return that of the latest attempt
	 */
	Decision decision() {
		return this.decision;
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
	 * @param attempt what the attempt stands for
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
				this.method.outline(), this.method.capturesState(), this.auditing.texts()::copy);
		this.latest = operation;
		if (this.shared) {
			operation.encloses();
		}
		UUID approval = this.approval;
		if (approval != null) {
			operation.related(APPROVAL, approval);
		}
		if (again) {
			isOneOfSeveral();
			operation.isAttempt(this.attempts);
		}
		else {
			this.first = operation;
		}
		return operation;
	}

	/**
	 * Begins what an answer or a later result stands for, where that is not the run of
	 * the method.
	 * @param origin who asks for it
	 * @return an operation that changes nothing itself
	 */
	Operation beginElsewhere(Origin origin) {
		return new Operation(this.operationId, origin, this.method.outline(), false);
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
	 * Says that the call has returned.
	 * @param operation the operation where its result is still to come, else {@code null}
	 * @param transaction the transaction it ran in, or {@code null}
	 */
	void leave(@Nullable Operation operation, @Nullable AuditTransaction transaction) {
		this.joined = transaction != null && transaction == this.enclosing;
		this.left = operation;
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
	 * Whether an entry is due when the result is there. Behind an asynchronous advice it
	 * may have been made on the other thread.
	 * @return {@code false} if there is one
	 */
	boolean isUnrecorded() {
		return this.left != null || !isReached();
	}

	/**
	 * What a condition says.
	 *
	 * @param applies whether there is to be an entry
	 * @param errors why it could not say it
	 */
	record Decision(boolean applies, Map<String, @Nullable Object> errors) {

		static final Decision NONE = new Decision(true, Map.of());

	}

}
