/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.intercept.internal.call;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.auditspring.AuditRecord;
import io.auditspring.capture.internal.entry.Texts;
import io.auditspring.capture.internal.value.FailureText;
import io.auditspring.capture.internal.value.FatalErrors;
import io.auditspring.capture.internal.value.Masking;
import io.auditspring.capture.internal.value.SecretValues;
import io.auditspring.intercept.internal.expression.AuditExpression;
import io.auditspring.intercept.internal.result.ResultKind;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.spel.SpelEvaluationException;

/**
 * What is known of an audited method, worked out once.
 *
 * @param outline the attributes that are the same for every call
 * @param capturesState whether its entries carry the state of changed entities
 * @param capturesArguments whether its entries show the arguments
 * @param capturesResult whether its entries show the result
 * @param secretResult whether its result is never shown
 * @param arguments its parameters
 * @param resultKind when its result is there
 * @param condition decides whether a call leaves an entry, or {@code null}
 * @param attributes the attributes that are evaluated for every call
 * @param saves whether it is there to save what was changed before it was called
 * @param plain whether Spring Data does all of it: it sets nothing in what it has read
 * @param encloses whether what it calls belongs to the same operation
 * @param approval why a call needs approval, or {@code null} where that is not said
 */
record AuditedMethod(AuditRecord outline, boolean capturesState, boolean capturesArguments, boolean capturesResult,
		boolean secretResult, List<Argument> arguments, ResultKind resultKind, @Nullable AuditExpression condition,
		List<Attribute> attributes, boolean saves, boolean plain, boolean encloses, @Nullable String approval) {

	private static final String ERRORS = "expressionErrors";

	private static final int MAX_ERROR = 4_000;

	/**
	 * The same of a method to which entities are handed so that it saves them: what they
	 * changed before belongs to it.
	 * @return the method
	 */
	AuditedMethod savingWhatIsChanged() {
		return with(true, false);
	}

	/**
	 * The same of a method that only Spring Data has to do with.
	 * @return the method
	 */
	AuditedMethod settingNothing() {
		return with(false, true);
	}

	private AuditedMethod with(boolean saves, boolean plain) {
		return new AuditedMethod(this.outline, this.capturesState, this.capturesArguments, this.capturesResult,
				this.secretResult, this.arguments, this.resultKind, this.condition, this.attributes, saves, plain,
				this.encloses, this.approval);
	}

	/**
	 * Whether something is known only together with the state of what changed.
	 * @return {@code false} if nothing asks for that
	 */
	boolean dependsOnState() {
		if (isDecidedByState()) {
			return true;
		}
		for (Attribute attribute : this.attributes) {
			if (attribute.expression().dependsOnState()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether there is anything to evaluate.
	 * @return {@code false} if all is the same for every call
	 */
	boolean hasExpressions() {
		return this.condition != null || !this.attributes.isEmpty();
	}

	/**
	 * Evaluates the attributes.
	 * @param record what to fill
	 * @param errors where to note what fails
	 * @param context what the expressions see
	 * @param texts makes texts of what they give
	 * @param withState whether to evaluate those that depend on the state, or the others
	 * @param told gives what secrets the failure may tell
	 */
	void evaluate(AuditRecord.Builder record, Map<String, @Nullable Object> errors, EvaluationContext context,
			Texts texts, boolean withState, Supplier<Set<String>> told) {
		// For this time only: the application may give the arguments others until the
		// state
		// is known.
		Set<String> secrets = null;
		for (Attribute attribute : this.attributes) {
			AuditExpression expression = attribute.expression();
			if (expression.dependsOnState() == withState) {
				try {
					Object value = expression.evaluate(context);
					if (expression.reachesIn() || expression.namesError()) {
						secrets = (secrets != null) ? secrets : secrets(context, texts, told.get());
						value = withoutSecrets(value, secrets);
					}
					attribute.setter().set(record, value, texts);
				}
				catch (Throwable ex) {
					FatalErrors.rethrow(ex);
					// The call must not fail because its description does.
					errors.put(attribute.name(), describe(ex));
				}
			}
		}
		if (!errors.isEmpty()) {
			record.metadata(ERRORS, errors);
		}
	}

	/**
	 * Whether the condition is known before the method runs.
	 * @return {@code false} if there is none, or it asks how the call ended
	 */
	boolean isDecidedBefore() {
		return this.condition != null && !this.condition.dependsOnOutcome();
	}

	/**
	 * Whether the condition asks for the state of what changed.
	 * @return {@code false} if there is none, or it does not
	 */
	boolean isDecidedByState() {
		return this.condition != null && this.condition.dependsOnState();
	}

	/**
	 * Whether an expression sees something else than an argument by a name.
	 * @param name the name
	 * @return {@code false} if an argument has it
	 */
	boolean isFree(String name) {
		return this.arguments.stream().noneMatch((argument) -> argument.names().contains(name));
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
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			errors.put("condition", describe(ex));
			return true;
		}
	}

	// Not the message, which likes to repeat the values.
	private static String describe(Throwable failure) {
		String type = failure.getClass().getSimpleName();
		return (failure instanceof SpelEvaluationException spel) ? type + ' ' + spel.getMessageCode() : type;
	}

	/**
	 * The arguments of a call, with those masked that nobody may see. Whatever is made of
	 * them, the secrets are not in it.
	 * @param arguments the arguments
	 * @return the same, masked
	 */
	@Nullable Object[] visible(@Nullable Object[] arguments) {
		return visible(arguments, true);
	}

	/**
	 * The arguments as expressions see them. Whoever wrote the expression knows what an
	 * argument without a name is.
	 * @param arguments the arguments
	 * @return the same, with those masked that are known to be secret
	 */
	@Nullable Object[] visibleToExpressions(@Nullable Object[] arguments) {
		return visible(arguments, false);
	}

	private @Nullable Object[] visible(@Nullable Object[] arguments, boolean hidesUnnamed) {
		@Nullable Object[] visible = arguments.clone();
		for (int i = 0; i < visible.length; i++) {
			Argument argument = this.arguments.get(i);
			if (visible[i] != null && (argument.secret() || (hidesUnnamed && argument.unnamed()))) {
				visible[i] = Masking.MASK;
			}
		}
		return visible;
	}

	/**
	 * The arguments of a call by their names.
	 * @param arguments the arguments
	 * @return the same
	 */
	Map<String, @Nullable Object> named(@Nullable Object[] arguments) {
		Map<String, @Nullable Object> named = new LinkedHashMap<>();
		for (int i = 0; i < arguments.length; i++) {
			named.put(this.arguments.get(i).name(), arguments[i]);
		}
		return named;
	}

	/**
	 * How an entry shows an exception.
	 * @param failure the exception
	 * @param secrets what it must not tell
	 * @return its type and message without these
	 */
	static String describe(Throwable failure, Set<String> secrets) {
		return error(FailureText.of(failure), secrets);
	}

	/**
	 * What went wrong, as an entry shows it.
	 * @param error what is told of it
	 * @param secrets what it must not tell
	 * @return a text of bounded length
	 */
	static String error(String error, Set<String> secrets) {
		String text = String.valueOf(withoutSecrets(error, secrets));
		return (text.length() > MAX_ERROR) ? text.substring(0, MAX_ERROR) : text;
	}

	/**
	 * Takes out of a record what the exception may have repeated in it.
	 * @param record the record of a call that failed
	 * @param secrets what it must not tell
	 * @return the record without these in its texts
	 */
	static AuditRecord withoutSecrets(AuditRecord record, Set<String> secrets) {
		if (secrets.isEmpty()) {
			return record;
		}
		AuditRecord.Builder masked = record.toBuilder()
			.message(withoutSecrets(record.message(), secrets))
			.targetName(withoutSecrets(record.targetName(), secrets))
			.justification(withoutSecrets(record.justification(), secrets));
		record.metadata().forEach((key, value) -> masked.metadata(key, withoutSecrets(value, secrets)));
		return masked.build();
	}

	/**
	 * What an exception must not tell.
	 * @param failure the exception
	 * @param arguments the arguments of the call, as exceptions like to repeat them
	 * @param texts knows what is secret in them
	 * @return the texts of these secrets
	 */
	Set<String> secrets(@Nullable Throwable failure, @Nullable Object[] arguments, Texts texts) {
		Set<String> secrets = (failure != null) ? new HashSet<>(texts.secretsIn(failure)) : new HashSet<>();
		for (int i = 0; i < arguments.length; i++) {
			Object argument = arguments[i];
			if (argument == null) {
				continue;
			}
			secrets.addAll(this.arguments.get(i).secretsIn(argument, texts));
			if (this.arguments.get(i).hidden()) {
				secrets.add(text(argument));
			}
		}
		return secrets;
	}

	/**
	 * What an exception must not tell, of arguments that the method may have wiped or
	 * replaced when it throws.
	 * @param arguments the arguments of a call that begins
	 * @param texts knows what is secret in them
	 * @return the texts of these secrets; empty, and at no cost, where all arguments are
	 * texts and numbers
	 */
	Set<String> secretsThatMayChange(@Nullable Object[] arguments, Texts texts) {
		Set<String> secrets = Set.of();
		for (int i = 0; i < arguments.length; i++) {
			Object argument = arguments[i];
			if (argument != null && this.arguments.get(i).mayChange(argument, texts)) {
				secrets = secrets.isEmpty() ? new HashSet<>() : secrets;
				secrets.addAll(this.arguments.get(i).secretsToldIn(argument, texts));
			}
		}
		return secrets;
	}

	// Of what the expressions were given.
	private Set<String> secrets(EvaluationContext context, Texts texts, Set<String> told) {
		Set<String> secrets = new HashSet<>(told);
		secrets.addAll(texts.secretsIn(context.lookupVariable("result")));
		this.arguments.forEach((argument) -> argument.names()
			.stream()
			.limit(1)
			.forEach((name) -> secrets.addAll(texts.secretsIn(context.lookupVariable(name)))));
		return secrets;
	}

	private static @Nullable Object withoutSecrets(@Nullable Object value, Set<String> secrets) {
		if (secrets.isEmpty()) {
			return value;
		}
		if (value instanceof CharSequence text) {
			return withoutSecrets(text.toString(), secrets);
		}
		if (value instanceof Throwable failure) {
			return describe(failure, secrets);
		}
		if (value instanceof Object[] array) {
			return Arrays.stream(array).map((each) -> withoutSecrets(each, secrets)).toArray();
		}
		if (value instanceof Map<?, ?> map) {
			Map<Object, @Nullable Object> masked = new LinkedHashMap<>();
			map.forEach((key, member) -> masked.put(key, withoutSecrets(member, secrets)));
			return masked;
		}
		return (value instanceof Collection<?> elements)
				? elements.stream().map((each) -> withoutSecrets(each, secrets)).toList() : value;
	}

	private static @Nullable String withoutSecrets(@Nullable String text, Set<String> secrets) {
		return (text != null) ? SecretValues.without(text, secrets) : null;
	}

	private static String text(@Nullable Object secret) {
		try {
			return String.valueOf(secret);
		}
		catch (Throwable ex) {
			FatalErrors.rethrow(ex);
			// What cannot be written is in no message either.
			return "";
		}
	}

	/**
	 * A parameter.
	 *
	 * @param name its name, or one that stands for it
	 * @param names those that expressions know it by
	 * @param secret whether its value is never shown
	 * @param unnamed whether nobody knows its name, which would tell that, so that
	 * nothing shows its value but what somebody wrote for it
	 * @param contents what its type tells of secrets that the method may change
	 */
	record Argument(String name, Set<String> names, boolean secret, boolean unnamed, Contents contents) {

		boolean hidden() {
			return this.secret || this.unnamed;
		}

		Set<String> secretsIn(Object value, Texts texts) {
			return hidden() ? texts.allIn(value) : texts.secretsIn(value);
		}

		Set<String> secretsToldIn(Object value, Texts texts) {
			return hidden() ? texts.allIn(value) : texts.secretsToldIn(value);
		}

		boolean mayChange(Object value, Texts texts) {
			return this.contents != Contents.FIXED
					&& (this.contents == Contents.SECRETS || texts.mayHoldSecrets(value));
		}

	}

	/**
	 * What the type of a parameter tells of its values.
	 */
	enum Contents {

		/** They never change, as texts and numbers. */
		FIXED,

		/** There may be secrets in them that change. */
		SECRETS,

		/** Each of them has to be asked. */
		UNTOLD

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

		void set(AuditRecord.Builder record, @Nullable Object value, Texts texts) throws EvaluationException;

	}

}
