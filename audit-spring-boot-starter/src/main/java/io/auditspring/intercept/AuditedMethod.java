package io.auditspring.intercept;

import java.util.List;
import java.util.Map;

import io.auditspring.AuditRecord;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;

/**
 * What is known of an audited method, worked out once.
 *
 * @param outline the attributes that are the same for every call
 * @param capturesState whether its entries carry the state of changed entities
 * @param parameterNames the names of its parameters
 * @param condition decides whether a call leaves an entry, or {@code null}
 * @param attributes the attributes that are evaluated for every call
 */
record AuditedMethod(AuditRecord outline, boolean capturesState, List<String> parameterNames,
		@Nullable AuditExpression condition, List<Attribute> attributes) {

	private static final String ERRORS = "expressionErrors";

	boolean dependsOnState() {
		return this.attributes.stream().anyMatch((attribute) -> attribute.expression().dependsOnState());
	}

	/**
	 * Evaluates the attributes.
	 * @param record what to fill
	 * @param errors where to note what fails
	 * @param context what the expressions see
	 * @param withState whether to evaluate those that depend on the state, or the others
	 */
	void evaluate(AuditRecord.Builder record, Map<String, @Nullable Object> errors, EvaluationContext context,
			boolean withState) {
		for (Attribute attribute : this.attributes) {
			if (attribute.expression().dependsOnState() == withState) {
				evaluate(attribute, record, errors, context);
			}
		}
		if (!errors.isEmpty()) {
			record.metadata(ERRORS, errors);
		}
	}

	private static void evaluate(Attribute attribute, AuditRecord.Builder record, Map<String, @Nullable Object> errors,
			EvaluationContext context) {
		try {
			attribute.setter().set(record, attribute.expression().evaluate(context));
		}
		catch (RuntimeException ex) {
			// The call must not fail because its description does.
			errors.put(attribute.name(), ex.getClass().getSimpleName() + ": " + ex.getMessage());
		}
	}

	/**
	 * Whether a call is to leave an entry.
	 * @param errors where to note that the condition fails
	 * @param context what the condition sees
	 * @return {@code false} only if the condition says so
	 */
	boolean applies(Map<String, @Nullable Object> errors, EvaluationContext context) {
		if (this.condition == null) {
			return true;
		}
		try {
			return !Boolean.FALSE.equals(this.condition.evaluate(context));
		}
		catch (RuntimeException ex) {
			errors.put("condition", ex.getClass().getSimpleName() + ": " + ex.getMessage());
			return true;
		}
	}

	/**
	 * An attribute that is evaluated.
	 *
	 * @param name the attribute's name
	 * @param expression its expression
	 * @param setter where its value goes
	 */
	record Attribute(String name, AuditExpression expression, Setter setter) {

	}

	/**
	 * Puts a value into a record.
	 */
	@FunctionalInterface
	interface Setter {

		void set(AuditRecord.Builder record, @Nullable Object value) throws EvaluationException;

	}

}
