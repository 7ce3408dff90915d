package io.auditspring.intercept;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.auditspring.capture.Operation;
import io.auditspring.delivery.internal.transaction.AuditTransaction;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.ResultKind;
import io.auditspring.intercept.internal.result.Settled;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;

/**
 * The outermost interceptor of an audited call. It learns who calls before anything else
 * happens, sees what never gets as far as the method, and delivers what is left when the
 * transaction is over and its connection free again.
 */
final class AuditBoundary implements MethodInterceptor {

	private final BiFunction<Method, Class<?>, @Nullable AuditedMethod> methods;

	private final Supplier<Auditing> auditing;

	private final ProxyFrames proxies;

	/**
	 * Creates the boundary.
	 * @param methods finds what is known of a method of a class, or {@code null} where it
	 * is not audited
	 * @param auditing what to work with
	 * @param proxies what the boundaries of proxies around each other have in common
	 */
	AuditBoundary(BiFunction<Method, Class<?>, @Nullable AuditedMethod> methods, Supplier<Auditing> auditing,
			ProxyFrames proxies) {
		this.methods = methods;
		this.auditing = auditing;
		this.proxies = proxies;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Class<?> type = (target != null) ? AopUtils.getTargetClass(target) : invocation.getMethod().getDeclaringClass();
		AuditedMethod method = this.methods.apply(invocation.getMethod(), type);
		if (method == null) {
			return invocation.proceed();
		}
		AuditFrame outer = this.proxies.of(method);
		if (outer != null) {
			outer.attachTo(invocation);
			return this.proxies.within(null, invocation);
		}
		return invoke(invocation, method);
	}

	private @Nullable Object invoke(MethodInvocation invocation, AuditedMethod method) throws Throwable {
		Auditing auditing = this.auditing.get();
		AuditFrame frame = new AuditFrame(method, auditing.origins().current(), auditing.transactions().current(),
				auditing.transactions().afterCompletion());
		frame.attachTo(invocation);
		Object result;
		try {
			result = this.proxies.within(frame, invocation);
		}
		catch (Throwable ex) {
			attempt(ex, () -> failed(auditing, frame, invocation, ex));
			throw ex;
		}
		if (frame.method().resultKind() != ResultKind.AT_ONCE) {
			result = late(new AsynchronousCall(auditing, frame, invocation), result);
		}
		else if (!frame.isReached() && !OtherAdvice.isAsynchronous(invocation)) {
			// Somebody else answered for the method: a cache, or access control with a
			// stand-in for the result.
			unrecorded(auditing, frame, invocation, result, frame.refusal());
		}
		frame.afterCompletion().settle(null);
		return result;
	}

	private static @Nullable Object late(AsynchronousCall call, @Nullable Object result) {
		AuditFrame frame = call.frame();
		ResultKind resultKind = frame.method().resultKind();
		if (resultKind.isOutstanding(result)) {
			Object watched = watch(call, Objects.requireNonNull(result));
			if (watched != null) {
				return watched;
			}
		}
		if (call.isUnrecorded() && !(frame.left() == null && OtherAdvice.isAsynchronous(call.invocation()))) {
			Settled settled = Settled.returned(resultKind, result);
			unrecorded(call.auditing(), frame, call.invocation(), settled.value(),
					(frame.refusal() != null) ? frame.refusal() : settled.failure());
		}
		return result;
	}

	private static @Nullable Object watch(AsynchronousCall call, Object result) {
		if (result instanceof CompletionStage<?> stage) {
			return AsynchronousStages.watch(stage, call);
		}
		AsynchronousPublishers publishers = call.auditing().publishers();
		return (publishers != null) ? publishers.watch(result, call) : null;
	}

	/**
	 * Does what follows a failure. The caller gets that failure; another one is attached
	 * to it.
	 * @param failure what the call threw
	 * @param step what follows
	 */
	static void attempt(Throwable failure, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			if (ex != failure) {
				failure.addSuppressed(ex);
			}
		}
	}

	private static void failed(Auditing auditing, AuditFrame frame, MethodInvocation invocation, Throwable failure) {
		if (!frame.isReached() || frame.left() != null) {
			unrecorded(auditing, frame, invocation, null, failure);
		}
		frame.afterCompletion().settle(frame.method().describe(failure, invocation.getArguments(), auditing.texts()));
	}

	private static void unrecorded(Auditing auditing, AuditFrame frame, MethodInvocation invocation,
			@Nullable Object result, @Nullable Throwable failure) {
		Operation left = frame.left();
		Operation operation = (left != null) ? left
				: new Operation(frame.operationId(), frame.origin(), frame.method().outline(), false);
		CompletedOperation ending = new AsynchronousCall(auditing, frame, invocation)
			.call(operation, new Settled(result, failure))
			.describe(auditing);
		AuditTransaction transaction = auditing.transactions().current();
		if (transaction != null) {
			transaction.add(ending);
		}
		else {
			frame.afterCompletion().add(ending);
		}
	}

}
