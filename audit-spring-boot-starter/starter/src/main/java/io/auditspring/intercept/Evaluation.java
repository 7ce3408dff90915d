package io.auditspring.intercept;

import java.util.Map;
import java.util.Set;

import io.auditspring.AuditRecord;
import io.auditspring.capture.Texts;
import io.auditspring.capture.internal.state.EntityChange;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.intercept.AuditedMethod.Attribute;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;

/**
 * Evaluates the attributes of an annotation for one call.
 */
final class Evaluation {

	private static final String ERRORS = "expressionErrors";

	private final AuditedMethod method;

	private final AuditRecord.Builder record;

	private final Map<String, @Nullable Object> errors;

	private final EvaluationContext context;

	private final Texts texts;

	/** What is secret in the call, once an expression might have told it. */
	private @Nullable Set<String> secrets;

	/**
	 * Creates it.
	 * @param method knows the attributes
	 * @param record what to fill
	 * @param errors what failed so far, and where to note what fails
	 * @param context what the expressions see
	 * @param texts makes texts of what they give
	 */
	Evaluation(AuditedMethod method, AuditRecord.Builder record, Map<String, @Nullable Object> errors,
			EvaluationContext context, Texts texts) {
		this.method = method;
		this.record = record;
		this.errors = errors;
		this.context = context;
		this.texts = texts;
	}

	/**
	 * Evaluates what depends on the state of the target.
	 * @param change what became of it, or {@code null} where nothing did
	 */
	void changed(@Nullable EntityChange change) {
		this.context.setVariable("before", (change != null) ? JsonValues.toMap(change.before()) : null);
		this.context.setVariable("after", (change != null) ? JsonValues.toMap(change.after()) : null);
		// Until the flush the application may have given the arguments other secrets.
		this.secrets = null;
		evaluate(true);
	}

	/**
	 * Evaluates attributes.
	 * @param withState those that depend on the state of the target, or the others
	 */
	void evaluate(boolean withState) {
		for (Attribute attribute : this.method.attributes()) {
			if (attribute.expression().dependsOnState() == withState) {
				evaluate(attribute);
			}
		}
		if (!this.errors.isEmpty()) {
			this.record.metadata(ERRORS, this.errors);
		}
	}

	private void evaluate(Attribute attribute) {
		try {
			Object value = attribute.expression().evaluate(this.context);
			boolean told = attribute.expression().reachesIn();
			attribute.setter()
				.set(this.record, told ? AuditedMethod.withoutSecrets(value, secrets()) : value, this.texts);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// The call must not fail because its description does.
			this.errors.put(attribute.name(), AuditedMethod.describe(ex));
		}
	}

	private Set<String> secrets() {
		if (this.secrets == null) {
			this.secrets = this.method.secrets(this.context, this.texts);
		}
		return this.secrets;
	}

}
