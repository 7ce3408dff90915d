package io.auditspring.intercept;

import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.capture.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.ToldFailure;
import io.auditspring.ledger.internal.entry.Entry;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.util.ObjectUtils;

/**
 * An audited call that has ended.
 *
 * @param method what is known of the method
 * @param operation the operation
 * @param invocation the call itself
 * @param result what it returned, or {@code null}
 * @param failure what it threw, or {@code null}
 * @param skipped whether it was left out: nobody threw anything, nobody had an answer
 */
record Call(AuditedMethod method, Operation operation, MethodInvocation invocation, @Nullable Object result,
		@Nullable Throwable failure, boolean skipped) {

	private static final Logger logger = LoggerFactory.getLogger(Call.class);

	Call(AuditedMethod method, Operation operation, MethodInvocation invocation, @Nullable Object result,
			@Nullable Throwable failure) {
		this(method, operation, invocation, result, failure, false);
	}

	/**
	 * A call that never came to its method, and did not fail: another advice answered, or
	 * left the method out.
	 * @param method what is known of the method
	 * @param operation the operation
	 * @param invocation the call itself
	 * @param result the answer, or {@code null} where there is none
	 * @param skipped what happens to calls without one
	 * @return the call
	 */
	static Call past(AuditedMethod method, Operation operation, MethodInvocation invocation, @Nullable Object result,
			SkippedCalls skipped) {
		if (result != null) {
			operation.metadata("answeredBy", OtherAdvice.answering(invocation));
		}
		else if (skipped == SkippedCalls.IGNORE) {
			operation.skip();
		}
		else {
			operation.metadata("skipped", true);
		}
		return new Call(method, operation, invocation, result, null, result == null);
	}

	/**
	 * Describes the call. Where that fails, as little as possible is lost: the call has
	 * been made and must be recorded.
	 * @param auditing what to work with
	 * @return how the call ended
	 */
	CompletedOperation describe(Auditing auditing) {
		Outcome outcome = outcome(auditing.refusal());
		AuditRecord.Builder record = this.method.outline().toBuilder().outcome(outcome);
		if (outcome != Outcome.SUCCESS) {
			// The annotation's own is that of a success.
			record.severity(null);
		}
		if (this.failure != null) {
			record.error(this.method.describe(this.failure, this.invocation.getArguments(), auditing.texts()));
		}
		else if (outcome != Outcome.SUCCESS) {
			ToldFailure told = ToldFailure.of(this.result, this.invocation.getArguments());
			record.error((told != null) ? told.error() : this.operation.reason());
		}
		Long duration = this.operation.elapsedMicros();
		try {
			return describe(auditing, record, duration);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.error("A call of {} could not be described", this.invocation.getMethod(), LoggedFailure.of(ex));
			AuditRecord plain = record.build()
				.toBuilder()
				.metadata("descriptionError", ex.getClass().getSimpleName())
				.build();
			return new CompletedOperation(this.operation, plain,
					auditing.factory().entry(this.operation, plain, duration), null, this.operation.isSkipped());
		}
	}

	private CompletedOperation describe(Auditing auditing, AuditRecord.Builder record, Long duration) {
		captureValues(record);
		if (this.operation.isSkipped() || !this.method.hasExpressions()) {
			AuditRecord described = amended(record, auditing);
			return new CompletedOperation(this.operation, described,
					auditing.factory().entry(this.operation, described, duration), null, this.operation.isSkipped());
		}
		Map<String, @Nullable Object> errors = new LinkedHashMap<>(0);
		boolean applies = this.method.condition() == null
				|| this.method.applies(errors, context(auditing.expressions().open()));
		StandardEvaluationContext context = context(auditing.expressions().next());
		this.method.evaluate(record, errors, context, auditing.texts(), false);
		AuditRecord described = amended(record, auditing);
		return new CompletedOperation(this.operation, described,
				auditing.factory().entry(this.operation, described, duration), this.method.dependsOnState()
						? (change) -> finish(record, errors, context, change, auditing, duration) : null,
				!applies);
	}

	private void captureValues(AuditRecord.Builder record) {
		if (this.method.capturesArguments()) {
			@Nullable Object[] visible = this.method.visible(this.invocation.getArguments());
			Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
			for (int i = 0; i < visible.length; i++) {
				arguments.put(this.method.arguments().get(i).name(), visible[i]);
			}
			record.metadata("arguments", arguments);
		}
		if (this.method.capturesResult() && this.failure == null) {
			record.metadata("result", visibleResult());
		}
	}

	// As Spring's cache shows it to its expressions.
	private @Nullable Object visibleResult() {
		Object result = ObjectUtils.unwrapOptional(this.result);
		return (result != null && this.method.secretResult()) ? Masking.MASK : result;
	}

	private Entry finish(AuditRecord.Builder record, Map<String, @Nullable Object> errors,
			StandardEvaluationContext context, @Nullable EntityChange change, Auditing auditing, Long duration) {
		context.setVariable("before", (change != null) ? JsonValues.toMap(change.before()) : null);
		context.setVariable("after", (change != null) ? JsonValues.toMap(change.after()) : null);
		this.method.evaluate(record, errors, context, auditing.texts(), true);
		return auditing.factory().entry(this.operation, amended(record, auditing), duration);
	}

	// What the context tells goes before the annotation. On a copy where the rest of the
	// annotation is still to come: some of it adds, and would be added twice.
	private AuditRecord amended(AuditRecord.Builder record, Auditing auditing) {
		AuditRecord.Builder amended = this.method.dependsOnState() ? record.build().toBuilder() : record;
		this.operation.amend(amended, auditing.texts());
		AuditRecord customized = auditing.customizers()
			.customize(auditing.factory().graded(amended.build()), this.operation.origin());
		return (this.failure != null)
				? this.method.withoutSecrets(customized, this.failure, this.invocation.getArguments(), auditing.texts())
				: customized;
	}

	private Outcome outcome(AccessRefusal refusal) {
		if (this.skipped) {
			return Outcome.DENIED;
		}
		if (this.failure == null) {
			ToldFailure told = ToldFailure.of(this.result, this.invocation.getArguments());
			if (told != null) {
				return told.outcome();
			}
			return this.operation.isUndone() ? Outcome.FAILURE : Outcome.SUCCESS;
		}
		return refusal.isRefusal(this.failure) ? Outcome.DENIED : Outcome.FAILURE;
	}

	StandardEvaluationContext context(StandardEvaluationContext context) {
		@Nullable Object[] arguments = this.method.visible(this.invocation.getArguments());
		context.setVariable("args", arguments);
		context.setVariable("result", visibleResult());
		context.setVariable("error", this.failure);
		context.setVariable("actor", this.operation.origin().actor());
		context.setVariable("target", this.invocation.getThis());
		// Last: an argument may have the name of one of those.
		for (int i = 0; i < arguments.length; i++) {
			context.setVariable(this.method.arguments().get(i).name(), arguments[i]);
		}
		return context;
	}

}
