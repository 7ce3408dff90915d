package io.auditspring.intercept;

import java.util.LinkedHashMap;
import java.util.Map;

import io.auditspring.AuditRecord;
import io.auditspring.Outcome;
import io.auditspring.capture.EntityChange;
import io.auditspring.capture.EntryFactory;
import io.auditspring.capture.JsonValues;
import io.auditspring.capture.Operation;
import io.auditspring.delivery.Ending;
import io.auditspring.ledger.Entry;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * An audited call that has ended.
 *
 * @param method what is known of the method
 * @param operation the operation
 * @param invocation the call itself
 * @param result what it returned, or {@code null}
 * @param failure what it threw, or {@code null}
 */
record Call(AuditedMethod method, Operation operation, MethodInvocation invocation, @Nullable Object result,
		@Nullable Throwable failure) {

	/**
	 * Describes the call.
	 * @param factory makes the entry
	 * @param beans the beans that expressions may refer to
	 * @param refusal tells a refusal from a failure
	 * @return how the call ended
	 */
	Ending describe(EntryFactory factory, BeanFactory beans, AccessRefusal refusal) {
		AuditRecord.Builder record = this.method.outline().toBuilder().outcome(outcome(refusal));
		record
			.error((this.failure != null) ? this.method.describe(this.failure, this.invocation.getArguments()) : null);
		captureValues(record);
		Map<String, @Nullable Object> errors = new LinkedHashMap<>(0);
		StandardEvaluationContext context = context(beans);
		boolean applies = this.method.applies(errors, context) && !this.operation.isSkipped();
		this.method.evaluate(record, errors, context, false);
		this.operation.amend(record);
		Long duration = this.operation.elapsedMicros();
		AuditRecord described = record.build();
		return new Ending(this.operation, described, factory.entry(this.operation, described, duration),
				this.method.dependsOnState() ? (change) -> finish(record, errors, context, change, factory, duration)
						: null,
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
			record.metadata("result", this.result);
		}
	}

	private Entry finish(AuditRecord.Builder record, Map<String, @Nullable Object> errors,
			StandardEvaluationContext context, @Nullable EntityChange change, EntryFactory factory, Long duration) {
		context.setVariable("before", (change != null) ? JsonValues.toMap(change.before()) : null);
		context.setVariable("after", (change != null) ? JsonValues.toMap(change.after()) : null);
		this.method.evaluate(record, errors, context, true);
		this.operation.amend(record);
		return factory.entry(this.operation, record.build(), duration);
	}

	private Outcome outcome(AccessRefusal refusal) {
		if (this.failure == null) {
			return Outcome.SUCCESS;
		}
		return refusal.isRefusal(this.failure) ? Outcome.DENIED : Outcome.FAILURE;
	}

	private StandardEvaluationContext context(BeanFactory beans) {
		StandardEvaluationContext context = new StandardEvaluationContext();
		context.setBeanResolver(new BeanFactoryResolver(beans));
		context.addPropertyAccessor(new MapAccessor());
		@Nullable Object[] arguments = this.method.visible(this.invocation.getArguments());
		for (int i = 0; i < arguments.length; i++) {
			context.setVariable(this.method.arguments().get(i).name(), arguments[i]);
		}
		context.setVariable("args", arguments);
		context.setVariable("result", this.result);
		context.setVariable("error", this.failure);
		context.setVariable("actor", this.operation.origin().actor());
		context.setVariable("target", this.invocation.getThis());
		return context;
	}

}
