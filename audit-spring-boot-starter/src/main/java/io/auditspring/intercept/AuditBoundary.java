package io.auditspring.intercept;

import java.util.function.Supplier;

import io.auditspring.AuditDeliveryException;
import io.auditspring.capture.Operation;
import io.auditspring.delivery.AuditTransaction;
import io.auditspring.delivery.Ending;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * The outermost interceptor of an audited call. It learns who calls before anything else
 * happens, sees what is refused before the method runs, and delivers what is left when
 * the transaction is over and its connection free again.
 */
final class AuditBoundary implements MethodInterceptor {

	private final AuditedMethods methods;

	private final Supplier<Auditing> auditing;

	AuditBoundary(AuditedMethods methods, Supplier<Auditing> auditing) {
		this.methods = methods;
		this.auditing = auditing;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
		AuditedMethod method = this.methods.find(invocation.getMethod(), type);
		return (method != null) ? invoke(invocation, method) : invocation.proceed();
	}

	private @Nullable Object invoke(MethodInvocation invocation, AuditedMethod method) throws Throwable {
		Auditing auditing = this.auditing.get();
		AuditFrame frame = new AuditFrame(method, auditing.origins().current(), auditing.transactions().current(),
				auditing.transactions().aftermath());
		frame.attachTo(invocation);
		Object result;
		try {
			result = invocation.proceed();
		}
		catch (Throwable ex) {
			failed(auditing, frame, invocation, ex);
			throw ex;
		}
		ended(auditing, frame, invocation);
		return result;
	}

	// A refusal may be answered by a stand-in for the result instead of an exception.
	private static void ended(Auditing auditing, AuditFrame frame, MethodInvocation invocation) {
		Throwable refusal = frame.refusal();
		if (refusal != null && !frame.isReached()) {
			refused(auditing, frame, invocation, refusal);
		}
		frame.aftermath().settle(null);
	}

	// The caller gets the failure of the call; one of the audit is attached to it.
	private static void failed(Auditing auditing, AuditFrame frame, MethodInvocation invocation, Throwable failure) {
		try {
			if (!frame.isReached()) {
				refused(auditing, frame, invocation, failure);
			}
			frame.aftermath().settle(frame.method().describe(failure, invocation.getArguments()));
		}
		catch (AuditDeliveryException ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

	private static void refused(Auditing auditing, AuditFrame frame, MethodInvocation invocation, Throwable failure) {
		Operation operation = new Operation(frame.origin(), frame.method().outline(), false);
		Ending ending = new Call(frame.method(), operation, invocation, null, failure).describe(auditing.factory(),
				auditing.beans(), auditing.refusal());
		AuditTransaction transaction = auditing.transactions().current();
		if (transaction != null) {
			transaction.add(ending);
		}
		else {
			frame.aftermath().add(ending);
		}
	}

}
