package io.auditspring.intercept;

import java.util.function.Supplier;

import io.auditspring.AuditContext;
import io.auditspring.AuditContextHolder;
import io.auditspring.capture.Operation;
import io.auditspring.delivery.AuditTransaction;
import io.auditspring.delivery.Ending;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/**
 * The innermost interceptor of an audited call, within its transaction. It describes how
 * the call ended while its entry can still become part of that transaction.
 */
final class AuditInterceptor implements MethodInterceptor {

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
		frame.reached();
		return invoke(invocation, frame, this.auditing.get());
	}

	private static @Nullable Object invoke(MethodInvocation invocation, AuditFrame frame, Auditing auditing)
			throws Throwable {
		Operation operation = new Operation(frame.origin(), frame.method().outline(), frame.method().capturesState());
		AuditTransaction transaction = auditing.transactions().current();
		Object result = null;
		Throwable failure = null;
		try {
			result = proceed(invocation, frame, operation, transaction);
			return result;
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			Ending ending = new Call(frame.method(), operation, invocation, result, failure)
				.describe(auditing.factory(), auditing.beans(), auditing.refusal());
			if (transaction != null) {
				transaction.add(ending);
			}
			else {
				frame.aftermath().add(ending);
			}
		}
	}

	private static @Nullable Object proceed(MethodInvocation invocation, AuditFrame frame, Operation operation,
			@Nullable AuditTransaction transaction) throws Throwable {
		AuditTransaction joined = (transaction == frame.enclosing()) ? transaction : null;
		if (joined != null) {
			joined.joinedBy(operation);
		}
		else if (transaction != null) {
			transaction.ownedBy(operation, frame.aftermath());
		}
		AuditContext previous = AuditContextHolder.replace(operation);
		try {
			Object result = invocation.proceed();
			if (joined != null) {
				joined.leftBy(operation);
			}
			return result;
		}
		finally {
			AuditContextHolder.replace(previous);
		}
	}

}
