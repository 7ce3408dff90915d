/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.auditspring.ApprovalException;
import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.capture.internal.entry.Operation;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.LoggedFailure;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.delivery.internal.transaction.CompletedOperation;
import io.auditspring.intercept.internal.result.ToldFailure;
import io.auditspring.ledger.internal.entry.Entry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.expression.EvaluationContext;
import org.springframework.util.ObjectUtils;

/**
 * How an attempt at a call ended, and what its entry is to say of that.
 */
final class Description {

	private static final Logger logger = LoggerFactory.getLogger(Description.class);

	private final Attempt attempt;

	private final @Nullable Object result;

	private final @Nullable Throwable failure;

	private @Nullable Set<String> secrets;

	/**
	 * Creates it.
	 * @param attempt the attempt
	 * @param result what it returned, or {@code null}
	 * @param failure what it threw, or {@code null}
	 */
	Description(Attempt attempt, @Nullable Object result, @Nullable Throwable failure) {
		this.attempt = attempt;
		this.result = result;
		this.failure = failure;
	}

	/**
	 * Describes the call. Where that fails, as little as possible is lost: the call has
	 * been made and must be recorded.
	 * @return the operation, with its entry
	 */
	CompletedOperation complete() {
		Operation operation = operation();
		AuditRecord.Builder record = outlined();
		Long duration = operation.elapsedMicros();
		try {
			return describe(record, duration);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			logger.error("A call of {} could not be described", this.attempt.invocation().getMethod(),
					LoggedFailure.of(ex));
			AuditRecord plain = record.build()
				.toBuilder()
				.metadata("descriptionError", ex.getClass().getSimpleName())
				.build();
			return new CompletedOperation(operation, plain, auditing().factory().entry(operation, plain, duration),
					null, operation.isSkipped());
		}
	}

	private AuditRecord.Builder outlined() {
		ToldFailure told = (this.failure == null) ? told() : null;
		Outcome outcome = outcome(told);
		AuditRecord.Builder record = method().outline().toBuilder().outcome(outcome);
		if (outcome != Outcome.SUCCESS) {
			// The annotation's own is that of a success.
			record.severity(null);
		}
		if (this.failure != null) {
			record.error(AuditedMethod.describe(this.failure, secrets()));
		}
		else if (outcome != Outcome.SUCCESS) {
			record.error((told != null) ? told.error() : operation().reason());
		}
		return record;
	}

	private @Nullable ToldFailure told() {
		Operation.ToldOutcome told = operation().told();
		if (told == null) {
			return ToldFailure.of(this.result, arguments());
		}
		String error = told.error();
		return new ToldFailure(told.outcome(),
				(error != null) ? AuditedMethod.error(error, this.attempt.secrets(null)) : null);
	}

	private Outcome outcome(@Nullable ToldFailure told) {
		if (isSkipped()) {
			return Outcome.DENIED;
		}
		if (this.failure != null) {
			boolean denied = this.failure instanceof ApprovalException || ToldFailure.denies(this.failure)
					|| auditing().refusal().isRefusal(this.failure);
			return denied ? Outcome.DENIED : Outcome.FAILURE;
		}
		if (told != null) {
			return told.outcome();
		}
		return operation().isUndone() ? Outcome.FAILURE : Outcome.SUCCESS;
	}

	// Nobody threw anything, nobody had an answer.
	private boolean isSkipped() {
		return this.failure == null && this.attempt.isLeftOut(this.result);
	}

	private CompletedOperation describe(AuditRecord.Builder record, Long duration) {
		captureValues(record);
		Operation operation = operation();
		AuditedMethod method = method();
		if (operation.isSkipped() || !method.hasExpressions()) {
			return completed(record, duration, null, operation.isSkipped());
		}
		Map<String, @Nullable Object> errors = new LinkedHashMap<>(this.attempt.call().decision().errors());
		boolean applies = applies(errors);
		EvaluationContext context = context(auditing().expressions().next());
		method.evaluate(record, errors, context, auditing().texts(), false, this::secrets);
		if (!method.dependsOnState()) {
			return completed(record, duration, null, !applies);
		}
		EvaluationContext open = openContext();
		return completed(record, duration, (change) -> {
			if (method.isDecidedByState() && !method.applies(errors, withState(open, change))) {
				return null;
			}
			method.evaluate(record, errors, withState(context, change), auditing().texts(), true, this::secrets);
			return entry(amended(record), duration);
		}, !applies);
	}

