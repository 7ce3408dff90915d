package io.auditspring.intercept;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

import io.auditspring.capture.Operation;
import io.auditspring.capture.internal.origin.Origin;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.intercept.internal.result.Settled;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * An audited call that has returned before its result is there.
 *
 * @param auditing what to work with
 * @param frame what is known of the call
 * @param invocation the call itself
 */
record AsynchronousCall(Auditing auditing, AuditFrame frame, MethodInvocation invocation) {

	/**
	 * Begins what the result stands for, where that is not when the method was called.
	 * @param origin who asks for the result
	 * @return the operation
	 */
	Operation begin(Origin origin) {
		return new Operation(this.frame.operationId(), origin, this.frame.method().outline(), false);
	}

	/**
	 * Whether an entry is due when the result is there. Behind an asynchronous advice it
	 * may have been made on the other thread.
	 * @return {@code false} if there is one
	 */
	boolean isUnrecorded() {
		return this.frame.left() != null || !this.frame.isReached();
	}

	/**
	 * The transaction that may be waiting for the result.
	 * @return that of the running thread, else that of the call, else {@code null}
	 */
	@Nullable AuditTransaction waiting() {
		AuditTransaction current = this.auditing.transactions().current();
		return (current != null) ? current : this.frame.enclosing();
	}

	/**
	 * Records that the result is there, without waiting for the database.
	 * @param operation the operation
	 * @param settled the result
	 * @param waiting the transaction that may be waiting for the result, or {@code null}
	 * @return completes when the entry is durable as promised, or as soon as it is in the
	 * hands of the transaction that may be waiting
	 */
	CompletableFuture<?> ended(Operation operation, Settled settled, @Nullable AuditTransaction waiting) {
		Call call = call(operation, settled);
		return this.auditing.late()
			.deliver(operation.outline().delivery(), () -> call.describe(this.auditing), (waiting != null)
					? (ending) -> waiting.arrived(ending, this.frame.partOf(waiting, operation)) : null);
	}

	/**
	 * Records that an attempt at the call has failed later, after which something around
	 * the method may try again.
	 * @param attempt the attempt
	 * @param settled how it failed
	 * @return as of any result that comes later
	 */
	CompletableFuture<?> failed(Operation attempt, Settled settled) {
		if (!this.frame.fails(attempt)) {
			return CompletableFuture.completedFuture(settled);
		}
		this.frame.isOneOfSeveral();
		return ended(attempt, settled, this.frame.enclosing());
	}

	Call call(Operation operation, Settled settled) {
		if (settled.failure() instanceof CancellationException) {
			operation.metadata("cancelled", true);
		}
		return (settled.failure() == null && !this.frame.isReached())
				? Call.past(this.frame.method(), operation, this.invocation, settled.value(), this.auditing.skipped())
				: new Call(this.frame.method(), operation, this.invocation, settled.value(), settled.failure());
	}

}