	// What was decided before is not asked once more.
	private boolean applies(Map<String, @Nullable Object> errors) {
		AuditedMethod method = method();
		if (method.isDecidedByState()) {
			return true;
		}
		return (method.isDecidedBefore() && this.attempt.call().isReached()) ? this.attempt.call().decision().applies()
				: method.applies(errors, openContext());
	}

	private EvaluationContext withState(EvaluationContext context, @Nullable EntityChange change) {
		if (method().isFree("before")) {
			context.setVariable("before", (change != null) ? JsonValues.toMap(change.before()) : null);
		}
		if (method().isFree("after")) {
			context.setVariable("after", (change != null) ? JsonValues.toMap(change.after()) : null);
		}
		return context;
	}

	private CompletedOperation completed(AuditRecord.Builder record, Long duration,
			CompletedOperation.@Nullable Finisher finisher, boolean suppressed) {
		AuditRecord described = amended(record);
		return new CompletedOperation(operation(), described, entry(described, duration), finisher, suppressed);
	}

	private Entry entry(AuditRecord record, Long duration) {
		return auditing().factory().entry(operation(), record, duration);
	}

	private void captureValues(AuditRecord.Builder record) {
		AuditedMethod method = method();
		if (method.capturesArguments()) {
			record.metadata("arguments", method.named(method.visible(arguments())));
		}
		if (method.capturesResult() && this.failure == null) {
			record.metadata("result", visibleResult());
		}
	}

	// As Spring's cache shows it to its expressions.
	private @Nullable Object visibleResult() {
		Object result = ObjectUtils.unwrapOptional(this.result);
		return (result != null && method().secretResult()) ? Masking.MASK : result;
	}

	// What the context tells takes precedence over the annotation. On a copy where the
	// rest of the
	// annotation is still to come: some of it adds, and would be added twice.
	private AuditRecord amended(AuditRecord.Builder record) {
		Auditing auditing = auditing();
		AuditRecord.Builder amended = method().dependsOnState() ? record.build().toBuilder() : record;
		operation().amend(amended, auditing.texts());
		AuditRecord customized = auditing.customizers()
			.customize(auditing.factory().graded(amended.build()), operation().origin());
		return (this.failure != null) ? AuditedMethod.withoutSecrets(customized, secrets()) : customized;
	}

	// What the failure may tell. Once, and before the application gives the arguments
	// others.
	private Set<String> secrets() {
		if (this.secrets == null) {
			this.secrets = (this.failure != null) ? this.attempt.secrets(this.failure) : Set.of();
		}
		return this.secrets;
	}

	/**
	 * What conditions see: secrets, too.
	 * @return a context with the variables of the call
	 */
	EvaluationContext openContext() {
		return context(auditing().expressions().open());
	}

	private EvaluationContext context(EvaluationContext context) {
		@Nullable Object[] arguments = method().visibleToExpressions(arguments());
		context.setVariable("args", arguments);
		context.setVariable("result", visibleResult());
		context.setVariable("error", this.failure);
		context.setVariable("actor", operation().origin().actor());
		context.setVariable("target", this.attempt.invocation().getThis());
		// Last: an argument may have the name of one of those.
		for (int i = 0; i < arguments.length; i++) {
			for (String name : method().arguments().get(i).names()) {
				context.setVariable(name, arguments[i]);
			}
		}
		return context;
	}

	private Auditing auditing() {
		return this.attempt.call().auditing();
	}

	private AuditedMethod method() {
		return this.attempt.method();
	}

	private Operation operation() {
		return this.attempt.operation();
	}

	private @Nullable Object[] arguments() {
		return this.attempt.invocation().getArguments();
	}

}
